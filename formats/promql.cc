#include "formats/promql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "formats/duration.h"

namespace ballast {
namespace {

constexpr int kMaxDepth = 64;
constexpr Duration kMostReach = std::chrono::hours{24 * 365 * 100};

constexpr std::array<std::string_view, 14> kAggregators{"avg",    "bottomk",     "count", "count_values", "group",
                                                        "limitk", "limit_ratio", "max",   "min",          "quantile",
                                                        "stddev", "stdvar",      "sum",   "topk"};
/// They give a value whether or not there are samples.
constexpr std::array<std::string_view, 3> kInventors{"absent", "absent_over_time", "vector"};
/// Likewise when they have no argument: `hour()` is of the evaluation time.
constexpr std::array<std::string_view, 8> kDates{"day_of_month", "day_of_week", "day_of_year", "days_in_month",
                                                 "hour",         "minute",      "month",       "year"};

template <class Names>
bool is_one_of(const Names& names, std::string_view word) {
  return std::ranges::find(names, word) != names.end();
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
bool is_in_word(char c) { return begins_word(c) || is_digit(c); }
std::string lower(std::string_view word) {
  std::string result{word};
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

/// Reads the text from left to right, level by level. The first thing that is not understood ends it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<PromqlReach> read() {
    PromqlReach reach = expression();
    if (!problem_ && !at_end()) fail(fmt::format("'{}' is not expected", peek()));
    if (problem_) return *problem_;
    if (reach.selectors == 0 && reach.why.empty()) reach.why = "it reads no series";
    if (!reach.why.empty()) reach.oldest = {};
    return reach;
  }

 private:
  void fail(const std::string& what) {
    if (!problem_) problem_ = Error{Errc::invalid, fmt::format("character {}: {}", at_ + 1, what)};
    at_ = text_.size();
  }
  /// White space, and comments to the end of their line.
  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        ++at_;
      else
        return;
    }
  }
  bool at_end() {
    skip_space();
    return at_ >= text_.size();
  }
  char peek() { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(at_end() ? fmt::format("'{}' is missing", c) : fmt::format("'{}' where '{}' is due", peek(), c));
  }
  /// The word that comes next, without taking it.
  std::string_view next_word() {
    if (!begins_word(peek())) return {};
    std::size_t end = at_;
    while (end < text_.size() && is_in_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  /// Keywords are the same in upper case.
  bool take_keyword(std::string_view keyword) {
    const std::string_view word = next_word();
    if (lower(word) != keyword) return false;
    at_ += word.size();
    return true;
  }
  void skip_string() {
    const char quote = peek();
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && quote != '`') {
        ++at_;
      } else if (text_[at_] == quote) {
        ++at_;
        return;
      }
    }
    fail("a quote is not closed");
  }
  static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
  /// From an opening bracket to its closing one; none of its kind stands inside, but for strings.
  void skip_to(char close) {
    for (++at_; !at_end();) {
      if (take(close)) return;
      if (is_quote(peek()))
        skip_string();
      else
        ++at_;
    }
    fail(fmt::format("'{}' is missing", close));
  }

  static PromqlReach merged(PromqlReach a, const PromqlReach& b) {
    a.selectors += b.selectors;
    a.oldest = std::max(a.oldest, b.oldest);
    if (a.why.empty()) a.why = b.why;
    return a;
  }
  static void reach_further(PromqlReach& reach, Duration by) {
    reach.oldest = std::min(reach.oldest + std::clamp(by, Duration{}, kMostReach), kMostReach);
  }

  PromqlReach expression() {
    if (depth_ == kMaxDepth) {
      fail(fmt::format("more than {} levels", kMaxDepth));
      return {};
    }
    ++depth_;
    PromqlReach reach = operand();
    while (!problem_ && take_operator()) reach = merged(std::move(reach), operand());
    --depth_;
    return reach;
  }

  /// An operator between two operands, with what may follow it: `bool`, `on (…)`, `group_left (…)`.
  bool take_operator() {
    constexpr std::array<std::string_view, 4> kWords{"and", "or", "unless", "atan2"};
    if (is_one_of(kWords, lower(next_word()))) {
      at_ += next_word().size();
    } else if (std::string_view{"+-*/%^=!<>"}.find(peek()) != std::string_view::npos && !at_end()) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '=' || text_[at_] == '~')) ++at_;
    } else {
      return false;
    }
    take_keyword("bool");
    if (take_keyword("on") || take_keyword("ignoring")) labels();
    if ((take_keyword("group_left") || take_keyword("group_right")) && peek() == '(') labels();
    return true;
  }
  void labels() {
    if (peek() == '(')
      skip_to(')');
    else
      expect('(');
  }

  PromqlReach operand() {
    while (take('+') || take('-')) {
    }
    PromqlReach reach;
    bare_ = false;
    const char c = peek();
    if (is_digit(c) || c == '.') {
      skip_number();
    } else if (is_quote(c)) {
      skip_string();
    } else if (take('(')) {
      reach = expression();
      expect(')');
      bare_ = false;
    } else if (c == '{') {
      reach = selector("{…}");
    } else if (begins_word(c)) {
      reach = named();
    } else {
      fail(at_end() ? "the query ends too early" : fmt::format("'{}' is not expected", c));
    }
    while (!problem_ && modified(reach)) {
    }
    return reach;
  }
  void skip_number() {
    bool hex = false;
    for (; at_ < text_.size() && (is_in_word(text_[at_]) || text_[at_] == '.') && text_[at_] != ':'; ++at_) {
      hex = hex || text_[at_] == 'x' || text_[at_] == 'X';
      const bool exponent = !hex && (text_[at_] == 'e' || text_[at_] == 'E');
      if (exponent && at_ + 1 < text_.size() && (text_[at_ + 1] == '+' || text_[at_ + 1] == '-')) ++at_;
    }
  }

  /// An aggregation, a call or a selector, as what follows the name tells.
  PromqlReach named() {
    const std::string_view name = next_word();
    const std::string word = lower(name);
    at_ += name.size();
    if (word == "inf" || word == "nan") return {};
    if (is_one_of(kAggregators, word) && (peek() == '(' || is_grouping(next_word()))) return aggregation();
    if (peek() != '(') return selector(name);
    const PromqlReach inside = arguments();
    const bool invents = is_one_of(kInventors, name) || (is_one_of(kDates, name) && inside.selectors == 0);
    if (!invents) return inside;
    return merged({.why = fmt::format("{}() gives a value where there is no sample", name)}, inside);
  }
  static bool is_grouping(std::string_view word) { return lower(word) == "by" || lower(word) == "without"; }
  PromqlReach aggregation() {
    if (take_keyword("by") || take_keyword("without")) labels();
    PromqlReach inside = arguments();
    if (take_keyword("by") || take_keyword("without")) labels();
    return inside;
  }
  PromqlReach arguments() {
    PromqlReach reach;
    expect('(');
    while (!problem_ && peek() != ')') {
      reach = merged(std::move(reach), expression());
      if (!take(',')) break;
    }
    expect(')');
    bare_ = false;
    return reach;
  }
  PromqlReach selector(std::string_view name) {
    if (peek() == '{') skip_to('}');
    bare_ = true;
    return {1, {}, fmt::format("`{}` has no range", name.substr(0, 80))};
  }

  /// Takes one of `[1m]`, `[5m:1m]`, `offset 1m`, `@ end()`, if it follows.
  bool modified(PromqlReach& reach) {
    if (take('[')) {
      bracket(reach);
    } else if (take_keyword("offset")) {
      const bool negative = take('-');
      take('+');
      const auto by = duration(next_number());
      if (by && !negative) reach_further(reach, *by);
    } else if (take('@')) {
      fix_time(reach);
    } else {
      return false;
    }
    return true;
  }
  void bracket(PromqlReach& reach) {
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return fail("']' is missing");
    const std::string_view inside = text_.substr(at_, end - at_);
    const std::size_t colon = inside.find(':');
    const auto range = duration(inside.substr(0, colon));
    if (!range) return;
    at_ = end + 1;
    if (colon == std::string_view::npos) {
      if (!bare_) return fail("a range of what is no selector");
      reach.why.clear();
    }
    bare_ = false;
    reach_further(reach, *range);
  }
  void fix_time(PromqlReach& reach) {
    if (take_keyword("start") || take_keyword("end")) {
      expect('(');
      return expect(')');
    }
    take('-');
    if (!is_digit(peek()) && peek() != '.') return fail("no time after '@'");
    skip_number();
    if (reach.why.empty()) reach.why = "`@` pins it to a fixed time";
  }
  std::string_view next_number() {
    skip_space();
    const std::size_t from = at_;
    skip_number();
    return text_.substr(from, at_ - from);
  }
  /// `1m`, `1h30m`, and seconds as a plain number.
  std::optional<Duration> duration(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    if (const auto span = parse_duration(text)) return *span;
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool plain = failed == std::errc{} && end == text.data() + text.size() && number >= 0;
    if (plain && number < seconds(kMostReach)) return from_seconds(number);
    fail(fmt::format("'{}' is no duration", text.substr(0, 40)));
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool bare_ = false;  ///< the operand is a selector without a range so far
  std::optional<Error> problem_{};
};

}  // namespace

Result<PromqlReach> promql_reach(std::string_view query) {
  if (query.size() > kMaxPromqlBytes)
    return Error{Errc::invalid,
                 fmt::format("the query has {} bytes, at most {} are read", query.size(), kMaxPromqlBytes)};
  return Reader(query).read();
}

}  // namespace ballast
