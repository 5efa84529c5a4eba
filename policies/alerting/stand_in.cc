#include "policies/alerting/stand_in.h"

#include <vector>

#include "policies/alerting/groups.h"
#include "policies/alerting/told.h"

namespace ballast {
namespace {

/// Earlier firings of alerts that a batch speaks of, whose end is owed: who hears the end of one after the begin of the
/// next would take the next for over.
std::vector<EpisodeKey> superseded(const AlertGroup& group, const Batch& batch) {
  std::vector<EpisodeKey> old;
  for (const Batch::Entry& entry : batch.entries) {
    const EpisodeKey first{entry.episode.workload, entry.episode.alert, TimePoint::min()};
    const auto end = group.told.lower_bound(entry.episode);
    for (auto at = group.told.lower_bound(first); at != end; ++at)
      if (at->second == Told::firing) old.push_back(at->first);
  }
  return old;
}

}  // namespace

void note_stand_in(AlertBook& book, const Routing& routing, const GroupKey& name, const Batch& batch, TimePoint now,
                   Changes& changes) {
  const GroupKey other = stand_in(routing, name);
  AlertGroup& group = book.groups[other];
  group.labels = book.groups.at(name).labels;
  ++group.sent;
  group.last_sent = now;
  group.last_begun = batch.begun;
  changes.groups.push_back(other);
  for (const Batch::Entry& entry : batch.entries) {
    const auto episode = book.episodes.find(entry.episode);
    if (episode == book.episodes.end()) continue;
    Told& told = group.told[entry.episode];
    told = now_told(book, entry, told);
    if (owes(other, told, episode->second) && !group.changed) group.changed = now;
  }
  for (const EpisodeKey& old : superseded(group, batch)) {
    group.told[old] = Told::resolved;
    forget_if_told(book, routing, old, changes);
  }
  // What it was being told may be told by now; what is not is told anew.
  if (group.batch && !group.in_flight) {
    group.batch.reset();
    group.changed = now;
  }
  drop_if_empty(book, other);
}

bool waits_for_other(const AlertBook& book, const Routing& routing, const GroupKey& name, const AlertGroup& group) {
  const bool to_fallback = group.batch && group.batch->to_fallback;
  if (!is_stand_in(name)) {
    const auto other = book.groups.find(stand_in(routing, name));
    return to_fallback && other != book.groups.end() && other->second.in_flight;
  }
  const auto own = book.groups.find({name.instead_of, name.group});
  if (own == book.groups.end() || !own->second.batch) return false;
  return !group.batch || (own->second.in_flight && own->second.batch->to_fallback);
}

bool fallback_knows(const AlertBook& book, const Routing& routing, const GroupKey& name, const Batch& batch,
                    TimePoint now) {
  const auto other = book.groups.find(stand_in(routing, name));
  if (other == book.groups.end()) return false;
  bool fires = false;
  for (const Batch::Entry& entry : batch.entries) {
    const auto told = other->second.told.find(entry.episode);
    const Told said = entry.resolved() ? Told::resolved : Told::firing;
    if (told == other->second.told.end() || told->second < said) return false;
    fires = fires || !entry.resolved();
  }
  return !fires || now - other->second.last_sent.value_or(now) < routing.root.repeat_interval;
}

}  // namespace ballast
