// Reads a spec out of a tree by its `fields()`: every problem at once, unknown keys refused with the nearest name.
#pragma once

#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "controller/config/read_scalar.h"
#include "controller/config/schema.h"
#include "controller/config/write.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"

namespace ballast {

/// `path` is what stands before the keys in messages: `spec`, or empty. Where something is wrong the result has the
/// default; it is meant to be used only when no problem was added.
template <SpecStruct T>
T read_spec(const ConfigNode& node, const std::string& path, Problems& problems);

namespace detail {

template <class T>
bool read_value(const ConfigNode& node, const Where& where, T& out, Problems& problems);

template <class T>
bool read_list(const ConfigNode& node, const Where& where, std::vector<T>& out, Problems& problems) {
  if (!expect_list(node, where, problems)) return false;
  out.clear();  // of its default
  bool good = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Where item = where.item(i);
    good = read_value(node.items[i], item, out.emplace_back(), problems) && good;
  }
  return good;
}

template <class T>
bool read_whole(const ConfigNode& node, const Where& where, T& out, Problems& problems) {
  std::int64_t wide = 0;
  const auto least = std::numeric_limits<T>::min();
  const auto most = std::numeric_limits<T>::max();
  if (!read_integer(node, where, least, most, wide, problems)) return false;
  out = static_cast<T>(wide);
  return true;
}

template <class T>
bool read_enum(const ConfigNode& node, const Where& where, T& out, Problems& problems) {
  static constexpr auto kNames = enum_names(T{});
  std::size_t index = 0;
  if (!read_choice(node, where, kNames, index, problems)) return false;
  out = static_cast<T>(index);
  return true;
}

/// False when a problem was added.
template <class T>
bool read_value(const ConfigNode& node, const Where& where, T& out, Problems& problems) {
  if constexpr (IsOptional<T>::value) {
    return read_value(node, where, out.emplace(), problems);
  } else if constexpr (IsVector<T>::value) {
    return read_list(node, where, out, problems);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    return read_whole(node, where, out, problems);
  } else if constexpr (std::is_enum_v<T>) {
    return read_enum(node, where, out, problems);
  } else if constexpr (SpecStruct<T>) {
    const auto before = problems.size();
    out = read_spec<T>(node, where.path, problems);
    return problems.size() == before;
  } else {
    return read_scalar(node, where, out, problems);
  }
}

template <class T>
FieldState state_of(const T& value, const ConfigNode* node) {
  FieldState state{.present = is_written(node)};
  if constexpr (IsOptional<T>::value) {
    if (value) state = state_of(*value, node);
  } else if constexpr (std::is_same_v<T, Duration>) {
    state.number = seconds(value);
  } else if constexpr (std::is_same_v<T, Quantity>) {
    state.number = as_double(value);
  } else if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    state.number = static_cast<double>(value);
  }
  if (const auto written = write_value(value)) state.text = written->text;
  if (state.present && node->kind == ConfigNode::Kind::scalar) state.text = node->text;
  return state;
}

template <SpecStruct T>
FieldStates states_of(const T& spec, const ConfigNode& node) {
  return [&spec, &node](std::string_view key) {
    FieldState state;
    const auto take = [&](const auto& field) {
      if (key == field.name) state = state_of(spec.*field.member, node.find(key));
    };
    std::apply([&](const auto&... field) { (take(field), ...); }, T::fields());
    return state;
  };
}

/// What is gathered while a map is read.
struct MapReader {
  const ConfigNode& node;
  const std::string& path;
  Problems& problems;
  std::vector<std::string_view> known{};   ///< keys that may stand here
  std::vector<std::string_view> later{};   ///< keys of versions to come
  std::vector<std::string_view> broken{};  ///< fields with a problem: no rule looks at them
  PluginKind among = PluginKind::none;     ///< plug-ins of this kind stand among the keys

  template <class Spec, class T>
  void read(const Field<Spec, T>& field, Spec& spec) {
    const std::string_view key = field.name;
    const Where where{child_path(path, key), key, field.limits, later};
    bool good = true;
    if constexpr (std::is_same_v<T, PluginRef>) {
      if (key.empty()) {
        among = field.limits.plugin;
        good = read_plugin_among(node, Where{path, key, field.limits, later}, known_keys<Spec>(), spec.*field.member,
                                 problems);
        if (!good) broken.push_back(key);
        return;
      }
    }
    known.push_back(key);
    const ConfigNode* value = node.find(key);
    if (is_written(value))
      good = read_value(*value, where, spec.*field.member, problems);
    else if (field.limits.required)
      good = missing(node, value, where, problems);
    if (!good) broken.push_back(key);
  }

  template <class Spec>
  static std::vector<std::string_view> known_keys() {
    std::vector<std::string_view> keys;
    std::apply([&](const auto&... field) { (keys.push_back(field.name), ...); }, Spec::fields());
    return keys;
  }
};

}  // namespace detail

template <SpecStruct T>
T read_spec(const ConfigNode& node, const std::string& path, Problems& problems) {
  T spec{};
  if (!detail::expect_map(node, path, problems)) return spec;
  const auto before = problems.size();
  detail::MapReader reader{node, path, problems};
  if constexpr (HasLater<T>)
    for (const auto name : T::later()) reader.later.push_back(name);
  std::apply([&](const auto&... field) { (reader.read(field, spec), ...); }, T::fields());
  if constexpr (HasRefused<T>) {
    constexpr auto kRefused = T::refused();
    detail::refuse_named(node, path, kRefused, reader.known, problems);
    if (problems.size() != before) return spec;  // what is missing is what stands elsewhere
  }
  detail::refuse_unknown(node, path, reader.known, reader.later, reader.among, problems);
  if constexpr (HasRules<T>) {
    const auto states = detail::states_of(spec, node);
    for (const Rule& rule : T::rules()) detail::check_rule(rule, states, node, path, reader.broken, problems);
  }
  if constexpr (HasCheck<T>)
    if (problems.size() == before) detail::add_checked(spec.check(), node, path, problems);
  return spec;
}

}  // namespace ballast
