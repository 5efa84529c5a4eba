#include "policies/alerting/told.h"

#include <algorithm>
#include <utility>

#include "policies/alerting/groups.h"

namespace ballast {
namespace {

Told wanted(const Alert& alert) { return over(alert) ? Told::resolved : Told::firing; }

/// Of an alert that is over: nobody has still to be told.
bool told_to_all(const AlertBook& book, const Routing& routing, const EpisodeKey& key, const Alert& alert) {
  for (const GroupKey& name : groups_with(book, routing, key, alert)) {
    const auto group = book.groups.find(name);
    if (group == book.groups.end()) return false;
    const auto told = group->second.told.find(key);
    if (owes(name, told == group->second.told.end() ? Told::nothing : told->second, alert)) return false;
  }
  return true;
}

}  // namespace

bool owes(const GroupKey& name, Told told, const Alert& alert) {
  return is_stand_in(name) ? over(alert) && told == Told::firing : told != wanted(alert);
}

std::vector<GroupKey> groups_with(const AlertBook& book, const Routing& routing, const EpisodeKey& key,
                                  const Alert& alert) {
  std::vector<GroupKey> names = groups_of(routing, alert.labels);
  for (std::size_t i = 0, own = names.size(); i < own; ++i)
    if (GroupKey other = stand_in(routing, names[i]); book.groups.contains(other)) names.push_back(std::move(other));
  if (!routing.root.receivers.empty()) return names;
  for (const auto& [name, group] : book.groups)
    if (group.told.contains(key)) names.push_back(name);
  return names;
}

void drop_if_empty(AlertBook& book, const GroupKey& name) {
  const auto group = book.groups.find(name);
  if (group != book.groups.end() && group->second.told.empty() && !group->second.in_flight) book.groups.erase(group);
}

void forget(AlertBook& book, const Routing& routing, const EpisodeKey& key, Changes& changes) {
  const auto episode = book.episodes.find(key);
  if (episode == book.episodes.end()) return;
  for (const GroupKey& name : groups_with(book, routing, key, episode->second)) {
    const auto group = book.groups.find(name);
    if (group == book.groups.end()) continue;
    group->second.told.erase(key);
    changes.groups.push_back(name);
    drop_if_empty(book, name);
  }
  book.episodes.erase(episode);
  changes.episodes.push_back(key);
}

void forget_if_told(AlertBook& book, const Routing& routing, const EpisodeKey& key, Changes& changes) {
  const auto episode = book.episodes.find(key);
  if (episode == book.episodes.end() || !over(episode->second)) return;
  if (told_to_all(book, routing, key, episode->second)) forget(book, routing, key, changes);
}

Told now_told(const AlertBook& book, const Batch::Entry& entry, Told before) {
  const auto episode = book.episodes.find(entry.episode);
  const bool fires_again = entry.resolved() && episode != book.episodes.end() && !over(episode->second);
  if (fires_again) return Told::nothing;
  return std::max(before, entry.resolved() ? Told::resolved : Told::firing);
}

}  // namespace ballast
