// docs/reference.md: every kind and every plug-in, one row a setting.
#include <fmt/format.h>

#include <iterator>

#include "controller/config/documents.h"
#include "controller/config/generate.h"
#include "controller/config/kinds.h"
#include "controller/config/nearest.h"
#include "controller/config/plugins.h"

namespace ballast {
namespace {

/// A cell of a table must not end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string default_cell(const FieldSchema& field) {
  if (field.limits.required) return "required";
  const auto text = default_text(field);
  return text.empty() ? "" : "`" + cell(text) + "`";
}

std::string value_cell(const FieldSchema& field) {
  std::string text = type_text(field);
  if (const auto limits = limits_text(field); !limits.empty()) text += ", " + limits;
  if (!field.unit.empty()) text += fmt::format(" ({})", field.unit);
  return cell(text);
}

std::string meaning_cell(const FieldSchema& field) {
  std::string text = field.doc;
  if (field.limits.immutable) text += " Cannot change while the document lives.";
  if (field.limits.secret) text += " Never printed.";
  return cell(text);
}

void append_rows(const Schema& schema, const std::string& prefix, std::string& rows, std::string& notes) {
  for (const auto& field : schema.fields) {
    const auto key = prefix + (field.key.empty() ? fmt::format("<{}>", to_string(field.limits.plugin)) : field.key) +
                     (field.list ? "[]" : "");
    fmt::format_to(std::back_inserter(rows), "| `{}` | {} | {} | {} |\n", key, value_cell(field), default_cell(field),
                   meaning_cell(field));
    if (field.structure) append_rows(*field.structure, key + ".", rows, notes);
  }
  const auto where = prefix.empty() ? std::string() : fmt::format("`{}`: ", prefix.substr(0, prefix.size() - 1));
  for (const auto& rule : schema.rules) fmt::format_to(std::back_inserter(notes), "- {}{}\n", where, sentence(rule));
  if (!schema.later.empty())
    fmt::format_to(std::back_inserter(notes), "- {}Not available in this version: {}.\n", where, join(schema.later));
}

void append_schema(const Schema& schema, std::string& out) {
  std::string rows;
  std::string notes;
  append_rows(schema, "", rows, notes);
  out += "| setting | value | default | meaning |\n|---|---|---|---|\n" + rows;
  if (!notes.empty()) out += "\n" + notes;
}

void append_plugins(PluginKind kind, std::string_view title, std::string& out) {
  fmt::format_to(std::back_inserter(out), "\n## {}\n", title);
  for (const auto name : plugin_names(kind)) {
    const auto* entry = find_plugin(kind, name);
    fmt::format_to(std::back_inserter(out), "\n### {}\n\n{}\n\n", name, entry->doc);
    append_schema(entry->schema(), out);
  }
  const auto later = later_plugins(kind);
  if (!later.empty()) fmt::format_to(std::back_inserter(out), "\nNot available in this version: {}.\n", join(later));
}

}  // namespace

std::string reference_markdown() {
  std::string out = fmt::format(
      "# Reference of all settings\n\n"
      "Generated from the definitions that the reader uses (`ballast docs --markdown`); do not edit.\n\n"
      "A document has `apiVersion: {}`, `kind`, `metadata` and `spec`. Durations are strings such as `15s` or `1h30m`, "
      "quantities are Kubernetes' (`100m`, `80`, `2Gi`). Unknown keys are errors.\n\n## metadata\n\n",
      kApiVersion);
  append_schema(schema_of<Metadata>(), out);
  for (const auto& kind : kinds()) {
    fmt::format_to(std::back_inserter(out), "\n## {}\n\n{} Settings of `spec`:\n\n", kind.name, kind.doc);
    append_schema(kind.schema(), out);
  }
  append_plugins(PluginKind::scaler, "Scale targets", out);
  append_plugins(PluginKind::probe, "Signal sources", out);
  append_plugins(PluginKind::balancer, "Load balancers", out);
  append_plugins(PluginKind::notifier, "Alert receivers", out);
  append_plugins(PluginKind::action, "Actions of rules", out);
  return out;
}

}  // namespace ballast
