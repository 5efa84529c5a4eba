// A health check over HTTP: 1 when the answer is the expected one, 0 when it is another or the peer refuses the
// connection. Any other silence is neither: unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "probes/compile.h"

namespace ballast {

/// HTTP statuses from `first` to `last`, both included.
struct StatusRange {
  int first = 200;
  int last = 299;
  bool operator==(const StatusRange&) const = default;
};
/// `204` or `200-299`, within 100-599; nothing otherwise.
std::optional<StatusRange> parse_status_range(std::string_view text);

/// `http: {url: http://127.0.0.1:8080/healthz, expectStatus: ["200-299"], expectBody: ok}`
struct HttpSpec {
  std::string url{};
  std::vector<std::string> expect_status{"200-299"};
  std::string expect_body{};
  std::optional<TlsOptions> tls{};
  std::optional<AuthSpec> auth{};
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const HttpSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"url", &HttpSpec::url, "",
              "What is asked for, with GET. Redirects are answers, they are not followed. 0 when nobody listens there "
              "(refused); no such name, no route, a connection that breaks and no answer in time are unknown, not 0.",
              Limits{.min = 8,
                     .max = 4096,
                     .required = true,
                     .example = "http://127.0.0.1:8080/healthz",
                     .format = Format::url}},
        Field{"expectStatus", &HttpSpec::expect_status, "",
              "The statuses that are healthy: numbers such as 204, and ranges such as 200-299, the default.",
              Limits{.min = 1, .max = 32}},
        Field{"expectBody", &HttpSpec::expect_body, "", "A text that the body must contain to be healthy.",
              Limits{.max = 1024, .example = "ok"}},
        Field{"tls", &HttpSpec::tls, "", "Of an https url: whom to trust, what to show."},
        Field{"auth", &HttpSpec::auth, "", "What to show that one may ask."},
        Field{"timeout", &HttpSpec::timeout, "", "The most that one request may take; longer is unknown, not 0.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// Every entry of expectStatus is a status or a range.
  [[nodiscard]] Problems check() const;
};

Request http_request(const HttpSpec& spec);
/// Every answer is one, and so is a refusal. No errors.
Result<Response> http_decode(const Response& response);
/// 1 or 0, instantaneous. Errors: invalid (an entry of expectStatus that check() refuses).
Result<NamedReading> http_select(const HttpSpec& spec, const PageOf<Response>& page, const PageOf<Response>* previous);

CompiledProbe compile(const HttpSpec& spec);

}  // namespace ballast
