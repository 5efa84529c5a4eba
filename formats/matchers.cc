#include "formats/matchers.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "formats/excerpt.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxBytes = 4096;
constexpr int kPatternMemory = 1 << 20;  // RE2 refuses patterns whose program is larger

bool is_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
std::string_view trimmed(std::string_view text) {
  const std::size_t from = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

Error problem(std::string_view text, std::string_view what) {
  return {Errc::invalid, fmt::format("'{}' is no matcher: {}; write code=~\"5..\"", excerpt(text), what)};
}

bool has(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

/// From one quote to the next, with `\\`, `\"`, `\'` and `\n`; nothing when that is not all of the text.
std::optional<std::string> quoted(std::string_view text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == text.front()) return i + 1 == text.size() ? std::optional(value) : std::nullopt;
    const bool escaped = text[i] == '\\' && i + 1 < text.size() && has("\\\"'n", text[i + 1]);
    if (escaped) ++i;
    value += escaped && text[i] == 'n' ? '\n' : text[i];
  }
  return std::nullopt;
}

/// Between quotes, or as it is.
std::optional<std::string> value_of(std::string_view text) {
  if (!text.empty() && has("\"'", text.front())) return quoted(text);
  if (text.find_first_of(" \t\n\"'") != std::string_view::npos) return std::nullopt;
  return std::string{text};
}

}  // namespace

struct LabelMatcher::Pattern {
  RE2 expression;
  explicit Pattern(const std::string& text) : expression("(?s:" + text + ")", options()) {}
  static RE2::Options options() {
    RE2::Options result;
    result.set_log_errors(false);
    result.set_max_mem(kPatternMemory);
    return result;
  }
};

bool LabelMatcher::matches(std::string_view value) const {
  const bool same =
      pattern_ ? RE2::FullMatch(re2::StringPiece(value.data(), value.size()), pattern_->expression) : value == value_;
  return same != negative_;
}

bool LabelMatcher::matches(const Labels& labels) const {
  const std::string* value = find_label(labels, label_);
  return matches(value == nullptr ? std::string_view{} : std::string_view{*value});
}

Result<LabelMatcher> parse_matcher(std::string_view text) {
  if (text.size() > kMaxBytes) return problem(text, fmt::format("longer than {} characters", kMaxBytes));
  const std::string_view all = trimmed(text);
  const std::size_t end = static_cast<std::size_t>(std::ranges::find_if_not(all, is_in_name) - all.begin());
  if (end == 0 || (all[0] >= '0' && all[0] <= '9')) return problem(text, "it begins with no name of a label");
  const std::string_view rest = trimmed(all.substr(end));
  LabelMatcher matcher;
  matcher.label_ = all.substr(0, end);
  const bool regular = rest.starts_with("=~") || rest.starts_with("!~");
  matcher.negative_ = rest.starts_with('!');
  if (!regular && !rest.starts_with("!=") && !rest.starts_with('='))
    return problem(text, "it has none of =, !=, =~, !~");
  const auto value = value_of(trimmed(rest.substr(regular || matcher.negative_ ? 2 : 1)));
  if (!value) return problem(text, "a quote is missing");
  matcher.value_ = *value;
  if (!regular) return matcher;
  auto pattern = std::make_shared<const LabelMatcher::Pattern>(*value);
  if (!pattern->expression.ok()) return problem(text, excerpt(pattern->expression.error()));
  matcher.pattern_ = std::move(pattern);
  return matcher;
}

}  // namespace ballast
