#include "controller/config/formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "controller/config/nearest.h"
#include "formats/rfc3339.h"
#include "formats/window.h"

namespace ballast {
namespace {

bool lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool alnum(char c) { return alpha(c) || (c >= '0' && c <= '9'); }
bool printable(char c) { return c > ' ' && c != 0x7f; }

bool any(std::string_view) { return true; }
bool dns_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && lower_alnum(text.front()) && lower_alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return lower_alnum(c) || c == '-'; });
}
bool name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && alpha(text.front()) &&
         std::ranges::all_of(text, [](char c) { return alnum(c) || c == '_' || c == '-' || c == '.'; });
}
bool identifier(std::string_view text) {
  return !text.empty() && text.size() <= 63 && alpha(text.front()) &&
         std::ranges::all_of(text, [](char c) { return alnum(c) || c == '_'; });
}
bool url(std::string_view text) {
  const bool http = text.starts_with("http://");
  if (!http && !text.starts_with("https://")) return false;
  const auto rest = text.substr(http ? 7 : 8);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  return !authority.empty() && authority.find('@') == std::string_view::npos && std::ranges::all_of(rest, printable);
}
bool address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  int port = -1;
  const auto digits = text.substr(colon + 1);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || port < 0 || port > 65'535) return false;
  const auto host = text.substr(0, colon);
  if (host.front() == '[') return host.size() > 2 && host.back() == ']';
  return std::ranges::all_of(host, [](char c) { return alnum(c) || c == '-' || c == '.' || c == '*'; });
}
bool path(std::string_view text) {
  return text.size() > 1 && text.front() == '/' && text.find('\0') == std::string_view::npos;
}

bool cron(std::string_view text) { return parse_window_edge(text).has_value(); }
std::string cron_problem(std::string_view text) { return parse_window_edge(text).error().message; }
bool timestamp(std::string_view text) { return parse_rfc3339(text).has_value(); }
std::string timestamp_problem(std::string_view text) { return parse_rfc3339(text).error().message; }
std::string time_zone_problem(std::string_view text) {
  const std::vector<std::string> zones = time_zones();
  const std::vector<std::string_view> names(zones.begin(), zones.end());
  const auto meant = nearest(text, names);
  if (zones.empty()) return std::string(text) + " is not a time zone: the system has no tzdata";
  return std::string(text) + " is not a time zone of the system's tzdata" +
         (meant.empty() ? ", such as Europe/Berlin" : "; did you mean " + std::string(meant) + "?");
}

constexpr std::array kFormats{
    FormatInfo{Format::any, "any text", "", "", any},
    FormatInfo{Format::dns_label, "a name of a-z, 0-9 and '-' that begins and ends with a letter or digit",
               "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "checkout", dns_label},
    FormatInfo{Format::name, "a name of letters, digits, '_', '-' and '.' that begins with a letter",
               "^[A-Za-z][A-Za-z0-9_.-]*$", "requests", name},
    FormatInfo{Format::identifier, "a name of letters, digits and '_' that begins with a letter",
               "^[A-Za-z][A-Za-z0-9_]*$", "ballast_shed", identifier},
    FormatInfo{Format::url, "a URL that begins with http:// or https:// and names no user",
               "^https?://[^/?#@]+([/?#].*)?$", "http://127.0.0.1:9001/", url},
    FormatInfo{Format::address, "an address as HOST:PORT", "^.+:[0-9]{1,5}$", "127.0.0.1:9797", address},
    FormatInfo{Format::path, "an absolute path", "^/.+$", "/run/ballast", path},
    FormatInfo{Format::time_zone, "a time zone of tzdata", "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", "Europe/Berlin",
               is_time_zone, time_zone_problem},
    FormatInfo{Format::cron, "a cron schedule", "^(@[a-z]+|[^ ]+( +[^ ]+){4})$", "0 8 * * MON-FRI", cron, cron_problem},
    FormatInfo{Format::timestamp, "a point in time",
               "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
               "2026-11-27T08:00:00+01:00", timestamp, timestamp_problem},
};

}  // namespace

const FormatInfo& info(Format format) {
  for (const auto& line : kFormats)
    if (line.format == format) return line;
  return kFormats[0];
}

}  // namespace ballast
