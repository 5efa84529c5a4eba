#include <cmath>
#include <iterator>

#include "controller/config/formats.h"
#include "controller/config/generate.h"
#include "controller/config/kinds.h"
#include "controller/config/plugins.h"

namespace ballast {
namespace {

ConfigNode text(std::string_view value) { return scalar_node(std::string(value), true); }
ConfigNode flag() { return scalar_node("true", false); }
void set(ConfigNode& node, std::string key, ConfigNode value) {
  node.fields.emplace_back(std::move(key), std::move(value));
  node.field_places.emplace_back();
}

ConfigNode object_schema(const Schema& schema);

void set_bounds(ConfigNode& node, const Limits& limits, const char* least, const char* most) {
  if (std::isfinite(limits.min)) set(node, least, number_node(limits.min));
  if (std::isfinite(limits.max)) set(node, most, number_node(limits.max));
}

ConfigNode string_schema(const Limits& limits, bool item) {
  auto node = map_node({{"type", text("string")}});
  Limits length = limits;
  if (limits.required && !std::isfinite(limits.min)) length.min = 1;
  if (!item) set_bounds(node, length, "minLength", "maxLength");
  if (limits.format != Format::any) set(node, "pattern", text(info(limits.format).pattern));
  return node;
}

ConfigNode plugin_schema(PluginKind kind, std::string_view name) {
  auto node = object_schema(find_plugin(kind, name)->schema());
  set(node, "description", text(find_plugin(kind, name)->doc));
  return node;
}

ConfigNode plugin_properties(PluginKind kind) {
  ConfigNode properties{.kind = ConfigNode::Kind::map};
  for (const auto name : plugin_names(kind)) set(properties, std::string(name), plugin_schema(kind, name));
  return properties;
}

ConfigNode validation(const std::string& expression, const std::string& message) {
  return map_node({{"rule", text(expression)}, {"message", text(message)}});
}

/// Exactly one of the plug-ins, whose keys stand in `self`.
ConfigNode one_plugin(PluginKind kind) {
  std::string sum;
  for (const auto name : plugin_names(kind))
    sum += (sum.empty() ? "(has(self." : " + (has(self.") + std::string(name) + ") ? 1 : 0)";
  if (sum.empty()) sum = "0";
  return validation(sum + " == 1", "Exactly one " + std::string(to_string(kind)) + ".");
}

ConfigNode number_schema(const FieldSchema& field, std::string_view type) {
  auto node = map_node({{"type", text(type)}});
  if (!field.list) set_bounds(node, field.limits, "minimum", "maximum");
  return node;
}

ConfigNode quantity_schema() {
  return map_node({{"anyOf", list_node({map_node({{"type", text("integer")}}), map_node({{"type", text("string")}})})},
                   {"x-kubernetes-int-or-string", flag()}});
}

ConfigNode choice_schema(const FieldSchema& field) {
  std::vector<ConfigNode> choices;
  for (const auto& choice : field.choices) choices.push_back(text(choice));
  return map_node({{"type", text("string")}, {"enum", list_node(std::move(choices))}});
}

ConfigNode plugin_choice_schema(PluginKind kind) {
  return map_node({{"type", text("object")},
                   {"properties", plugin_properties(kind)},
                   {"x-kubernetes-validations", list_node({one_plugin(kind)})}});
}

ConfigNode value_schema(const FieldSchema& field) {
  switch (field.type) {
    case ValueType::boolean:
      return map_node({{"type", text("boolean")}});
    case ValueType::integer:
      return number_schema(field, "integer");
    case ValueType::number:
      return number_schema(field, "number");
    case ValueType::string:
      return string_schema(field.limits, field.list);
    case ValueType::duration:
      return map_node({{"type", text("string")}, {"pattern", text("^(0|([0-9]+(y|w|d|h|m|s|ms))+)$")}});
    case ValueType::quantity:
      return quantity_schema();
    case ValueType::choice:
      return choice_schema(field);
    case ValueType::structure:
      return object_schema(*field.structure);
    case ValueType::plugin:
      return plugin_choice_schema(field.limits.plugin);
    case ValueType::map:
      return map_node({{"type", text("object")}, {"additionalProperties", map_node({{"type", text("string")}})}});
  }
  return {};
}

ConfigNode field_schema(const FieldSchema& field) {
  auto node = value_schema(field);
  if (field.list) {
    node = map_node({{"type", text("array")}, {"items", std::move(node)}});
    set_bounds(node, field.limits, "minItems", "maxItems");
  }
  if (!field.doc.empty()) set(node, "description", text(field.doc));
  if (field.fallback) set(node, "default", *field.fallback);
  return node;
}

CelType cel_type(const Schema& schema, const Rule& rule) {
  const auto* field = schema.find(rule.fields[0]);
  if (field != nullptr && field->type == ValueType::duration) return CelType::duration;
  if (field != nullptr && field->type == ValueType::quantity) return CelType::quantity;
  return CelType::number;
}

ConfigNode object_schema(const Schema& schema) {
  ConfigNode properties{.kind = ConfigNode::Kind::map};
  std::vector<ConfigNode> required;
  std::vector<ConfigNode> validations;
  for (const auto& field : schema.fields) {
    if (field.key.empty()) {  // a plug-in among the other keys
      auto plugins = plugin_properties(field.limits.plugin);
      for (auto& [name, node] : plugins.fields) set(properties, name, std::move(node));
      validations.push_back(one_plugin(field.limits.plugin));
      continue;
    }
    set(properties, field.key, field_schema(field));
    if (field.limits.required) required.push_back(text(field.key));
    if (field.limits.immutable)
      validations.push_back(validation(cel(rule::immutable(field.key)), sentence(rule::immutable(field.key))));
  }
  for (const auto& rule : schema.rules)
    validations.push_back(validation(cel(rule, cel_type(schema, rule)), sentence(rule)));
  auto node = map_node({{"type", text("object")}, {"properties", std::move(properties)}});
  if (!required.empty()) set(node, "required", list_node(std::move(required)));
  if (!validations.empty()) set(node, "x-kubernetes-validations", list_node(std::move(validations)));
  return node;
}

}  // namespace

std::optional<ConfigNode> json_schema(std::string_view kind) {
  const auto* entry = find_kind(kind);
  if (entry == nullptr) return std::nullopt;
  const auto string_type = map_node({{"type", text("string")}});
  auto properties = map_node({{"apiVersion", string_type},
                              {"kind", string_type},
                              {"metadata", map_node({{"type", text("object")}})},
                              {"spec", object_schema(entry->schema())}});
  return map_node({{"type", text("object")},
                   {"description", text(entry->doc)},
                   {"properties", std::move(properties)},
                   {"required", list_node({text("spec")})}});
}

}  // namespace ballast
