// Random documents that the reader takes without a problem: for the simulation, and the proof that definitions agree.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "controller/config/documents.h"
#include "controller/config/fingerprint.h"
#include "controller/config/generate.h"
#include "controller/config/kinds.h"
#include "controller/config/plugins.h"
#include "core/split_mix.h"
#include "formats/duration.h"
#include "formats/quantity.h"

namespace ballast {
namespace {

class Random : public SplitMix {
 public:
  using SplitMix::SplitMix;
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  bool chance(std::uint64_t percent) { return next() % 100 < percent; }
  /// Both ends included, small values as likely as large ones; the ends themselves now and then.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    if (chance(5)) return low;
    if (chance(5)) return high;
    const auto span = static_cast<std::uint64_t>(high - low);
    std::uint64_t bits = 0;
    while (bits < 63 && (span >> bits) != 0) ++bits;
    const std::uint64_t width = next() % (bits + 1);
    const std::uint64_t offset = width == 0 ? 0 : next() % (std::uint64_t{1} << width);
    return low + static_cast<std::int64_t>(std::min(offset, span));
  }
};

constexpr double kLargest = 1'000'000;  // where a setting has no limit

std::int64_t low_of(const Limits& limits, double scale) {
  return static_cast<std::int64_t>(std::ceil(std::max(limits.min, 0.0) * scale));
}
std::int64_t high_of(const Limits& limits, double scale) {
  return static_cast<std::int64_t>(std::floor(std::min(limits.max, std::max(kLargest, limits.min)) * scale));
}

ConfigNode random_object(const Schema& schema, Random& random);

ConfigNode random_plugin(PluginKind kind, Random& random) {
  const auto names = plugin_names(kind);
  const auto name = names[random.below(names.size())];
  return map_node({{std::string(name), random_object(find_plugin(kind, name)->schema(), random)}});
}

/// Free text cannot be guessed: the definition's example or default, else a name that nothing else has.
ConfigNode random_string(const FieldSchema& field, Random& random) {
  if (field.key == "name") return scalar_node(fmt::format("n{:x}", random.next() & 0xffffff), true);
  if (field.limits.format == Format::url && *field.limits.example != '\0')
    return scalar_node(fmt::format("{}/{}", field.limits.example, random.below(1000)), true);
  if (*field.limits.example != '\0') return scalar_node(field.limits.example, true);
  if (field.fallback && field.fallback->kind == ConfigNode::Kind::scalar) return *field.fallback;
  return scalar_node(fmt::format("text-{}", random.below(100)), true);
}

ConfigNode random_item(const FieldSchema& field, Random& random) {
  switch (field.type) {
    case ValueType::boolean:
      if (*field.limits.example != '\0') return scalar_node(field.limits.example, false);
      return scalar_node(random.chance(50) ? "true" : "false", false);
    case ValueType::integer:
      return scalar_node(fmt::format("{}", random.between(low_of(field.limits, 1), high_of(field.limits, 1))), false);
    case ValueType::number:
      return number_node(static_cast<double>(random.between(low_of(field.limits, 1000), high_of(field.limits, 1000))) /
                         1000);
    case ValueType::string:
      return random_string(field, random);
    case ValueType::duration:
      return duration_node(
          std::chrono::milliseconds(random.between(low_of(field.limits, 1000), high_of(field.limits, 1000))));
    case ValueType::quantity:
      return quantity_node({random.between(low_of(field.limits, 1000), high_of(field.limits, 1000))});
    case ValueType::choice:
      return scalar_node(field.choices[random.below(field.choices.size())], true);
    case ValueType::structure:
      return random_object(*field.structure, random);
    case ValueType::plugin:
      return random_plugin(field.limits.plugin, random);
    case ValueType::map:
      return map_node({{"key", scalar_node("value", true)}});
  }
  return {};
}

/// Items that ask the same as one before them cannot stand in one document.
void drop_repeated(const FieldSchema& field, std::vector<ConfigNode>& items) {
  if (!field.structure) return;
  const auto* among = field.structure->find("");
  if (among == nullptr) return;
  std::set<Fingerprint> seen;
  std::erase_if(items, [&](const ConfigNode& item) {
    for (const auto name : plugin_names(among->limits.plugin))
      if (const auto* settings = item.find(name))
        return !seen.insert(fingerprint(PluginRef{std::string(name), *settings}, among->limits.plugin)).second;
    return false;
  });
}

ConfigNode random_value(const FieldSchema& field, Random& random) {
  if (!field.list) return random_item(field, random);
  if (field.type == ValueType::string && field.fallback) return *field.fallback;
  FieldSchema item = field;
  item.list = false;
  item.limits = Limits{.example = field.limits.example, .plugin = field.limits.plugin, .format = field.limits.format};
  const auto least = std::max<std::int64_t>(low_of(field.limits, 1), field.limits.required ? 1 : 0);
  std::vector<ConfigNode> items;
  for (auto left = least + static_cast<std::int64_t>(random.below(3)); left > 0; --left)
    items.push_back(random_item(item, random));
  drop_repeated(field, items);
  return list_node(std::move(items));
}

void put(ConfigNode& node, std::string_view key, ConfigNode value) {
  for (auto& [name, old] : node.fields)
    if (name == key) {
      old = std::move(value);
      return;
    }
  node.fields.emplace_back(key, std::move(value));
  node.field_places.emplace_back();
}
void drop(ConfigNode& node, std::string_view key) {
  std::erase_if(node.fields, [key](const auto& field) { return field.first == key; });
  node.field_places.resize(node.fields.size());
}

double number_of(const FieldSchema& field, const ConfigNode& node) {
  if (field.type == ValueType::duration)
    if (const auto value = parse_duration(node.text)) return seconds(*value);
  if (field.type == ValueType::quantity)
    if (const auto value = parse_quantity(node.text)) return static_cast<double>(value->milli);
  return std::strtod(node.text.c_str(), nullptr);
}

/// The one that is too large comes down to the other.
void obey_le(const Schema& schema, const Rule& rule, ConfigNode& node) {
  const auto* low = schema.find(rule.fields[0]);
  const auto* high = schema.find(rule.fields[1]);
  const auto value = [&node](const FieldSchema& field) {
    const auto* written = node.find(field.key);
    return written != nullptr ? std::optional(*written) : field.fallback;
  };
  const auto a = value(*low);
  const auto b = value(*high);
  if (a && b && number_of(*low, *a) > number_of(*high, *b)) put(node, low->key, *b);
}

void obey_needs(const Schema& schema, const Rule& rule, ConfigNode& node, Random& random,
                std::set<std::string_view>& kept) {
  const auto* first = node.find(rule.fields[0]);
  const bool applies = first != nullptr && (rule.kind == Rule::Kind::needs || first->text == rule.value);
  if (!applies) return;
  kept.insert(rule.fields[1]);
  if (node.find(rule.fields[1]) == nullptr)
    put(node, rule.fields[1], random_value(*schema.find(rule.fields[1]), random));
}

/// What one key needs may need another: as often as there are such rules is enough.
void obey_all_needs(const Schema& schema, ConfigNode& node, Random& random, std::set<std::string_view>& kept) {
  for (std::size_t pass = 0; pass < schema.rules.size(); ++pass)
    for (const auto& rule : schema.rules)
      if (rule.kind == Rule::Kind::needs || rule.kind == Rule::Kind::needs_when)
        obey_needs(schema, rule, node, random, kept);
}

/// What stood with a key that is gone goes too.
void drop_the_lonely(const Schema& schema, ConfigNode& node) {
  for (std::size_t pass = 0; pass < schema.rules.size(); ++pass)
    for (const auto& rule : schema.rules)
      if (rule.kind == Rule::Kind::needs && node.find(rule.fields[1]) == nullptr) drop(node, rule.fields[0]);
}

void obey_count(const Schema& schema, const Rule& rule, ConfigNode& node, Random& random,
                std::set<std::string_view>& kept) {
  std::vector<std::string_view> present;
  std::vector<std::string_view> all;
  std::string_view chosen;
  for (const auto key : rule.fields) {
    if (key.empty()) continue;
    all.push_back(key);
    if (node.find(key) != nullptr) present.push_back(key);
    if (kept.contains(key)) chosen = key;
  }
  if (present.empty() && rule.kind != Rule::Kind::at_most_one) {
    const auto key = all[random.below(all.size())];
    put(node, key, random_value(*schema.find(key), random));
    obey_all_needs(schema, node, random, kept);
    return;
  }
  if (rule.kind == Rule::Kind::at_least_one || present.size() < 2) return;
  if (chosen.empty()) chosen = present[random.below(present.size())];
  for (const auto key : present)
    if (key != chosen) drop(node, key);
  drop_the_lonely(schema, node);
}

/// What may not stand beside a value goes.
void obey_forbids(const Schema& schema, const Rule& rule, ConfigNode& node) {
  const auto* field = schema.find(rule.fields[0]);
  const auto* written = node.find(rule.fields[0]);
  const std::string text = written != nullptr ? written->text : field->fallback ? field->fallback->text : "";
  if (text == rule.value) drop(node, rule.fields[1]);
}

void obey(const Schema& schema, ConfigNode& node, Random& random) {
  std::set<std::string_view> kept;
  for (const auto& rule : schema.rules)
    if (rule.kind == Rule::Kind::forbids_when) obey_forbids(schema, rule, node);
  obey_all_needs(schema, node, random, kept);
  for (const auto& rule : schema.rules)
    if (rule.kind == Rule::Kind::exactly_one || rule.kind == Rule::Kind::at_most_one ||
        rule.kind == Rule::Kind::at_least_one)
      obey_count(schema, rule, node, random, kept);
  for (const auto& rule : schema.rules)
    if (rule.kind == Rule::Kind::le) obey_le(schema, rule, node);
}

ConfigNode random_object(const Schema& schema, Random& random) {
  ConfigNode node{.kind = ConfigNode::Kind::map};
  for (const auto& field : schema.fields) {
    if (!field.limits.required && !random.chance(50)) continue;
    auto value = random_value(field, random);
    if (!field.key.empty()) {
      put(node, field.key, std::move(value));
      continue;
    }
    for (auto& [key, settings] : value.fields) put(node, key, std::move(settings));
  }
  obey(schema, node, random);
  return node;
}

}  // namespace

ConfigNode random_document(std::string_view kind, std::uint64_t seed) {
  Random random(seed);
  const auto* entry = find_kind(kind);
  auto spec = random_object(entry->schema(), random);
  auto metadata = map_node({{"name", scalar_node(fmt::format("random-{}", seed % 1'000'000), true)}});
  return map_node({{"apiVersion", scalar_node(std::string(kApiVersion), true)},
                   {"kind", scalar_node(std::string(kind), true)},
                   {"metadata", std::move(metadata)},
                   {"spec", std::move(spec)}});
}

}  // namespace ballast
