// What may stand in a map: known keys, plug-ins among them, and the rules between them.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "controller/config/nearest.h"
#include "controller/config/plugins.h"
#include "controller/config/read_scalar.h"

namespace ballast {
namespace {

/// More unknown keys than this in one map are a file of another kind.
constexpr std::size_t kMaxUnknown = 20;

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool add(const Place& place, const std::string& path, std::string message, Problems& problems) {
  problems.push_back({place, path, std::move(message)});
  return false;
}

/// The next step of a path: a key or, in brackets, an index or a quoted key. Takes it off the path.
struct PathStep {
  std::string_view key{};
  bool index = false;
};
PathStep next_step(std::string_view& path) {
  if (path.starts_with('.')) path.remove_prefix(1);
  if (path.starts_with("[\"")) {
    const auto end = path.find("\"]");
    const auto key = path.substr(2, end == std::string_view::npos ? end : end - 2);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 2);
    return {key, false};
  }
  if (path.starts_with('[')) {
    const auto end = std::min(path.find(']'), path.size() - 1);
    const auto key = path.substr(1, end - 1);
    path.remove_prefix(end + 1);
    return {key, true};
  }
  const auto end = std::min(path.find_first_of(".["), path.size());
  const auto key = path.substr(0, end);
  path.remove_prefix(end);
  return {key, false};
}

const ConfigNode* child(const ConfigNode& node, const PathStep& step) {
  if (!step.index) return node.find(step.key);
  std::size_t index = 0;
  for (const char c : step.key)
    index =
        c >= '0' && c <= '9' && index < 1'000'000 ? index * 10 + static_cast<std::size_t>(c - '0') : node.items.size();
  return index < node.items.size() ? &node.items[index] : nullptr;
}

Place key_place(const ConfigNode& node, std::size_t i) {
  return i < node.field_places.size() ? node.field_places[i] : node.fields[i].second.place;
}

bool check_plugin(std::size_t field, const ConfigNode& node, const detail::Where& where, const std::string& path,
                  PluginRef& out, Problems& problems) {
  const auto& [name, settings] = node.fields[field];
  const auto* entry = find_plugin(where.limits.plugin, name);
  const auto before = problems.size();
  entry->read(settings, detail::child_path(path, name), problems);
  out = PluginRef{name, settings};
  return problems.size() == before;
}

}  // namespace

Place place_of(const ConfigNode& root, std::string_view path) {
  const ConfigNode* node = &root;
  Place place = root.place;
  while (!path.empty()) {
    node = child(*node, next_step(path));
    if (node == nullptr) return place;
    if (node->place.line > 0) place = node->place;
  }
  return place;
}

namespace detail {

bool missing(const ConfigNode& node, const ConfigNode* value, const Where& where, Problems& problems) {
  const std::string example = *where.limits.example == '\0' ? "" : fmt::format(", such as {}", where.limits.example);
  if (value != nullptr) return add(value->place, where.path, "has no value" + example, problems);
  return add(node.place, where.path, "is missing" + example, problems);
}

bool read_scalar(const ConfigNode& node, const Where& where, PluginRef& out, Problems& problems) {
  if (!expect_map(node, where.path, problems)) return false;
  const auto known = plugin_names(where.limits.plugin);
  const auto later = later_plugins(where.limits.plugin);
  bool good = true;
  std::vector<std::size_t> found;
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < node.fields.size(); ++i)
    if (contains(known, node.fields[i].first)) found.push_back(i);
  refuse_unknown(node, where.path, known, later, PluginKind::none, problems);
  if (found.size() != node.fields.size()) good = false;
  if (node.fields.empty())
    return add(node.place, where.path, fmt::format("needs one of {}", join(known, "or")), problems);
  if (found.size() > 1)
    return add(key_place(node, found[1]), child_path(where.path, node.fields[found[1]].first),
               fmt::format("stands beside {}; only one of {} can be set", node.fields[found[0]].first, join(known)),
               problems);
  return !found.empty() && check_plugin(found[0], node, where, where.path, out, problems) && good;
}

bool read_plugin_among(const ConfigNode& node, const Where& where, const std::vector<std::string_view>& others,
                       PluginRef& out, Problems& problems) {
  const auto known = plugin_names(where.limits.plugin);
  std::vector<std::size_t> found;
  bool unknown = false;  // refused by its name elsewhere: that is the problem, not that there is none
  for (std::size_t i = 0; i < node.fields.size(); ++i) {
    const auto& key = node.fields[i].first;
    if (contains(known, key))
      found.push_back(i);
    else
      unknown = unknown || !contains(others, key);
  }
  if (found.empty() && unknown) return false;
  if (found.empty()) {
    if (!where.limits.required) return true;
    return add(node.place, where.path, fmt::format("needs one of {}", join(known, "or")), problems);
  }
  if (found.size() > 1)
    return add(key_place(node, found[1]), child_path(where.path, node.fields[found[1]].first),
               fmt::format("stands beside {}; only one of {} can be set", node.fields[found[0]].first, join(known)),
               problems);
  return check_plugin(found[0], node, where, where.path, out, problems);
}

void refuse_named(const ConfigNode& node, const std::string& path,
                  std::span<const std::pair<std::string_view, std::string_view>> refused,
                  std::vector<std::string_view>& known, Problems& problems) {
  for (std::size_t i = 0; i < node.fields.size(); ++i)
    for (const auto& [key, why] : refused)
      if (node.fields[i].first == key) {
        add(key_place(node, i), child_path(path, key), std::string(why), problems);
        known.push_back(key);
      }
}

void refuse_unknown(const ConfigNode& node, const std::string& path, std::vector<std::string_view> known,
                    std::span<const std::string_view> later, PluginKind among, Problems& problems) {
  std::vector<std::string_view> unavailable(later.begin(), later.end());
  if (among != PluginKind::none) {
    std::ranges::copy(plugin_names(among), std::back_inserter(known));
    std::ranges::copy(later_plugins(among), std::back_inserter(unavailable));
  }
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < node.fields.size() && unknown <= kMaxUnknown; ++i) {
    const auto& key = node.fields[i].first;
    if (contains(known, key)) continue;
    const auto where = child_path(path, key);
    if (contains(unavailable, key)) {
      add(key_place(node, i), where, "not available in this version", problems);
      continue;
    }
    if (++unknown > kMaxUnknown) {
      add(key_place(node, i), path, fmt::format("more than {} unknown keys; the rest is not listed", kMaxUnknown),
          problems);
      continue;
    }
    const auto meant = nearest(key, known);
    add(key_place(node, i), where,
        meant.empty() ? fmt::format("unknown key; known are {}", join(known))
                      : fmt::format("unknown key; did you mean {}?", meant),
        problems);
  }
}

void check_rule(const Rule& rule, const FieldStates& states, const ConfigNode& node, const std::string& path,
                std::span<const std::string_view> broken, Problems& problems) {
  for (const auto field : rule.fields)
    if (!field.empty() && contains(broken, field)) return;
  const auto found = check(rule, states);
  if (!found) return;
  const auto where = found->field.empty() ? path : child_path(path, found->field);
  add(place_of(node, found->field), where, found->message, problems);
}

void add_checked(Problems found, const ConfigNode& node, const std::string& path, Problems& problems) {
  for (auto& problem : found) {
    problem.place = place_of(node, problem.path);
    problem.path = problem.path.empty()          ? path
                   : problem.path.front() == '[' ? path + problem.path
                                                 : path + "." + problem.path;
    problems.push_back(std::move(problem));
  }
}

}  // namespace detail
}  // namespace ballast
