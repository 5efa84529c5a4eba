#include "formats/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "core/read_number.h"
#include "formats/excerpt.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxLabels = 256;
constexpr std::size_t kShownLabels = 4;
constexpr std::array<std::string_view, 5> kSuffixes{"_bucket", "_count", "_created", "_sum", "_total"};

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
bool is_in_name(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }

/// `\\`, `\"` and `\n`; any other backslash stands for itself, as Prometheus reads it.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\\' || next == '"') {
      result += next;
      ++i;
    } else if (next == 'n') {
      result += '\n';
      ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// Go's ParseFloat as far as exporters use it.
std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  if (!read_number(text, value)) return std::nullopt;
  return value;
}

std::optional<MetricKind> kind_named(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, MetricKind>, 9> kKinds{
      {{"counter", MetricKind::counter},
       {"gauge", MetricKind::gauge},
       {"gaugehistogram", MetricKind::gauge_histogram},
       {"histogram", MetricKind::histogram},
       {"info", MetricKind::info},
       {"stateset", MetricKind::state_set},
       {"summary", MetricKind::summary},
       {"unknown", MetricKind::unknown},
       {"untyped", MetricKind::unknown}}};
  for (const auto& [name, kind] : kKinds)
    if (name == word) return kind;
  return std::nullopt;
}

/// A place in one line. All `take` functions leave it behind what they took.
class Cursor {
 public:
  Cursor(std::string_view text, std::size_t from, std::size_t to) : text_(text), at_(from), end_(to) {}
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ == end_; }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c || done()) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  std::string_view take_name() {
    const std::size_t from = at_;
    if (!done() && begins_name(text_[at_]))
      while (!done() && is_in_name(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  std::string_view take_word() {
    const std::size_t from = at_;
    while (!done() && text_[at_] != ' ' && text_[at_] != '\t') ++at_;
    return text_.substr(from, at_ - from);
  }
  /// What is between quotes, escapes as they are; nothing when a quote is missing.
  std::optional<std::string_view> take_quoted() {
    if (!take('"')) return std::nullopt;
    const std::size_t from = at_;
    for (; !done(); ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < end_)
        ++at_;
      else if (text_[at_] == '"')
        return text_.substr(from, at_++ - from);
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_, end_ - at_); }

 private:
  std::string_view text_;
  std::size_t at_;
  std::size_t end_;
};

/// From behind a brace to behind the closing one. False: malformed. `each` gets names and raw values.
template <class Each>
bool take_labels(Cursor& cursor, Each each) {
  for (std::size_t count = 0; count <= kMaxLabels; ++count) {
    cursor.skip_blanks();
    if (cursor.take('}')) return true;
    const bool quoted = cursor.peek() == '"';
    const auto name = quoted ? cursor.take_quoted() : std::optional(cursor.take_name());
    cursor.skip_blanks();
    if (!name || name->empty() || !cursor.take('=')) return false;
    cursor.skip_blanks();
    const auto value = cursor.take_quoted();
    if (!value) return false;
    each(*name, *value);
    cursor.skip_blanks();
    if (!cursor.take(',') && cursor.peek() != '}') return false;
  }
  return false;
}

std::string_view family_of(std::string_view name) {
  for (const std::string_view suffix : kSuffixes)
    if (name.size() > suffix.size() && name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

}  // namespace

class ExpositionReader {
 public:
  ExpositionReader(std::string text, bool openmetrics) : strict_(openmetrics) { page_.text_ = std::move(text); }

  Result<Exposition> read() {
    if (page_.text_.size() > kMaxExpositionBytes)
      return Error{Errc::invalid,
                   fmt::format("the page has {} bytes, at most {} are read", page_.text_.size(), kMaxExpositionBytes)};
    const std::string_view text = page_.text_;
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != text.npos && text[first] == '<')
      return Error{Errc::invalid, fmt::format("HTML or XML instead of metrics: {}", excerpt(text))};
    std::size_t from = 0;
    for (std::size_t end = 0; (end = text.find('\n', from)) != text.npos && !ended_; from = end + 1) {
      ++line_;
      if (auto wrong = take_line(from, end); !wrong.empty()) return problem(wrong, text.substr(from, end - from));
    }
    if (ended_ && from < text.size()) return Error{Errc::invalid, "there is something behind # EOF"};
    if (from < text.size())
      if (auto last = take_last(from)) return *std::move(last);
    if (strict_ && !ended_) return Error{Errc::unavailable, "the page was cut off: it does not end with # EOF"};
    return std::move(page_);
  }

 private:
  [[nodiscard]] Error problem(std::string_view what, std::string_view line) const {
    return {Errc::invalid, fmt::format("line {} {}: {}", line_, what, excerpt(line))};
  }
  /// What has no line end: only OpenMetrics' `# EOF` may.
  std::optional<Error> take_last(std::size_t from) {
    const std::string_view rest = std::string_view(page_.text_).substr(from);
    if (strict_ && rest == "# EOF") {
      ended_ = true;
      return std::nullopt;
    }
    return Error{Errc::unavailable, fmt::format("the page was cut off in line {}: {}", line_ + 1, excerpt(rest))};
  }

  /// What is wrong with it, or nothing.
  std::string take_line(std::size_t from, std::size_t end) {
    const std::string_view line = std::string_view(page_.text_).substr(from, end - from);
    if (strict_ && line.find('\r') != line.npos) return "has a carriage return";
    Cursor cursor(page_.text_, from, end - (line.ends_with('\r') ? 1 : 0));
    if (!strict_) cursor.skip_blanks();
    if (cursor.done()) return strict_ ? "is empty" : "";
    if (cursor.peek() == '#') return take_comment(cursor);
    return take_sample(cursor);
  }

  std::string take_comment(Cursor& cursor) {
    cursor.take('#');
    if (strict_ && cursor.rest() == " EOF") {
      ended_ = true;
      return "";
    }
    cursor.skip_blanks();
    const std::string_view word = cursor.take_word();
    if (word != "TYPE" && word != "HELP" && word != "UNIT") return strict_ ? "is no comment of OpenMetrics" : "";
    cursor.skip_blanks();
    const bool quoted = cursor.peek() == '"';
    const auto name = quoted ? cursor.take_quoted() : std::optional(cursor.take_name());
    if (!name || name->empty()) return "names no metric";
    cursor.skip_blanks();
    if (strict_ && !enter(*name)) return "continues a family that other ones interrupted";
    if (word != "TYPE") return "";
    const auto kind = kind_named(cursor.take_word());
    cursor.skip_blanks();
    if (!kind || !cursor.done()) return "has an unknown type";
    if (!page_.kinds_.emplace(unescaped(*name), *kind).second) return "gives a type a second time";
    return "";
  }

  /// The family that is read now. False when it was left before.
  bool enter(std::string_view family) {
    if (family == family_) return true;
    family_ = family;
    return families_.insert(family).second;
  }

  std::string take_sample(Cursor& cursor) {
    if (page_.samples_.size() == kMaxExpositionSamples)
      return fmt::format("is above the limit of {} samples", kMaxExpositionSamples);
    ExpositionSample sample;
    if (auto wrong = take_series(cursor, sample); !wrong.empty()) return wrong;
    cursor.skip_blanks();
    const auto value = number(cursor.take_word());
    if (!value) return "has no number as its value";
    sample.value = *value;
    cursor.skip_blanks();
    if (!cursor.done() && cursor.peek() != '#') {
      const auto time = number(cursor.take_word());
      if (!time || !std::isfinite(*time)) return "has no number as its time";
      sample.unix_seconds = strict_ ? *time : *time / 1000;
      cursor.skip_blanks();
    }
    if (!cursor.done() && !(strict_ && is_exemplar(cursor))) return "has something behind its value";
    if (strict_)
      if (auto wrong = check_family(page_.name(sample)); !wrong.empty()) return wrong;
    page_.samples_.push_back(sample);
    return "";
  }

  std::string take_series(Cursor& cursor, ExpositionSample& sample) {
    std::string_view name = cursor.take_name();
    cursor.skip_blanks();
    bool braces = cursor.take('{');
    if (name.empty()) {  // {"a.name", x="y"}
      cursor.skip_blanks();
      const auto quoted = braces ? cursor.take_quoted() : std::nullopt;
      cursor.skip_blanks();
      if (!quoted || quoted->empty() || (!cursor.take(',') && cursor.peek() != '}')) return "names no metric";
      name = *quoted;
    }
    sample.name_at = offset(name);
    sample.name_size = static_cast<std::uint32_t>(name.size());
    sample.labels_at = static_cast<std::uint32_t>(cursor.at());
    if (braces && !take_labels(cursor, [](auto, auto) {})) return "has malformed labels";
    sample.labels_size = static_cast<std::uint32_t>(cursor.at()) - sample.labels_at;
    return "";
  }
  [[nodiscard]] std::uint32_t offset(std::string_view part) const {
    return static_cast<std::uint32_t>(part.data() - page_.text_.data());
  }

  /// `# {trace_id="x"} 0.5 1700000000`: of no use here, but the page is wrong if it is.
  static bool is_exemplar(Cursor& cursor) {
    if (!cursor.take('#')) return false;
    cursor.skip_blanks();
    if (!cursor.take('{') || !take_labels(cursor, [](auto, auto) {})) return false;
    cursor.skip_blanks();
    if (!number(cursor.take_word())) return false;
    cursor.skip_blanks();
    if (!cursor.done() && !number(cursor.take_word())) return false;
    cursor.skip_blanks();
    return cursor.done();
  }

  /// Of OpenMetrics: samples stand with their family, and counters end in `_total`.
  std::string check_family(std::string_view name) {
    const std::string_view stem = family_of(name);
    const auto known = page_.kinds_.find(stem);
    const bool of_stem = known != page_.kinds_.end() && !page_.kinds_.contains(name);
    const std::string_view family = of_stem || stem == family_ ? stem : name;
    if (!enter(family)) return "continues a family that other ones interrupted";
    const auto kind = page_.kinds_.find(family);
    if (kind == page_.kinds_.end() || kind->second != MetricKind::counter) return "";
    return name.ends_with("_total") || name.ends_with("_created") ? "" : "is a counter without _total";
  }

  Exposition page_{};
  bool strict_;
  bool ended_ = false;
  std::size_t line_ = 0;
  std::string_view family_{};
  std::set<std::string_view> families_{};
};

const std::string* find_label(const Labels& labels, std::string_view name) {
  for (const auto& [key, value] : labels)
    if (key == name) return &value;
  return nullptr;
}

std::string to_string(const Labels& labels) {
  std::string text = "{";
  for (std::size_t i = 0; i < labels.size() && i <= kShownLabels; ++i) {
    if (i > 0) text += ", ";
    text += i == kShownLabels ? "…" : fmt::format("{}=\"{}\"", excerpt(labels[i].first), excerpt(labels[i].second));
  }
  return text + "}";
}

std::string_view Exposition::name(const ExpositionSample& sample) const {
  return std::string_view(text_).substr(sample.name_at, sample.name_size);
}

Labels Exposition::labels(const ExpositionSample& sample) const {
  Labels result;
  if (sample.labels_size == 0) return result;
  Cursor cursor(text_, sample.labels_at, std::size_t{sample.labels_at} + sample.labels_size);
  take_labels(cursor, [&](std::string_view name, std::string_view value) {
    result.emplace_back(unescaped(name), unescaped(value));
  });
  return result;
}

MetricKind Exposition::kind(std::string_view name) const {
  auto found = kinds_.find(name);
  if (found == kinds_.end()) found = kinds_.find(family_of(name));
  return found == kinds_.end() ? MetricKind::unknown : found->second;
}

bool is_openmetrics(std::string_view content_type) {
  constexpr std::string_view kType = "application/openmetrics-text";
  return content_type.starts_with(kType) && (content_type.size() == kType.size() || content_type[kType.size()] == ';' ||
                                             content_type[kType.size()] == ' ');
}

Result<Exposition> parse_exposition(std::string text, bool openmetrics) {
  return ExpositionReader(std::move(text), openmetrics).read();
}

}  // namespace ballast
