#include "probes/http.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/read_number.h"

namespace ballast {
namespace {

std::optional<int> parse_status(std::string_view text) {
  int status = 0;
  if (!read_number(text, status) || status < 100 || status > 599) return std::nullopt;
  return status;
}

}  // namespace

std::optional<StatusRange> parse_status_range(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  const auto first = parse_status(text.substr(0, hyphen));
  const auto last = hyphen == std::string_view::npos ? first : parse_status(text.substr(hyphen + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return StatusRange{*first, *last};
}

Problems HttpSpec::check() const {
  Problems problems;
  for (std::size_t i = 0; i < expect_status.size(); ++i)
    if (!parse_status_range(expect_status[i]))
      problems.push_back(
          {{},
           fmt::format("expectStatus[{}]", i),
           fmt::format("'{}' is no status or range within 100-599; write 204 or 200-299", expect_status[i])});
  return problems;
}

Request http_request(const HttpSpec& spec) {
  Request request{.url = spec.url};
  request.tls = spec.tls.value_or(TlsOptions{});
  request.auth = spec.auth.value_or(AuthSpec{});
  request.refusal_answers = true;
  request.deadline = spec.timeout;
  return request;
}

Result<Response> http_decode(const Response& response) { return response; }

Result<NamedReading> http_select(const HttpSpec& spec, const PageOf<Response>& page,
                                 const PageOf<Response>* /*previous*/) {
  bool expected = false;  // nor is it ever of a peer that refused: its status 0 is in no range
  for (const std::string& text : spec.expect_status) {
    const auto range = parse_status_range(text);
    if (!range) return Error{Errc::invalid, fmt::format("expectStatus: '{}' is no status or range", text)};
    expected = expected || (page.content.status >= range->first && page.content.status <= range->last);
  }
  const bool healthy = expected && page.content.body.find(spec.expect_body) != std::string::npos;
  return scalar(page.received_at, healthy ? 1 : 0);
}

CompiledProbe compile(const HttpSpec& spec) {
  return compile_probe("http", http_request(spec), http_decode, spec, http_select);
}

}  // namespace ballast
