// A number that some URL serves: in a JSON document, or as the whole body.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "probes/compile.h"

namespace ballast {

/// `httpValue: {url: http://127.0.0.1:8080/stats, jsonPointer: /queue/depth}`
struct HttpValueSpec {
  std::string url{};
  std::string json_pointer{};
  std::optional<TlsOptions> tls{};
  std::optional<AuthSpec> auth{};
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const HttpValueSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"url", &HttpValueSpec::url, "", "Where the value is asked for, with GET.",
              Limits{.min = 8,
                     .max = 4096,
                     .required = true,
                     .example = "http://127.0.0.1:8080/stats",
                     .format = Format::url}},
        Field{
            "jsonPointer", &HttpValueSpec::json_pointer, "",
            "Where in the JSON document the number stands (RFC 6901). Absent: the body is the number. A string counts "
            "when it holds a number or a quantity.",
            Limits{.max = 1024, .example = "/queue/depth"}},
        Field{"tls", &HttpValueSpec::tls, "", "Of an https url: whom to trust, what to show."},
        Field{"auth", &HttpValueSpec::auth, "", "What to show that one may ask."},
        Field{"timeout", &HttpValueSpec::timeout, "", "The most that one request may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// jsonPointer is well-formed.
  [[nodiscard]] Problems check() const;
};

Request http_value_request(const HttpValueSpec& spec);
/// The body of a 2xx. Errors: denied (401, 403), not_found (404, 410), rate_limited (429), unavailable (all other).
Result<std::string> http_value_decode(const Response& response);
/// One value, instantaneous, as old as the answer. Errors: those of json_number and text_number.
Result<NamedReading> http_value_select(const std::string& json_pointer, const PageOf<std::string>& page,
                                       const PageOf<std::string>* previous);

CompiledProbe compile(const HttpValueSpec& spec);

}  // namespace ballast
