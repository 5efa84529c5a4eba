#include "adapters/process/template.h"

#include <fmt/format.h>

namespace ballast {
namespace {

/// The placeholder whose `{` is at `begin`, without braces; nothing when it is not closed.
std::optional<std::string_view> placeholder(std::string_view text, std::size_t begin) {
  const std::size_t end = text.find('}', begin);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(begin + 1, end - begin - 1);
}

/// What is wrong with the placeholder `word`, whose `{` is at `begin`.
std::optional<std::string> check_placeholder(std::string_view text, std::size_t begin,
                                             const std::optional<std::string_view>& word, bool has_ports) {
  if (word == "name") return std::nullopt;
  if (word == "port")
    return has_ports ? std::nullopt : std::optional<std::string>("{port} needs ports: write ports: 9001-9050");
  return fmt::format("'{{{}' is no placeholder: write {{port}}, {{name}}, or {{{{ for a brace",
                     word ? fmt::format("{}}}", *word) : text.substr(begin + 1, 20));
}

}  // namespace

std::string expand_template(std::string_view text, std::string_view name, std::uint16_t port) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      result += c;
      ++i;
      continue;
    }
    const auto word = c == '{' ? placeholder(text, i) : std::nullopt;
    if (word == "port" || word == "name") {
      result += *word == "port" ? std::to_string(port) : std::string(name);
      i += word->size() + 1;
    } else {
      result += c;
    }
  }
  return result;
}

std::optional<std::string> check_template(std::string_view text, bool has_ports) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return "holds a NUL character";
    if (text[i] != '{') continue;
    if (i + 1 < text.size() && text[i + 1] == '{') {
      ++i;
      continue;
    }
    const auto word = placeholder(text, i);
    if (auto wrong = check_placeholder(text, i, word, has_ports)) return wrong;
    i += word->size() + 1;
  }
  return std::nullopt;
}

}  // namespace ballast
