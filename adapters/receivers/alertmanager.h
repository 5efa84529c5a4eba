// An Alertmanager, or all of those that run as one cluster: they group, silence and tell further.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "adapters/receivers/receiver_host.h"
#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/ports.h"
#include "core/result.h"

namespace ballast {

/// `alertmanager: {urls: [http://10.0.0.1:9093, http://10.0.0.2:9093]}`
struct AlertmanagerReceiver {
  std::vector<std::string> urls{};
  std::optional<AuthSpec> auth{};
  std::optional<TlsOptions> tls{};
  Duration timeout = std::chrono::seconds{10};
  bool operator==(const AlertmanagerReceiver&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"urls", &AlertmanagerReceiver::urls, "",
              "Where its API is, without /api/v2; a path before it is kept. Of a cluster every replica, not a load "
              "balancer before them: each is told, and one that takes it is enough.",
              Limits{.min = 1, .max = 16, .required = true, .example = "http://127.0.0.1:9093", .format = Format::url}},
        Field{"auth", &AlertmanagerReceiver::auth, "", "What to show that one may post; to all of them the same."},
        Field{"tls", &AlertmanagerReceiver::tls, "", "Of https urls: whom to trust, what to show."},
        Field{"timeout", &AlertmanagerReceiver::timeout, "", "The most that one attempt may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// Each of urls is the beginning of an address, without user or password.
  [[nodiscard]] Problems check() const;
};

/// Tells all at once; to each it posts `alertmanager_bodies`, one after the other, all within `timeout`. Delivered when
/// at least one took every one of them; otherwise the failure after which trying again is most worth while, with what
/// each Alertmanager said first. What one has already it takes again. An alert that is not sent again in four times
/// `Notification::repeat` is over for an Alertmanager. Errors of making it: invalid (settings that check refuses).
Result<std::unique_ptr<Notifier>> make_alertmanager_notifier(AlertmanagerReceiver spec, ReceiverHost& host);

}  // namespace ballast
