// A spec written back as a tree: for defaults, fingerprints and for printing, where secrets become `***`.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/config_node.h"
#include "core/field.h"
#include "core/time.h"

namespace ballast {

template <class T>
concept SpecStruct = requires { T::fields(); };
template <class T>
concept HasRules = requires { T::rules(); };
template <class T>
concept HasLater = requires { T::later(); };
template <class T>
concept HasRefused = requires { T::refused(); };
template <class T>
concept HasCheck = requires(const T& spec) {
  { spec.check() } -> std::same_as<Problems>;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

ConfigNode scalar_node(std::string text, bool quoted);
ConfigNode number_node(double value);
ConfigNode duration_node(Duration value);
/// `1Gi` for what is whole mebibytes, else decimal.
std::string quantity_text(Quantity value);
ConfigNode quantity_node(Quantity value);
ConfigNode map_node(std::vector<std::pair<std::string, ConfigNode>> fields);
ConfigNode list_node(std::vector<ConfigNode> items);
inline constexpr const char* kRedacted = "***";

enum class Secrets : std::uint8_t { shown, redacted };

/// All settings with their values, defaults included; what is absent is left out.
template <SpecStruct T>
ConfigNode write_spec(const T& spec, Secrets secrets = Secrets::shown);

namespace detail {
std::optional<ConfigNode> write_one(bool value);
std::optional<ConfigNode> write_one(std::int32_t value);
std::optional<ConfigNode> write_one(std::int64_t value);
std::optional<ConfigNode> write_one(double value);
std::optional<ConfigNode> write_one(const std::string& value);
std::optional<ConfigNode> write_one(Duration value);
std::optional<ConfigNode> write_one(Quantity value);
std::optional<ConfigNode> write_one(const PluginRef& value);
std::optional<ConfigNode> write_one(const ConfigNode& value);
std::optional<ConfigNode> write_one(const std::map<std::string, std::string>& value);
/// Secrets among the settings of a plug-in, which only the registry knows; defaults are written out with them.
PluginRef redacted(const PluginRef& plugin, PluginKind kind);
/// A url, or a list of them: without user, password and the values of a query.
void hide_in_urls(ConfigNode& node);
}  // namespace detail

/// Nothing for an absent optional, an empty list or string, or an unset plug-in.
template <class T>
std::optional<ConfigNode> write_value(const T& value, Secrets secrets = Secrets::shown) {
  if constexpr (IsOptional<T>::value) {
    return value ? write_value(*value, secrets) : std::nullopt;
  } else if constexpr (IsVector<T>::value) {
    std::vector<ConfigNode> items;
    for (const auto& item : value) items.push_back(write_value(item, secrets).value_or(scalar_node("", true)));
    return items.empty() ? std::nullopt : std::optional(list_node(std::move(items)));
  } else if constexpr (std::is_enum_v<T>) {
    return scalar_node(std::string(enum_names(T{})[static_cast<std::size_t>(value)]), true);
  } else if constexpr (SpecStruct<T>) {
    return write_spec(value, secrets);
  } else {
    return detail::write_one(value);
  }
}

namespace detail {
template <class Spec, class T>
void write_field(const Field<Spec, T>& field, const Spec& spec, Secrets secrets, ConfigNode& into) {
  auto node = write_value(spec.*field.member, secrets);
  if constexpr (std::is_same_v<T, PluginRef>)
    if (secrets == Secrets::redacted) node = write_one(redacted(spec.*field.member, field.limits.plugin));
  if (!node) return;
  if (secrets == Secrets::redacted && field.limits.format == Format::url) hide_in_urls(*node);
  if (field.limits.secret && secrets == Secrets::redacted) node = scalar_node(kRedacted, true);
  if (std::string_view(field.name).empty())  // a plug-in among the other keys
    for (auto& entry : node->fields) into.fields.push_back(std::move(entry));
  else
    into.fields.emplace_back(field.name, std::move(*node));
}
}  // namespace detail

template <SpecStruct T>
ConfigNode write_spec(const T& spec, Secrets secrets) {
  ConfigNode result{.kind = ConfigNode::Kind::map};
  std::apply([&](const auto&... field) { (detail::write_field(field, spec, secrets, result), ...); }, T::fields());
  result.field_places.resize(result.fields.size());
  return result;
}

/// Block style YAML that reads back as the same tree (without places).
std::string to_yaml(const ConfigNode& node);
/// Compact JSON when `indent` is 0; scalars that are not quoted stand as they are (numbers, true, false).
std::string to_json(const ConfigNode& node, int indent = 0);

}  // namespace ballast
