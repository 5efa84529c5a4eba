#include "io/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace ballast {
namespace {

constexpr std::size_t kMaxUrl = 8192;
constexpr std::string_view kMask = "***";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool host_is_plain(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

bool host_is_ipv6(std::string_view host) {
  return host.find(':') != host.npos &&
         std::ranges::all_of(host, [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; });
}

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "http") return 80;
  return scheme == "https" ? 443 : 0;
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

std::string read_port(std::string_view port, Url& url) {
  url.port = default_port(url.scheme);
  if (port.empty()) return url.port == 0 ? "it needs a port" : "";
  const auto number = port.front() == ':' ? port_of(port.substr(1)) : std::nullopt;
  if (!number) return "its port is not between 1 and 65535";
  url.port = *number;
  return "";
}

/// Splits `host:port` or `[v6]:port`; a message when it cannot.
std::string read_host_and_port(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return "the [ of its host is not closed";
    url.host = lowered(text.substr(1, end - 1));
    if (!host_is_ipv6(url.host)) return "what stands in [] is no IPv6 address";
    return read_port(text.substr(end + 1), url);
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  url.host = lowered(text.substr(0, colon));
  if (!host_is_plain(url.host)) return "its host is missing or malformed";
  return read_port(text.substr(colon), url);
}

std::string read_user(std::string_view text, Url& url) {
  const std::size_t colon = text.find(':');
  const auto user = percent_decode(text.substr(0, colon));
  const auto password = percent_decode(colon == text.npos ? std::string_view{} : text.substr(colon + 1));
  if (!user || !password) return "its user or password has a broken % escape";
  url.user = *user;
  url.password = *password;
  return "";
}

std::string read_remote(std::string_view rest, Url& url) {
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    if (auto problem = read_user(authority.substr(0, at), url); !problem.empty()) return problem;
    authority.remove_prefix(at + 1);
  }
  if (auto problem = read_host_and_port(authority, url); !problem.empty()) return problem;
  const std::string_view tail = rest.substr(end);
  if (url.scheme == "tcp" || url.scheme == "tls")
    return tail.empty() || tail == "/" ? "" : "it must end after the port";
  url.target = tail.substr(0, tail.find('#'));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return "";
}

std::string read_url(std::string_view text, Url& url) {
  if (text.size() > kMaxUrl) return fmt::format("it has {} characters, the limit is {}", text.size(), kMaxUrl);
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; }))
    return "it holds a space, a control or a non-ASCII character: write it with % escapes";
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == text.npos) return "it has no scheme";
  url.scheme = lowered(text.substr(0, scheme_end));
  const std::string_view rest = text.substr(scheme_end + 3);
  if (url.scheme == "unix") {
    url.target = rest;
    return rest.starts_with('/') ? "" : "a unix socket needs an absolute path: unix:///run/x.sock";
  }
  if (url.scheme == "http" || url.scheme == "https" || url.scheme == "tcp" || url.scheme == "tls")
    return read_remote(rest, url);
  return "its scheme is none of http, https, tcp, tls, unix";
}

std::string redact_query(std::string_view query) {
  std::string result;
  while (true) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::size_t equals = query.substr(0, end).find('=');
    if (equals != query.npos) result += query.substr(0, equals + 1);
    if (end > 0) result += kMask;
    if (end == query.size()) return result;
    result += '&';
    query.remove_prefix(end + 1);
  }
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  if (const std::string problem = read_url(text, url); !problem.empty())
    return Error{Errc::invalid, redact_url(text.substr(0, 200)) + ": not a usable url: " + problem};
  return url;
}

std::string redact_url(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  const std::size_t authority = scheme_end == text.npos ? 0 : scheme_end + 3;
  const std::size_t authority_end = std::min(text.find_first_of("/?#", authority), text.size());
  const std::size_t at = text.substr(0, authority_end).rfind('@');
  const std::size_t host = at == text.npos || at < authority ? authority : at + 1;
  const std::size_t fragment = std::min(text.find('#', authority_end), text.size());
  const std::size_t query = std::min(text.substr(0, fragment).find('?', authority_end), fragment);
  std::string result(text.substr(0, authority));
  result += text.substr(host, query - host);
  if (query < fragment) result += '?' + redact_query(text.substr(query + 1, fragment - query - 1));
  return result;
}

std::string origin_of(const Url& url) {
  if (url.scheme == "unix") return "unix:" + url.target;
  const bool bare = url.host.find(':') == url.host.npos;
  return fmt::format("{}://{}{}{}:{}", url.scheme, bare ? "" : "[", url.host, bare ? "" : "]", url.port);
}

Result<std::string> percent_decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Error{Errc::invalid, "a % is not followed by two hexadecimal digits"};
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

}  // namespace ballast
