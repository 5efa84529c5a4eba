// Any bytes as a file of variables: refused, or names that are names and values without NUL, which single quotes carry.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/environment_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto variables = ballast::parse_environment_file({reinterpret_cast<const char*>(bytes), size});
  if (!variables) return 0;
  std::string written;
  std::size_t with_quotes = 0;
  for (const auto& [name, value] : *variables) {
    if (name.empty() || value.find('\0') != std::string::npos) std::abort();
    if (value.find('\'') != std::string::npos)
      ++with_quotes;
    else
      written += name + "='" + value + "'\n";
  }
  if (written.size() > ballast::kMaxEnvironmentFile) return 0;
  const auto again = ballast::parse_environment_file(written);
  if (!again || again->size() + with_quotes != variables->size()) std::abort();
  std::size_t i = 0;
  for (const auto& variable : *variables)
    if (variable.second.find('\'') == std::string::npos && (*again)[i++] != variable) std::abort();
  return 0;
}
