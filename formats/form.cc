#include "formats/form.h"

#include <fmt/format.h>

namespace ballast {

std::string form_encode(std::string_view text) {
  constexpr std::string_view kPlain = "*-._";
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain)
      result += c;
    else if (c == ' ')
      result += '+';
    else
      result += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return result;
}

std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string result;
  for (const auto& [name, value] : fields) {
    if (!result.empty()) result += '&';
    result += form_encode(name) + '=' + form_encode(value);
  }
  return result;
}

}  // namespace ballast
