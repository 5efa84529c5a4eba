#include "controller/config/write.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "formats/duration.h"
#include "formats/quantity.h"
#include "io/url.h"

namespace ballast {
namespace {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Whether a text can stand in YAML without quotes and still be a string, whatever follows it.
bool is_plain(std::string_view text) {
  if (text.empty() || text == "true" || text == "false" || text == "null" || text == "~") return false;
  const auto alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (!alpha(text.front()) && text.front() != '/') return false;
  for (const char c : text)
    if (!alpha(c) && !(c >= '0' && c <= '9') && std::string_view("_-./").find(c) == std::string_view::npos)
      return false;
  // What other readers take for true, false or a number.
  for (const auto word : {"yes", "no",  "on", "off", "y",   "n",    "Yes",   "No",   "On",    "Off",  "Y",
                          "N",   "YES", "NO", "ON",  "OFF", "True", "False", "TRUE", "FALSE", "Null", "NULL"})
    if (text == word) return false;
  return true;
}

void append_yaml_text(std::string& out, std::string_view text) {
  if (is_plain(text))
    out += text;
  else
    append_json_string(out, text);  // JSON's strings are YAML's
}

void append_json_scalar(std::string& out, const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::null)
    out += "null";
  else if (node.quoted)
    append_json_string(out, node.text);
  else
    out += node.text;
}

bool is_leaf(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::null || node.kind == ConfigNode::Kind::scalar ||
         (node.items.empty() && node.fields.empty());
}

void append_yaml_leaf(std::string& out, const ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::list)
    out += "[]";
  else if (node.kind == ConfigNode::Kind::map)
    out += "{}";
  else
    append_json_scalar(out, node);
}

/// Lines at `indent`; the first line continues where the cursor is.
void append_yaml(std::string& out, const ConfigNode& node, std::size_t indent) {
  if (is_leaf(node)) {
    append_yaml_leaf(out, node);
    out += '\n';
    return;
  }
  bool first = true;
  const auto start = [&] {
    if (!first) out.append(indent, ' ');
    first = false;
  };
  for (const auto& item : node.items) {
    start();
    out += "- ";
    append_yaml(out, item, indent + 2);
  }
  for (const auto& [key, value] : node.fields) {
    start();
    append_yaml_text(out, key);
    out += ':';
    if (is_leaf(value)) {
      out += ' ';
      append_yaml(out, value, indent);
    } else {
      out += '\n';
      out.append(indent + 2, ' ');
      append_yaml(out, value, indent + 2);
    }
  }
}

/// A new line at `level`; nothing in compact JSON.
void append_line(std::string& out, int indent, int level) {
  if (indent > 0) out.append(1, '\n').append(static_cast<std::size_t>(indent * level), ' ');
}

void append_json(std::string& out, const ConfigNode& node, int indent, int depth) {
  const bool list = node.kind == ConfigNode::Kind::list;
  if (!list && node.kind != ConfigNode::Kind::map) return append_json_scalar(out, node);
  out += list ? '[' : '{';
  auto next = [&, first = true]() mutable {
    if (!std::exchange(first, false)) out += ',';
    append_line(out, indent, depth + 1);
  };
  for (const auto& item : node.items) {
    next();
    append_json(out, item, indent, depth + 1);
  }
  for (const auto& [key, value] : node.fields) {
    next();
    append_json_string(out, key);
    out += indent == 0 ? ":" : ": ";
    append_json(out, value, indent, depth + 1);
  }
  if (!node.items.empty() || !node.fields.empty()) append_line(out, indent, depth);
  out += list ? ']' : '}';
}

}  // namespace

ConfigNode scalar_node(std::string text, bool quoted) {
  return {.kind = ConfigNode::Kind::scalar, .text = std::move(text), .quoted = quoted};
}
ConfigNode number_node(double value) { return scalar_node(fmt::format("{}", value), false); }
ConfigNode duration_node(Duration value) { return scalar_node(format_duration(value), true); }
std::string quantity_text(Quantity value) {
  constexpr std::int64_t kMebi = (std::int64_t{1} << 20) * 1000;
  if (value.milli == 0 || value.milli % kMebi != 0) return format_quantity(value);
  return canonical(exact_quantity_of_milli(value.milli, QuantityFormat::binary_si));
}
ConfigNode quantity_node(Quantity value) { return scalar_node(quantity_text(value), true); }
ConfigNode map_node(std::vector<std::pair<std::string, ConfigNode>> fields) {
  ConfigNode node{.kind = ConfigNode::Kind::map};
  node.field_places.resize(fields.size());
  node.fields = std::move(fields);
  return node;
}
ConfigNode list_node(std::vector<ConfigNode> items) {
  return {.kind = ConfigNode::Kind::list, .items = std::move(items)};
}

namespace detail {
std::optional<ConfigNode> write_one(bool value) { return scalar_node(value ? "true" : "false", false); }
std::optional<ConfigNode> write_one(std::int32_t value) { return scalar_node(std::to_string(value), false); }
std::optional<ConfigNode> write_one(std::int64_t value) { return scalar_node(std::to_string(value), false); }
std::optional<ConfigNode> write_one(double value) { return number_node(value); }
std::optional<ConfigNode> write_one(const std::string& value) {
  return value.empty() ? std::nullopt : std::optional(scalar_node(value, true));
}
std::optional<ConfigNode> write_one(Duration value) { return duration_node(value); }
std::optional<ConfigNode> write_one(Quantity value) { return quantity_node(value); }
std::optional<ConfigNode> write_one(const PluginRef& value) {
  return value.type.empty() ? std::nullopt : std::optional(map_node({{value.type, value.settings}}));
}
std::optional<ConfigNode> write_one(const ConfigNode& value) {
  return value.kind == ConfigNode::Kind::null ? std::nullopt : std::optional(value);
}
std::optional<ConfigNode> write_one(const std::map<std::string, std::string>& value) {
  std::vector<std::pair<std::string, ConfigNode>> entries;
  for (const auto& [key, text] : value) entries.emplace_back(key, scalar_node(text, true));
  return entries.empty() ? std::nullopt : std::optional(map_node(std::move(entries)));
}
}  // namespace detail

std::string to_yaml(const ConfigNode& node) {
  std::string out;
  append_yaml(out, node, 0);
  return out;
}

std::string to_json(const ConfigNode& node, int indent) {
  std::string out;
  append_json(out, node, indent, 0);
  return out;
}

void detail::hide_in_urls(ConfigNode& node) {
  if (node.kind == ConfigNode::Kind::scalar) node.text = redact_url(node.text);
  for (ConfigNode& item : node.items) hide_in_urls(item);
}

}  // namespace ballast
