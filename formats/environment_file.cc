#include "formats/environment_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace ballast {
namespace {

constexpr std::string_view kBlanks = " \t\r";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Error at_line(std::size_t line, const std::string& what) {
  return {Errc::invalid, fmt::format("line {}: {}", line, what)};
}

/// Walks over the text and counts lines.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return text_[at_]; }
  [[nodiscard]] std::size_t line() const { return line_; }
  char next() {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }
  void skip_blanks() {
    while (!at_end() && (is_blank(peek()) || peek() == '\n')) next();
  }
  void skip_line() {
    while (!at_end() && next() != '\n') {
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

Result<std::string> read_name(Reader& reader) {
  const std::size_t line = reader.line();
  std::string name;
  while (!reader.at_end() && reader.peek() != '=' && reader.peek() != '\n') name += reader.next();
  const bool has_value = !reader.at_end() && reader.peek() == '=';
  if (has_value) reader.next();
  name = without_blanks_behind(name);
  if (!has_value) return at_line(line, fmt::format("'{}' has no =: write NAME=VALUE", name.substr(0, 40)));
  if (!is_name(name))
    return at_line(line, fmt::format("'{}' is no name of a variable: letters, digits and '_'", name.substr(0, 40)));
  return name;
}

/// What stands between two quotes; the opening one has been read. False: it never closes.
bool read_quoted(Reader& reader, char quote, std::string& value) {
  while (!reader.at_end()) {
    const char c = reader.next();
    if (c == quote) return true;
    if (c != '\\' || quote == '\'') {
      value += c;
      continue;
    }
    if (reader.at_end()) return false;
    const char escaped = reader.next();
    if (escaped == '\n') continue;
    if (std::string_view("\"\\`$").find(escaped) == std::string_view::npos) value += '\\';
    value += escaped;
  }
  return false;
}

/// Gathers a value; blanks at its end belong to it only when they were quoted or escaped.
class Value {
 public:
  void add(char c) { text_ += c; }
  void add_for_good(std::string_view piece) {
    text_ += piece;
    kept_ = text_.size();
  }
  [[nodiscard]] std::string take() {
    while (text_.size() > kept_ && is_blank(text_.back())) text_.pop_back();
    return std::move(text_);
  }

 private:
  std::string text_{};
  std::size_t kept_ = 0;
};

/// What a backslash keeps: the next character; nothing of a line's end, nor at the end of the file.
std::string escaped(Reader& reader) {
  if (reader.at_end()) return {};
  const char c = reader.next();
  return c == '\n' ? std::string() : std::string(1, c);
}

Result<std::string> read_value(Reader& reader) {
  const std::size_t line = reader.line();
  Value value;
  bool in_a_word = false;  // there a quote is itself, as in systemd, and a blank counts
  while (!reader.at_end() && reader.peek() != '\n') {
    const char c = reader.next();
    if (!in_a_word && is_blank(c)) continue;
    if (!in_a_word && (c == '\'' || c == '"')) {
      std::string quoted;
      if (!read_quoted(reader, c, quoted)) return at_line(line, fmt::format("the {} of the value is not closed", c));
      value.add_for_good(quoted);
      continue;
    }
    in_a_word = true;
    if (c == '\\')
      value.add_for_good(escaped(reader));
    else
      value.add(c);
  }
  return value.take();
}

}  // namespace

Result<Variables> parse_environment_file(std::string_view text) {
  if (text.size() > kMaxEnvironmentFile)
    return Error{Errc::invalid, fmt::format("{} bytes are above the limit of {}", text.size(), kMaxEnvironmentFile)};
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return at_line(1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, nul), '\n')), "a NUL character");
  Variables variables;
  Reader reader(text);
  for (;;) {
    reader.skip_blanks();
    if (reader.at_end()) return variables;
    if (reader.peek() == '#' || reader.peek() == ';') {
      reader.skip_line();
      continue;
    }
    const std::size_t line = reader.line();
    auto name = read_name(reader);
    if (!name) return name.error();
    auto value = read_value(reader);
    if (!value) return value.error();
    if (variables.size() == kMaxEnvironmentVariables)
      return at_line(line, fmt::format("more than {} variables", kMaxEnvironmentVariables));
    variables.emplace_back(std::move(*name), std::move(*value));
  }
}

}  // namespace ballast
