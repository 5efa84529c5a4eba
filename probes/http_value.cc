#include "probes/http_value.h"

#include <fmt/format.h>

#include "formats/json_number.h"
#include "probes/status.h"

namespace ballast {
Problems HttpValueSpec::check() const {
  if (is_json_pointer(json_pointer)) return {};
  return {Problem{
      {},
      "jsonPointer",
      fmt::format("'{}' is no JSON pointer: it begins with '/', and has '~' only as '~0' or '~1'; write /queue/depth",
                  json_pointer)}};
}

Request http_value_request(const HttpValueSpec& spec) {
  Request request{.url = spec.url};
  request.accept = "application/json, text/plain;q=0.9, */*;q=0.1";
  request.tls = spec.tls.value_or(TlsOptions{});
  request.auth = spec.auth.value_or(AuthSpec{});
  request.deadline = spec.timeout;
  return request;
}

Result<std::string> http_value_decode(const Response& response) {
  if (response.status >= 200 && response.status <= 299) return response.body;
  return Error{errc_of_status(response.status), fmt::format("HTTP {}", response.status)};
}

Result<NamedReading> http_value_select(const std::string& json_pointer, const PageOf<std::string>& page,
                                       const PageOf<std::string>* /*previous*/) {
  const auto number = number_in(page.content, json_pointer);
  if (!number) return number.error();
  return scalar(page.received_at, *number);
}

CompiledProbe compile(const HttpValueSpec& spec) {
  return compile_probe("httpValue", http_value_request(spec), http_value_decode, spec.json_pointer, http_value_select);
}

}  // namespace ballast
