#include <fmt/format.h>

#include <algorithm>

#include "controller/config/compile.h"
#include "controller/config/kinds.h"
#include "controller/config/read_scalar.h"

namespace ballast {
namespace {

bool is_immutable(const Schema& schema, const FieldSchema& field) {
  return field.limits.immutable || std::ranges::any_of(schema.rules, [&](const Rule& rule) {
           return rule.kind == Rule::Kind::immutable && rule.fields[0] == field.key;
         });
}

std::string shown(const ConfigNode* node, const FieldSchema& field) {
  if (field.limits.secret) return "the same";
  if (node == nullptr) return "the default";
  return node->kind == ConfigNode::Kind::scalar ? node->text : to_json(*node);
}

/// Both trees come from `write_spec`: no places, defaults written out.
void compare(const Schema& schema, const ConfigNode& before, const ConfigNode& after, const std::string& path,
             Problems& problems) {
  for (const auto& field : schema.fields) {
    const auto* old = before.find(field.key);
    const auto* now = after.find(field.key);
    const auto where = detail::child_path(path, field.key);
    const bool same = (old == nullptr) == (now == nullptr) && (old == nullptr || *old == *now);
    if (same) continue;
    if (is_immutable(schema, field))
      problems.push_back(
          {{}, where, fmt::format("cannot change while the document lives; it is {}", shown(old, field))});
    else if (field.structure && !field.list && old != nullptr && now != nullptr)
      compare(*field.structure, *old, *now, where, problems);
  }
}

}  // namespace

Problems immutable_changes(const Document& before, const Document& after) {
  Problems problems;
  const auto* kind = find_kind(after.id.kind);
  if (kind == nullptr || before.spec.index() != after.spec.index()) return problems;
  compare(kind->schema(), kind->write(before.spec, Secrets::shown), kind->write(after.spec, Secrets::shown), "spec",
          problems);
  for (auto& problem : problems) problem.place = place_of(after.root, problem.path);
  return problems;
}

}  // namespace ballast
