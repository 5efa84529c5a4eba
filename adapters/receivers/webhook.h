// Any program that takes Alertmanager's webhook.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "adapters/receivers/receiver_host.h"
#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/ports.h"
#include "core/result.h"
#include "core/rules.h"

namespace ballast {

/// `webhook: {url: https://hooks.example.org/alerts, secret: {file: /etc/ballast/hook.key}}`
struct WebhookReceiver {
  std::string url{};
  std::optional<SecretRef> url_from{};
  std::optional<AuthSpec> auth{};
  std::optional<TlsOptions> tls{};
  std::optional<SecretRef> secret{};
  std::int32_t max_alerts = 0;
  Duration timeout = std::chrono::seconds{10};
  bool operator==(const WebhookReceiver&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"url", &WebhookReceiver::url, "", "Where notifications are sent, with POST. Redirects are not followed.",
              Limits{.max = 4096, .example = "https://hooks.example.org/alerts", .format = Format::url}},
        Field{"urlFrom", &WebhookReceiver::url_from, "",
              "Where that address is when it is a secret itself; it then stands in no message."},
        Field{"auth", &WebhookReceiver::auth, "", "What to show that one may post."},
        Field{"tls", &WebhookReceiver::tls, "", "Of an https url: whom to trust, what to show."},
        Field{"secret", &WebhookReceiver::secret, "",
              "A key for the header Ballast-Signature, t=UNIX_SECONDS,v1=HEX: HMAC-SHA256 of the time, a dot and the "
              "body, by which the receiver knows that a message is from here and new."},
        Field{"maxAlerts", &WebhookReceiver::max_alerts, "alerts",
              "The most in one message, those that fire first; the others are counted in truncatedAlerts. 0: all.",
              Limits{.min = 0, .max = 100'000}},
        Field{"timeout", &WebhookReceiver::timeout, "", "The most that one attempt may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("url", "urlFrom")}; }
  /// No user or password in url.
  [[nodiscard]] Problems check() const;
};

/// Posts `alert_webhook_body` with `Idempotency-Key: <key>`, the same on each try, and a signature where there is a
/// secret. Errors of making it: invalid (settings that rules and check refuse). Deliveries fail as `delivery_of` says.
Result<std::unique_ptr<Notifier>> make_webhook_notifier(WebhookReceiver spec, ReceiverHost& host);

}  // namespace ballast
