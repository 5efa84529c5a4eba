#include "io/http_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <iterator>
#include <system_error>

namespace ballast {
namespace {

bool fits_a_line(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c != 127) || c == '\t' || c < 0; });
}

bool same(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs = {"content-length", "transfer-encoding", "connection", "upgrade",
                                                     "expect"};
  return std::ranges::any_of(kOurs, [&](std::string_view ours) { return same(name, ours); });
}

std::string host_header(const Url& url) {
  const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const std::uint16_t usual = url.scheme == "http" ? 80 : 443;
  return url.port == usual ? host : fmt::format("{}:{}", host, url.port);
}

std::string problem_of(const Request& request) {
  if (!is_token(request.method)) return "its method is no HTTP token";
  if (!fits_a_line(request.content_type.get())) return "its content type holds a line break or control character";
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return "the name of a header is no HTTP token";
    if (!fits_a_line(value)) return fmt::format("header {} holds a line break or control character", name);
    if (is_ours(name)) return fmt::format("header {} cannot be set", name);
  }
  return "";
}

}  // namespace

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110, 5.6.2
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != kMarks.npos;
  });
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) result += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return result;
}

Error about_request(const std::string& shown, const Error& error, Duration deadline) {
  const std::string after = error.code == Errc::timeout ? fmt::format(" ({} s)", seconds(deadline)) : "";
  return {error.code, fmt::format("{}: {}{}", shown, error.message, after)};
}

bool is_repeatable(std::string_view method) { return method == "GET" || method == "HEAD"; }

Result<std::string> request_text(const Request& request, const Url& url, std::string_view user_agent,
                                 std::string_view credentials) {
  if (const std::string problem = problem_of(request); !problem.empty()) return Error{Errc::invalid, problem};
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(request.headers, [&](const auto& header) { return same(header.first, name); });
  };
  std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, url.target);
  text.reserve(text.size() + credentials.size() + request.body.size() + 4096);  // no copy of secrets stays behind
  const auto add = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  };
  if (!given("Host")) add("Host", host_header(url));
  if (!given("User-Agent")) add("User-Agent", user_agent);
  if (!given("Accept")) add("Accept", request.accept);
  text += credentials;
  if (credentials.empty() && !url.user.empty() && !given("Authorization"))
    add("Authorization", "Basic " + base64(url.user + ":" + url.password));
  for (const auto& [name, value] : request.headers) add(name, value);
  if (!request.content_type->empty()) add("Content-Type", request.content_type.get());
  if (!request.body.empty() || !is_repeatable(request.method))
    add("Content-Length", fmt::to_string(request.body.size()));
  text += "\r\n";
  return text += request.body;
}

std::optional<Duration> parse_retry_after(std::string_view text, WallTime now) {
  constexpr std::chrono::seconds kMost = std::chrono::hours{24};
  constexpr std::size_t kLongest = 40;
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  if (std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    std::int64_t asked = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), asked);
    const bool more = read.ec == std::errc::result_out_of_range || asked > kMost.count();
    return more ? kMost : std::chrono::seconds{asked};
  }
  std::tm parts{};
  const std::string copy(text);
  const char* rest = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const WallTime then{std::chrono::seconds{timegm(&parts)}};
  return std::clamp(Duration{then - now}, Duration{}, Duration{kMost});
}

}  // namespace ballast
