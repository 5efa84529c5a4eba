// Settings in words, for the reference and for `ballast docs`.
#include <fmt/format.h>

#include <cmath>

#include "controller/config/formats.h"
#include "controller/config/generate.h"
#include "controller/config/nearest.h"
#include "controller/config/plugins.h"
#include "formats/duration.h"

namespace ballast {
namespace {

std::string one_type(const FieldSchema& field) {
  switch (field.type) {
    case ValueType::boolean:
      return "true or false";
    case ValueType::integer:
      return "whole number";
    case ValueType::number:
      return "number";
    case ValueType::string:
      return field.limits.format == Format::any ? "string" : fmt::format("string: {}", info(field.limits.format).name);
    case ValueType::duration:
      return "duration";
    case ValueType::quantity:
      return "quantity";
    case ValueType::choice:
      return (field.choices.size() > 1 ? "one of " : "") +
             join(std::vector<std::string_view>(field.choices.begin(), field.choices.end()), "or");
    case ValueType::structure:
      return "object";
    case ValueType::plugin:
      return fmt::format("one {}: {}", to_string(field.limits.plugin), join(plugin_names(field.limits.plugin), "or"));
    case ValueType::map:
      return "strings by string";
  }
  return "";
}

std::string limit(const FieldSchema& field, double value) {
  if (!field.list && field.type == ValueType::duration) return format_duration(from_seconds(value));
  if (!field.list && field.type == ValueType::quantity)
    return quantity_text(Quantity{static_cast<std::int64_t>(std::llround(value * 1000))});
  return std::abs(value) < 1e15 && value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

std::string_view counted(const FieldSchema& field) {
  if (field.list)
    return field.limits.max == 1 || (field.limits.min == 1 && !std::isfinite(field.limits.max)) ? " item" : " items";
  return field.type == ValueType::string ? " characters" : "";
}

}  // namespace

std::string type_text(const FieldSchema& field) {
  return field.list ? "list of " + one_type(field) + (field.type == ValueType::structure ? "s" : "") : one_type(field);
}

std::string limits_text(const FieldSchema& field) {
  const bool low = std::isfinite(field.limits.min);
  const bool high = std::isfinite(field.limits.max);
  if (low && high)
    return fmt::format("{} to {}{}", limit(field, field.limits.min), limit(field, field.limits.max), counted(field));
  if (low) return fmt::format("at least {}{}", limit(field, field.limits.min), counted(field));
  if (high) return fmt::format("at most {}{}", limit(field, field.limits.max), counted(field));
  return "";
}

std::string default_text(const FieldSchema& field) {
  if (!field.fallback) return "";
  return field.fallback->kind == ConfigNode::Kind::scalar ? field.fallback->text : to_json(*field.fallback);
}

}  // namespace ballast
