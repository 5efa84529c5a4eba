#include "probes/prometheus_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace ballast {
namespace {

constexpr std::array<std::string_view, 3> kCredentials{"authorization", "cookie", "proxy-authorization"};
constexpr std::array<std::string_view, 7> kOurs{"connection", "content-length",    "content-type", "expect",
                                                "host",       "transfer-encoding", "upgrade"};

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != kMarks.npos;
  });
}

std::string problem_of(std::string_view name, std::string_view value) {
  if (!is_token(name)) return "is no name of a header";
  const std::string known = lower(name);
  if (std::ranges::find(kCredentials, known) != kCredentials.end())
    return "would be kept in the journal; write auth: {bearer: {file: …}} or {basic: …} or {header: …}";
  if (std::ranges::find(kOurs, known) != kOurs.end()) return "cannot be set";
  if (std::ranges::any_of(value, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 127; }))
    return "its value holds a line break or control character";
  return "";
}

}  // namespace

Problems check_headers(const std::map<std::string, std::string>& headers) {
  Problems problems;
  for (const auto& [name, value] : headers)
    if (std::string wrong = problem_of(name, value); !wrong.empty())
      problems.push_back({{}, fmt::format("headers[\"{}\"]", name), std::move(wrong)});
  return problems;
}

Problems check_server_address(const std::string& address) {
  if (address.find_first_of("?#") == std::string::npos) return {};
  return {Problem{{}, "serverAddress", "has a query or fragment; write the part before /api/v1"}};
}

Problems PrometheusSource::check() const {
  Problems problems = check_server_address(server_address);
  std::ranges::move(check_headers(headers), std::back_inserter(problems));
  return problems;
}

}  // namespace ballast
