// `ballast docs KIND.field`.
#include <fmt/format.h>

#include <iterator>

#include "controller/config/documents.h"
#include "controller/config/generate.h"
#include "controller/config/kinds.h"
#include "controller/config/nearest.h"
#include "controller/config/plugins.h"

namespace ballast {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    const auto end = std::min(path.find('.'), path.size());
    auto step = path.substr(0, end);
    if (const auto bracket = step.find('['); bracket != std::string_view::npos) step = step.substr(0, bracket);
    steps.push_back(step);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return steps;
}

/// Where a path led: a level with settings, or one setting.
struct Spot {
  std::string doc{};
  std::optional<FieldSchema> field{};
  std::optional<Schema> schema{};        ///< what can be set below
  PluginKind plugin = PluginKind::none;  ///< below is one of its plug-ins
};

std::optional<Spot> plugin_spot(PluginKind kind, std::string_view name) {
  const auto* entry = find_plugin(kind, name);
  if (entry == nullptr) return std::nullopt;
  return Spot{.doc = std::string(entry->doc), .schema = entry->schema()};
}

std::optional<Spot> below(const Spot& spot, std::string_view key) {
  if (spot.plugin != PluginKind::none) return plugin_spot(spot.plugin, key);
  if (!spot.schema) return std::nullopt;
  const auto* field = key.empty() ? nullptr : spot.schema->find(key);
  if (field == nullptr) {
    for (const auto& among : spot.schema->fields)
      if (among.key.empty())
        if (auto found = plugin_spot(among.limits.plugin, key)) return found;
    return std::nullopt;
  }
  Spot result{.doc = field->doc, .field = *field};
  if (field->structure) result.schema = *field->structure;
  if (field->type == ValueType::plugin) result.plugin = field->limits.plugin;
  return result;
}

std::vector<std::string_view> names_below(const Spot& spot) {
  if (spot.plugin != PluginKind::none) return plugin_names(spot.plugin);
  std::vector<std::string_view> names;
  if (!spot.schema) return names;
  for (const auto& field : spot.schema->fields) {
    if (!field.key.empty())
      names.emplace_back(field.key);
    else
      for (const auto name : plugin_names(field.limits.plugin)) names.push_back(name);
  }
  return names;
}

std::optional<Spot> start(std::string_view kind) {
  const auto* entry = find_kind(kind);
  if (entry == nullptr) return std::nullopt;
  return Spot{.doc = std::string(entry->doc), .schema = entry->schema()};
}

/// `spec` may be left out; `metadata` is the same in every kind.
std::optional<Spot> enter(const Spot& root, const std::vector<std::string_view>& steps, std::size_t& next) {
  if (steps.size() < 2) return root;
  if (steps[1] == "spec") next = 2;
  if (steps[1] != "metadata") return root;
  next = 2;
  return Spot{.doc = "What names a document.", .schema = schema_of<Metadata>()};
}

void append_level(const Schema& schema, std::string& out) {
  for (const auto& field : schema.fields) {
    const auto key = field.key.empty() ? join(plugin_names(field.limits.plugin), "or") : field.key;
    fmt::format_to(std::back_inserter(out), "  {:<16} {}{}\n", key, type_text(field),
                   field.limits.required ? ", required" : "");
  }
  for (const auto& rule : schema.rules) fmt::format_to(std::back_inserter(out), "  {}\n", sentence(rule));
  if (!schema.later.empty())
    fmt::format_to(std::back_inserter(out), "  Not available in this version: {}.\n", join(schema.later));
}

std::string text_of(std::string_view path, const Spot& spot) {
  auto out = fmt::format("{}\n  {}\n", path, spot.doc);
  if (spot.field) {
    const auto& field = *spot.field;
    fmt::format_to(std::back_inserter(out), "  value: {}{}\n", type_text(field),
                   field.unit.empty() ? "" : fmt::format(" ({})", field.unit));
    if (const auto limits = limits_text(field); !limits.empty()) out += "  limits: " + limits + "\n";
    if (field.limits.required) out += "  required\n";
    if (const auto fallback = default_text(field); !fallback.empty()) out += "  default: " + fallback + "\n";
    if (*field.limits.example != '\0') fmt::format_to(std::back_inserter(out), "  example: {}\n", field.limits.example);
    if (field.limits.immutable) out += "  cannot change while the document lives\n";
  }
  if (spot.schema) {
    out += "settings:\n";
    append_level(*spot.schema, out);
  }
  return out;
}

}  // namespace

std::optional<std::string> describe(std::string_view path) {
  const auto steps = split(path);
  if (steps.empty()) return std::nullopt;
  auto spot = start(steps[0]);
  if (!spot) return std::nullopt;
  std::size_t next = 1;
  spot = enter(*spot, steps, next);
  for (; spot && next < steps.size(); ++next) spot = below(*spot, steps[next]);
  if (!spot) return std::nullopt;
  return text_of(path, *spot);
}

std::string nearest_path(std::string_view path) {
  const auto steps = split(path);
  if (steps.empty()) return "";
  auto spot = start(steps[0]);
  if (!spot) {
    std::vector<std::string_view> names;
    for (const auto& kind : kinds()) names.push_back(kind.name);
    return std::string(nearest(steps[0], names));
  }
  std::size_t next = 1;
  spot = enter(*spot, steps, next);
  std::string good(steps[0]);
  for (std::size_t i = 1; i < next; ++i) good += "." + std::string(steps[i]);
  for (; next < steps.size(); ++next) {
    auto deeper = below(*spot, steps[next]);
    if (!deeper) {
      const auto meant = nearest(steps[next], names_below(*spot));
      return meant.empty() ? "" : good + "." + std::string(meant);
    }
    spot = std::move(deeper);
    good += "." + std::string(steps[next]);
  }
  return good;
}

}  // namespace ballast
