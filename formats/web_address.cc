#include "formats/web_address.h"

#include <algorithm>

#include "core/read_number.h"

namespace ballast {
namespace {

constexpr std::size_t kLongest = 2048;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_of_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  return read_number(text, port) && port > 0;
}

/// `shop.example`, `shop.example:8080`, `[::1]:8080`.
bool is_host(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return false;
  const std::string_view name = text.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end);
  const std::string_view rest = text.substr(bracketed ? end + 1 : end);
  const bool good_name = bracketed ? name.find(':') != std::string_view::npos &&
                                         std::ranges::all_of(name, [](char c) { return is_hex(c) || c == ':'; })
                                   : std::ranges::all_of(name, is_of_name);
  return !name.empty() && good_name && (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
}

bool is_rest(std::string_view text) {
  constexpr std::string_view kRefused = "\"'<>\\^`{|}";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c <= ' ' || c >= 127 || kRefused.find(c) != std::string_view::npos) return false;
    if (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
  }
  return true;
}

}  // namespace

bool is_web_address(std::string_view text) {
  if (text.size() > kLongest) return false;
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return false;
  text.remove_prefix(scheme);
  const std::size_t host = std::min(text.find_first_of("/?#"), text.size());
  return is_host(text.substr(0, host)) && is_rest(text.substr(host));
}

}  // namespace ballast
