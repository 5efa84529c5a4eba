// A spec as data: what `fields()`, `rules()` and `later()` of a spec struct say, for all that is generated from it (the
// JSON schema, the reference, `ballast docs`, random specs).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "controller/config/write.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/time.h"

namespace ballast {

enum class ValueType : std::uint8_t {
  boolean,
  integer,
  number,
  string,
  duration,
  quantity,
  choice,     ///< one of `choices`
  structure,  ///< `structure` says what is in it
  plugin,     ///< of `limits.plugin`; with an empty key it stands among the other keys
  map,        ///< strings by string
};

struct Schema;
struct FieldSchema {
  std::string key{};
  std::string doc{};
  std::string unit{};
  ValueType type = ValueType::string;
  bool list = false;
  Limits limits{};
  std::vector<std::string> choices{};
  std::shared_ptr<const Schema> structure{};
  std::optional<ConfigNode> fallback{};  ///< the default; none: required, or absent when not written
};

struct Schema {
  std::vector<FieldSchema> fields{};
  std::vector<Rule> rules{};
  std::vector<std::string_view> later{};
  [[nodiscard]] const FieldSchema* find(std::string_view key) const {
    for (const auto& field : fields)
      if (field.key == key) return &field;
    return nullptr;
  }
};

template <SpecStruct T>
Schema schema_of();

namespace detail {

template <class T>
void describe_type(FieldSchema& field) {
  if constexpr (IsOptional<T>::value) {
    describe_type<typename T::value_type>(field);
  } else if constexpr (IsVector<T>::value) {
    describe_type<typename T::value_type>(field);
    field.list = true;
  } else if constexpr (std::is_same_v<T, bool>) {
    field.type = ValueType::boolean;
  } else if constexpr (std::is_integral_v<T>) {
    field.type = ValueType::integer;
  } else if constexpr (std::is_same_v<T, double>) {
    field.type = ValueType::number;
  } else if constexpr (std::is_same_v<T, std::string>) {
    field.type = ValueType::string;
  } else if constexpr (std::is_same_v<T, Duration>) {
    field.type = ValueType::duration;
  } else if constexpr (std::is_same_v<T, Quantity>) {
    field.type = ValueType::quantity;
  } else if constexpr (std::is_same_v<T, PluginRef>) {
    field.type = ValueType::plugin;
  } else if constexpr (std::is_enum_v<T>) {
    field.type = ValueType::choice;
    for (const auto name : enum_names(T{})) field.choices.emplace_back(name);
  } else if constexpr (SpecStruct<T>) {
    field.type = ValueType::structure;
    field.structure = std::make_shared<const Schema>(schema_of<T>());
  } else {
    static_assert(std::is_same_v<T, std::map<std::string, std::string>>, "a type that documents cannot hold");
    field.type = ValueType::map;
  }
}

template <class Spec, class T>
FieldSchema field_schema(const Field<Spec, T>& field) {
  FieldSchema result{.key = field.name, .doc = field.doc, .unit = field.unit, .limits = field.limits};
  describe_type<T>(result);
  if (!field.limits.required && result.type != ValueType::structure)
    result.fallback = write_value(Spec{}.*field.member);
  return result;
}

template <SpecStruct T>
constexpr bool has_field(std::string_view key) {
  return std::apply([key](const auto&... field) { return ((key == field.name) || ...); }, T::fields());
}

/// A rule that names a field which does not exist would never fail.
template <SpecStruct T>
constexpr bool rules_name_fields() {
  if constexpr (HasRules<T>)
    for (const Rule& rule : T::rules())
      for (const auto key : rule.fields)
        if (!key.empty() && !has_field<T>(key)) return false;
  return true;
}

}  // namespace detail

template <SpecStruct T>
Schema schema_of() {
  static_assert(detail::rules_name_fields<T>(), "a rule names a field that the spec does not have");
  Schema schema;
  std::apply([&schema](const auto&... field) { (schema.fields.push_back(detail::field_schema(field)), ...); },
             T::fields());
  if constexpr (HasRules<T>)
    for (const Rule& rule : T::rules()) schema.rules.push_back(rule);
  if constexpr (HasLater<T>)
    for (const auto name : T::later()) schema.later.push_back(name);
  return schema;
}

}  // namespace ballast
