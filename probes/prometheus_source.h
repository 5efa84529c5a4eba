// How a Prometheus is reached: part of a signal's own settings, or a MetricSource that many signals name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"

namespace ballast {

/// `MetricSource: {prometheus: {serverAddress: https://prometheus:9090, auth: {bearer: {file: /run/token}}}}`
struct PrometheusSource {
  std::string server_address{};
  std::map<std::string, std::string> headers{};
  std::optional<TlsOptions> tls{};
  std::optional<AuthSpec> auth{};
  bool operator==(const PrometheusSource&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{
            "serverAddress", &PrometheusSource::server_address, "",
            "Where the HTTP API is, without /api/v1; a path before it is kept.",
            Limits{.min = 8, .max = 2048, .required = true, .example = "http://127.0.0.1:9090", .format = Format::url}},
        Field{"headers", &PrometheusSource::headers, "",
              "Further headers of each request, such as X-Scope-OrgID. Documents are kept in the journal: secrets "
              "belong into auth.",
              Limits{.secret = true}},
        Field{"tls", &PrometheusSource::tls, "", "Of an https address: whom to trust, what to show."},
        Field{"auth", &PrometheusSource::auth, "", "What to show that one may ask."}};
  }
  /// serverAddress is the beginning of an address; headers are headers, and no secrets.
  [[nodiscard]] Problems check() const;
};

/// Headers that a document may set: tokens that are not credentials and not ours; one problem for each other.
Problems check_headers(const std::map<std::string, std::string>& headers);
/// An address that others are made from.
Problems check_server_address(const std::string& address);

}  // namespace ballast
