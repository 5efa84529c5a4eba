#include "controller/config/read_scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "controller/config/formats.h"
#include "controller/config/nearest.h"
#include "controller/config/write.h"
#include "core/read_number.h"
#include "formats/duration.h"
#include "formats/quantity.h"
#include "io/url.h"

namespace ballast::detail {
namespace {

constexpr std::size_t kShown = 64;

/// A value in a message: short, on one line, and never a secret.
std::string shown(const ConfigNode& node, const Limits& limits) {
  if (limits.secret) return "the value";
  std::string text;
  const std::string whole = limits.format == Format::url ? redact_url(node.text) : node.text;
  for (const char c : whole.substr(0, kShown)) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (whole.size() > kShown) text += "…";
  return node.quoted || text.empty() ? '"' + text + '"' : text;
}

/// The value in a proposal of how to write it.
std::string plain(const ConfigNode& node, const Limits& limits) {
  return limits.secret ? "it" : node.text.substr(0, kShown);
}

std::string_view kind_name(ConfigNode::Kind kind) {
  switch (kind) {
    case ConfigNode::Kind::null:
      return "nothing";
    case ConfigNode::Kind::scalar:
      return "a single value";
    case ConfigNode::Kind::list:
      return "a list";
    case ConfigNode::Kind::map:
      return "a map";
  }
  return "";
}

bool add(const ConfigNode& node, const Where& where, std::string message, Problems& problems) {
  problems.push_back({node.place, where.path, std::move(message)});
  return false;
}

bool expect_scalar(const ConfigNode& node, const Where& where, std::string_view wanted, Problems& problems) {
  if (node.kind == ConfigNode::Kind::scalar) return true;
  return add(node, where, fmt::format("needs {}, has {}", wanted, kind_name(node.kind)), problems);
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  if (!read_number(text, value)) return std::nullopt;
  return value;
}

bool is_number(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return !text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9')) && parsed<double>(text);
}

/// `maxReplicas: auto`: a value that this version does not know yet.
bool is_later(const ConfigNode& node, const Where& where) {
  const auto entry = fmt::format("{}: {}", where.key, node.text);
  return std::ranges::find(where.later, std::string_view(entry)) != where.later.end();
}

bool not_yet(const ConfigNode& node, const Where& where, Problems& problems) {
  return add(node, where, fmt::format("{}: not available in this version", node.text), problems);
}

/// `limit` is written as the document would write it.
bool within(double value, const ConfigNode& node, const Where& where, std::string (*limit)(double),
            Problems& problems) {
  if (value < where.limits.min)
    return add(node, where, fmt::format("{} is below {}", shown(node, where.limits), limit(where.limits.min)),
               problems);
  if (value > where.limits.max)
    return add(node, where, fmt::format("{} is above {}", shown(node, where.limits), limit(where.limits.max)),
               problems);
  return true;
}

std::string as_number(double value) {
  return std::abs(value) < 1e15 && value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}
std::string as_duration(double value) { return format_duration(from_seconds(value)); }
std::string as_quantity(double value) {
  return quantity_text(Quantity{static_cast<std::int64_t>(std::llround(value * 1000))});
}

/// `010` is 8 to some readers and 10 to others.
bool has_leading_zero(std::string_view text) {
  return text.size() > 1 && (text.starts_with('0') || text.starts_with("-0"));
}

/// `digits`: the text is a whole number all the same, for what it would be without its quotes or zeros.
bool not_whole(const ConfigNode& node, const Where& where, bool digits, std::int64_t most, Problems& problems) {
  const auto text = shown(node, where.limits);
  if (node.quoted && digits)
    return add(node, where, fmt::format("{} is a string; write {} without quotes", text, plain(node, where.limits)),
               problems);
  if (digits) return add(node, where, fmt::format("{} is not a whole number (leading zero)", text), problems);
  if (node.quoted || !is_number(node.text) || std::abs(parsed<double>(node.text).value_or(0)) < 9e18)
    return add(node, where, fmt::format("{} is not a whole number", text), problems);
  const auto limit = std::isfinite(where.limits.max) ? as_number(where.limits.max) : fmt::format("{}", most);
  return add(node, where, fmt::format("{} does not fit; at most {}", text, limit), problems);
}

bool check_length(std::size_t length, std::string_view what, const ConfigNode& node, const Where& where,
                  Problems& problems) {
  // A required string or list with nothing in it is as good as missing.
  const double least = std::max(where.limits.min, where.limits.required ? 1.0 : 0.0);
  const auto size = static_cast<double>(length);
  if (length == 0 && size < least) return add(node, where, "is empty", problems);
  if (size < least)
    return add(node, where, fmt::format("has {} {}, at least {} are needed", length, what, as_number(least)), problems);
  if (size > where.limits.max)
    return add(node, where, fmt::format("has {} {}, the limit is {}", length, what, as_number(where.limits.max)),
               problems);
  return true;
}

}  // namespace

Where Where::item(std::size_t index) const {
  // Of a list, the limits are those of its length; the form is that of each item.
  return {fmt::format("{}[{}]", path, index),
          key,
          Limits{.required = true, .secret = limits.secret, .plugin = limits.plugin, .format = limits.format},
          {}};
}

std::string child_path(const std::string& path, std::string_view key) {
  const bool name = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!name) return fmt::format("{}[\"{}\"]", path, key.substr(0, kShown));
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool expect_map(const ConfigNode& node, const std::string& path, Problems& problems) {
  if (node.kind == ConfigNode::Kind::map || node.kind == ConfigNode::Kind::null) return true;
  problems.push_back({node.place, path, fmt::format("needs keys and values, has {}", kind_name(node.kind))});
  return false;
}

bool expect_list(const ConfigNode& node, const Where& where, Problems& problems) {
  if (node.kind != ConfigNode::Kind::list)
    return add(node, where, fmt::format("needs a list, has {}", kind_name(node.kind)), problems);
  return check_length(node.items.size(), "items", node, where, problems);
}

bool read_scalar(const ConfigNode& node, const Where& where, bool& out, Problems& problems) {
  if (!expect_scalar(node, where, "true or false", problems)) return false;
  if (node.quoted || (node.text != "true" && node.text != "false"))
    return add(node, where,
               fmt::format("{} is not true or false{}", shown(node, where.limits),
                           node.quoted ? ", which stand without quotes" : ""),
               problems);
  out = node.text == "true";
  return true;
}

bool read_integer(const ConfigNode& node, const Where& where, std::int64_t least, std::int64_t most, std::int64_t& out,
                  Problems& problems) {
  if (!expect_scalar(node, where, "a whole number", problems)) return false;
  if (is_later(node, where)) return not_yet(node, where, problems);
  const auto value = parsed<std::int64_t>(node.text);
  if (node.quoted || !value || has_leading_zero(node.text))
    return not_whole(node, where, value.has_value(), most, problems);
  if (!within(static_cast<double>(*value), node, where, as_number, problems)) return false;
  if (*value < least) return add(node, where, fmt::format("{} is below {}", *value, least), problems);
  if (*value > most) return add(node, where, fmt::format("{} is above {}", *value, most), problems);
  out = *value;
  return true;
}

bool read_choice(const ConfigNode& node, const Where& where, std::span<const std::string_view> names, std::size_t& out,
                 Problems& problems) {
  if (!expect_scalar(node, where, "one of " + join(names, "or"), problems)) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != node.text) continue;
    out = i;
    return true;
  }
  if (is_later(node, where)) return not_yet(node, where, problems);
  const auto meant = nearest(node.text, names);
  return add(node, where,
             fmt::format("{} is none of {}{}", shown(node, where.limits), join(names, "and"),
                         meant.empty() ? "" : fmt::format("; did you mean {}?", meant)),
             problems);
}

bool read_scalar(const ConfigNode& node, const Where& /*where*/, ConfigNode& out, Problems& /*problems*/) {
  out = node;
  return true;
}

bool read_scalar(const ConfigNode& node, const Where& where, double& out, Problems& problems) {
  if (!expect_scalar(node, where, "a number", problems)) return false;
  const auto value = parsed<double>(node.text);
  if (node.quoted && value)
    return add(
        node, where,
        fmt::format("{} is a string; write {} without quotes", shown(node, where.limits), plain(node, where.limits)),
        problems);
  if (node.quoted || !is_number(node.text) || !value || !std::isfinite(*value))
    return add(node, where, fmt::format("{} is not a number", shown(node, where.limits)), problems);
  if (!within(*value, node, where, as_number, problems)) return false;
  out = *value;
  return true;
}

bool read_scalar(const ConfigNode& node, const Where& where, std::string& out, Problems& problems) {
  if (!expect_scalar(node, where, "a string", problems)) return false;
  if (!node.quoted && (is_number(node.text) || node.text == "true" || node.text == "false"))
    return add(node, where,
               fmt::format("{} is not a string; a string needs quotes here: \"{}\"", shown(node, where.limits),
                           where.limits.secret ? "…" : node.text),
               problems);
  if (!check_length(node.text.size(), "characters", node, where, problems)) return false;
  const auto& form = info(where.limits.format);
  if (!node.text.empty() && !form.matches(node.text) && form.problem != nullptr && !where.limits.secret)
    return add(node, where, form.problem(node.text), problems);
  if (!node.text.empty() && !form.matches(node.text))
    return add(node, where, fmt::format("{} is not {}, such as {}", shown(node, where.limits), form.name, form.example),
               problems);
  out = node.text;
  return true;
}

bool read_scalar(const ConfigNode& node, const Where& where, Duration& out, Problems& problems) {
  if (!expect_scalar(node, where, "a duration such as 15s", problems)) return false;
  if (is_number(node.text) && node.text != "0")
    return add(node, where,
               fmt::format("{} has no unit; write {}s for seconds (units: ms, s, m, h, d)", shown(node, where.limits),
                           node.text),
               problems);
  const auto value = parse_duration(node.text);
  if (!value) return add(node, where, value.error().message, problems);
  if (!within(seconds(*value), node, where, as_duration, problems)) return false;
  out = *value;
  return true;
}

bool read_scalar(const ConfigNode& node, const Where& where, Quantity& out, Problems& problems) {
  if (!expect_scalar(node, where, "a quantity such as 100m, 80 or 2Gi", problems)) return false;
  const auto value = parse_quantity(node.text);
  if (!value) return add(node, where, value.error().message, problems);
  if (!within(static_cast<double>(value->milli) / 1000, node, where, as_quantity, problems)) return false;
  out = *value;
  return true;
}

bool read_scalar(const ConfigNode& node, const Where& where, std::map<std::string, std::string>& out,
                 Problems& problems) {
  if (!expect_map(node, where.path, problems)) return false;
  bool good = true;
  for (const auto& [key, value] : node.fields) {
    const Where entry{
        child_path(where.path, key), key, Limits{.secret = where.limits.secret, .format = where.limits.format}, {}};
    good = read_scalar(value, entry, out[key], problems) && good;
  }
  return good;
}

}  // namespace ballast::detail
