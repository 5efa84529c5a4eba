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

void set_string(ConfigNode& node, const Limits& limits, bool item) {
  set(node, "type", text("string"));
  if (!item) {
    Limits length = limits;
    if (limits.required && !std::isfinite(limits.min)) length.min = 1;
    set_bounds(node, length, "minLength", "maxLength");
  }
  if (limits.format != Format::any) set(node, "pattern", text(info(limits.format).pattern));
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

ConfigNode value_schema(const FieldSchema& field) {
  ConfigNode node{.kind = ConfigNode::Kind::map};
  switch (field.type) {
    case ValueType::boolean:
      set(node, "type", text("boolean"));
      break;
    case ValueType::integer:
      set(node, "type", text("integer"));
      if (!field.list) set_bounds(node, field.limits, "minimum", "maximum");
      break;
    case ValueType::number:
      set(node, "type", text("number"));
      if (!field.list) set_bounds(node, field.limits, "minimum", "maximum");
      break;
    case ValueType::string:
      set_string(node, field.limits, field.list);
      break;
    case ValueType::duration:
      set(node, "type", text("string"));
      set(node, "pattern", text("^(0|([0-9]+(y|w|d|h|m|s|ms))+)$"));
      break;
    case ValueType::quantity:
      set(node, "anyOf", list_node({map_node({{"type", text("integer")}}), map_node({{"type", text("string")}})}));
      set(node, "x-kubernetes-int-or-string", flag());
      break;
    case ValueType::choice: {
      set(node, "type", text("string"));
      std::vector<ConfigNode> choices;
      for (const auto& choice : field.choices) choices.push_back(text(choice));
      set(node, "enum", list_node(std::move(choices)));
      break;
    }
    case ValueType::structure:
      return object_schema(*field.structure);
    case ValueType::plugin:
      set(node, "type", text("object"));
      set(node, "properties", plugin_properties(field.limits.plugin));
      set(node, "x-kubernetes-validations", list_node({one_plugin(field.limits.plugin)}));
      break;
    case ValueType::map:
      set(node, "type", text("object"));
      set(node, "additionalProperties", map_node({{"type", text("string")}}));
      break;
  }
  return node;
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
