#include "formats/resp.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <utility>

#include "core/read_number.h"

namespace ballast {
namespace {

using Kind = RespValue::Kind;

/// A length, a number: no line that is none of text is longer.
constexpr std::size_t kMaxNumberLine = 512;

Error cut_off() { return {Errc::unavailable, "Redis's answer ends in the middle of a reply"}; }
Error malformed(std::string what) { return {Errc::invalid, "no answer of Redis: " + std::move(what)}; }

template <class T>
std::optional<T> whole(std::string_view text) {
  T value{};
  if (!read_number(text, value)) return std::nullopt;
  return value;
}

std::optional<double> double_of(std::string_view text) {
  if (text == "inf" || text == "+inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
  return whole<double>(text);
}

class Reader {
 public:
  Reader(std::string_view bytes, RespLimits limits) : rest_(bytes), limits_(limits) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  Result<RespValue> value(std::size_t depth) {
    if (rest_.empty()) return cut_off();
    if (++values_ > limits_.values) return malformed(fmt::format("more than {} values", limits_.values));
    const char type = rest_.front();
    rest_.remove_prefix(1);
    switch (type) {
      case '+':
      case '-':
      case '(':
        return line_text(type == '-' ? Kind::error : Kind::text);
      case ':':
      case ',':
      case '#':
      case '_':
        return scalar(type);
      case '$':
      case '=':
      case '!':
        return bulk(type);
      case '*':
      case '~':
      case '>':
      case '%':
      case '|':
        return aggregate(type, depth);
      default:
        return malformed(fmt::format("a reply begins with byte {}", static_cast<unsigned char>(type)));
    }
  }

 private:
  Result<std::string_view> line(std::size_t most) {
    const std::size_t end = rest_.find('\r');
    if (end > most && rest_.size() > most) return malformed(fmt::format("a line above {} bytes", most));
    if (end == std::string_view::npos || end + 1 == rest_.size()) return cut_off();
    if (rest_[end + 1] != '\n') return malformed("a line without its end");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return text;
  }

  Result<RespValue> line_text(Kind kind) {
    const auto text = line(limits_.text_bytes);
    if (!text) return text.error();
    return RespValue{.kind = kind, .text = std::string(*text)};
  }

  Result<RespValue> scalar(char type) {
    const auto text = line(kMaxNumberLine);
    if (!text) return text.error();
    if (type == '_' && text->empty()) return RespValue{};
    if (type == '#' && (*text == "t" || *text == "f"))
      return RespValue{.kind = Kind::boolean, .integer = *text == "t" ? 1 : 0};
    if (type == ':')
      if (const auto integer = whole<std::int64_t>(text->starts_with("+") ? text->substr(1) : *text))
        return RespValue{.kind = Kind::integer, .integer = *integer};
    if (type == ',')
      if (const auto number = double_of(*text)) return RespValue{.kind = Kind::number, .number = *number};
    return malformed(fmt::format("'{}{}' is no value", type, *text));
  }

  /// -1: null.
  Result<std::int64_t> length(std::size_t most) {
    const auto text = line(kMaxNumberLine);
    if (!text) return text.error();
    const auto count = whole<std::int64_t>(*text);
    if (!count || *count < -1) return malformed(fmt::format("'{}' is no length", *text));
    if (std::cmp_greater(*count, most)) return malformed(fmt::format("a length of {} is above {}", *count, most));
    return *count;
  }

  Result<RespValue> bulk(char type) {
    const auto count = length(limits_.text_bytes);
    if (!count) return count.error();
    if (*count < 0) return RespValue{};
    const auto size = static_cast<std::size_t>(*count);
    if (rest_.size() < size + 2) return cut_off();
    if (rest_.substr(size, 2) != "\r\n") return malformed("a text is longer than it says");
    std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size + 2);
    if (type == '=') {  // `txt:` or `mkd:`
      if (text.size() < 4 || text[3] != ':') return malformed("a verbatim text without its format");
      text.remove_prefix(4);
    }
    return RespValue{.kind = type == '!' ? Kind::error : Kind::text, .text = std::string(text)};
  }

  Result<RespValue> aggregate(char type, std::size_t depth) {
    if (depth == 0) return malformed(fmt::format("lists more than {} deep", limits_.depth));
    const bool pairs = type == '%' || type == '|';
    const auto count = length(limits_.values / (pairs ? 2 : 1));
    if (!count) return count.error();
    if (*count < 0) return RespValue{};
    RespValue list{.kind = pairs ? Kind::map : Kind::list};
    for (std::int64_t left = pairs ? 2 * *count : *count; left > 0; --left) {
      auto item = value(depth - 1);
      if (!item) return item.error();
      if (type != '|') list.items.push_back(*std::move(item));
    }
    if (type == '|') return value(depth - 1);  // what the attributes are about
    return list;
  }

  std::string_view rest_;
  RespLimits limits_;
  std::size_t values_ = 0;
};

}  // namespace

Result<std::vector<RespValue>> parse_resp(std::string_view bytes, RespLimits limits) {
  std::vector<RespValue> replies;
  Reader reader(bytes, limits);
  while (!reader.at_end()) {
    auto reply = reader.value(limits.depth);
    if (!reply) return reply.error();
    replies.push_back(*std::move(reply));
  }
  return replies;
}

std::string resp_command(const std::vector<std::string_view>& arguments) {
  std::string command = fmt::format("*{}\r\n", arguments.size());
  for (const std::string_view argument : arguments) command += fmt::format("${}\r\n{}\r\n", argument.size(), argument);
  return command;
}

}  // namespace ballast
