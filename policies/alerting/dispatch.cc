#include "policies/alerting/dispatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "policies/alerting/groups.h"
#include "policies/alerting/stand_in.h"
#include "policies/alerting/told.h"

namespace ballast {
namespace {

/// Whoever is not in a stored group was told nothing: ten thousand that begin at once do not write it as often.
void note_news(const GroupKey& name, AlertGroup& group, TimePoint now, Changes& changes) {
  if (group.changed) return;
  group.changed = now;
  changes.groups.push_back(name);
}

/// Puts an episode into the groups that it belongs to. Those that stand in for them have it or not.
void place(AlertBook& book, const Routing& routing, const EpisodeKey& key, const Alert& alert, TimePoint now,
           Changes& changes) {
  for (const GroupKey& name : groups_of(routing, alert.labels)) {
    AlertGroup& group = book.groups[name];
    if (group.told.empty() && !group.batch) group.labels = group_labels(routing, name.receiver, alert.labels);
    if (owes(name, group.told.try_emplace(key, Told::nothing).first->second, alert))
      note_news(name, group, now, changes);
    const auto other = book.groups.find(stand_in(routing, name));
    if (other == book.groups.end()) continue;
    const auto told = other->second.told.find(key);
    if (told != other->second.told.end() && owes(other->first, told->second, alert))
      note_news(other->first, other->second, now, changes);
  }
}

/// It was thought to be over, and is not: a document went and came back. Whoever was told so is told again that it
/// fires; what says so and is not under way is not said. A fallback that was not told so goes on as it was.
void reopen(AlertBook& book, const Routing& routing, const EpisodeKey& key, Alert& alert, TimePoint now,
            Changes& changes) {
  alert.ends_at.reset();
  changes.episodes.push_back(key);
  for (const GroupKey& name : groups_with(book, routing, key, alert)) {
    const auto group = book.groups.find(name);
    if (group == book.groups.end()) continue;
    const auto told = group->second.told.find(key);
    const bool goes_on = is_stand_in(name) && told != group->second.told.end() && told->second == Told::firing;
    if (!goes_on) group->second.told.erase(key);
    const auto& batch = group->second.batch;
    const bool says_so =
        batch && std::ranges::find(batch->entries, key, &Batch::Entry::episode) != batch->entries.end();
    if (says_so && !group->second.in_flight) group->second.batch.reset();
    changes.groups.push_back(name);
  }
  place(book, routing, key, alert, now, changes);
}

/// Room for one more. That what goes fired stands in the journal still.
void make_room(AlertBook& book, const Routing& routing, Changes& changes) {
  if (book.episodes.size() < kMaxEpisodes) return;
  const auto victim = std::ranges::find_if(book.episodes, [](const auto& episode) { return over(episode.second); });
  if (victim == book.episodes.end()) return;
  ++book.dropped;
  const EpisodeKey key = victim->first;
  forget(book, routing, key, changes);
}

/// What the batch of a group says is known: its receiver took it, or its fallback did.
void conclude(AlertBook& book, const Routing& routing, const GroupKey& name, TimePoint now, Changes& changes) {
  AlertGroup& group = book.groups.at(name);
  const Batch batch = *std::exchange(group.batch, std::nullopt);
  // To a fallback the end of one thing repeats nothing of what else fires.
  if (!is_stand_in(name)) group.last_sent = now;
  group.last_begun = batch.begun;
  ++group.sent;
  for (const Batch::Entry& entry : batch.entries)
    if (const auto told = group.told.find(entry.episode); told != group.told.end())
      told->second = now_told(book, entry, told->second);
  for (const Batch::Entry& entry : batch.entries) forget_if_told(book, routing, entry.episode, changes);
  drop_if_empty(book, name);
}

TimePoint when_changed(const AlertGroup& group, const GroupTiming& timing) {
  if (!group.last_sent) return *group.changed + timing.wait;
  return std::max(*group.changed, group.last_begun + timing.interval);
}

bool fires(const AlertBook& book, const AlertGroup& group) {
  return std::ranges::any_of(group.told, [&](const auto& told) {
    const auto episode = book.episodes.find(told.first);
    return episode != book.episodes.end() && !over(episode->second);
  });
}

std::optional<TimePoint> due_at(const AlertBook& book, const Routing& routing, const GroupKey& name,
                                const AlertGroup& group) {
  if (group.in_flight || waits_for_other(book, routing, name, group)) return std::nullopt;
  if (group.batch) return group.batch->next_try;
  const GroupTiming timing = timing_of(routing, name.receiver);
  std::optional<TimePoint> at;
  if (group.changed) at = when_changed(group, timing);
  if (!group.last_sent || is_stand_in(name)) return at;
  const TimePoint again = *group.last_sent + timing.repeat;
  if ((!at || again < *at) && fires(book, group)) at = again;
  return at;
}

/// Marks as told what its receiver is not to be told. Returns it.
std::vector<EpisodeKey> pass_over(const AlertBook& book, const Routing& routing, const std::string& receiver,
                                  AlertGroup& group) {
  std::vector<EpisodeKey> passed;
  const auto rules = routing.receivers.find(receiver);
  // What is being delivered is told to its end first: nothing may be forgotten that stands in it.
  if (group.batch || rules == routing.receivers.end() || rules->second.send_resolved) return passed;
  for (auto& [key, told] : group.told) {
    const auto episode = book.episodes.find(key);
    if (told == Told::resolved || episode == book.episodes.end() || !over(episode->second)) continue;
    told = Told::resolved;
    passed.push_back(key);
  }
  return passed;
}

/// Everything that fires, and what ended and was not told so; for one that stands in, only what it is owed. Nothing: no
/// news, and not the time to repeat the old.
std::optional<Batch> batch_of(const AlertBook& book, const Routing& routing, const GroupKey& name,
                              const AlertGroup& group, TimePoint now) {
  Batch batch{.external_url = routing.external_url, .begun = now, .next_try = now};
  bool news = false;
  for (const auto& [key, told] : group.told) {
    const auto episode = book.episodes.find(key);
    if (episode == book.episodes.end()) continue;
    const bool owed = owes(name, told, episode->second);
    if (owed || (!is_stand_in(name) && !over(episode->second))) batch.entries.push_back({key, episode->second.ends_at});
    news = news || owed;
  }
  const bool again =
      !is_stand_in(name) && group.last_sent && now - *group.last_sent >= timing_of(routing, name.receiver).repeat;
  if (batch.entries.empty() || !(news || again)) return std::nullopt;
  batch.key = key_of(name, group.sent, batch);
  return batch;
}

/// Nothing: there is nobody to tell it, or nothing left to tell.
std::optional<Attempt> begin_attempt(const AlertBook& book, const Routing& routing, const GroupKey& name,
                                     AlertGroup& group, TimePoint now) {
  if (!group.batch) {
    group.changed.reset();
    group.batch = batch_of(book, routing, name, group, now);
  }
  if (!group.batch) return std::nullopt;
  Attempt attempt = attempt_of(book, routing, name, group);
  group.in_flight = !attempt.notification.alerts.empty();
  if (group.in_flight) return attempt;
  group.batch.reset();
  return std::nullopt;
}

/// Each once: a store would write the row of a group as often as there are episodes in it.
Changes once(Changes changes) {
  const auto distinct = [](auto& keys) {
    std::ranges::sort(keys);
    const auto rest = std::ranges::unique(keys);
    keys.erase(rest.begin(), rest.end());
  };
  distinct(changes.episodes);
  distinct(changes.groups);
  return changes;
}

/// What is due first, first.
std::vector<GroupKey> names_due(const AlertBook& book, const Routing& routing, TimePoint now) {
  std::vector<std::pair<TimePoint, GroupKey>> waiting;
  for (const auto& [name, group] : book.groups)
    if (const auto at = due_at(book, routing, name, group); at && *at <= now) waiting.emplace_back(*at, name);
  std::ranges::sort(waiting);
  std::vector<GroupKey> names;
  for (auto& [at, name] : waiting) names.push_back(std::move(name));
  return names;
}

}  // namespace

void Changes::add(const Changes& more) {
  std::ranges::copy(more.episodes, std::back_inserter(episodes));
  std::ranges::copy(more.groups, std::back_inserter(groups));
}

bool is_final(Errc code) { return code == Errc::invalid || code == Errc::denied || code == Errc::not_found; }

Changes open_episode(AlertBook& book, const Routing& routing, EpisodeKey key, Alert alert, TimePoint now) {
  Changes changes;
  const auto known = book.episodes.find(key);
  if (known != book.episodes.end()) {
    if (over(known->second)) reopen(book, routing, key, known->second, now, changes);
    return once(std::move(changes));
  }
  make_room(book, routing, changes);
  changes.episodes.push_back(key);
  const auto added = book.episodes.emplace(std::move(key), std::move(alert)).first;
  place(book, routing, added->first, added->second, now, changes);
  return once(std::move(changes));
}

Changes end_episode(AlertBook& book, const Routing& routing, const EpisodeKey& key, WallTime at, TimePoint now) {
  Changes changes;
  const auto episode = book.episodes.find(key);
  if (episode == book.episodes.end() || over(episode->second)) return changes;
  // A wall clock that was set back must not make an alert end before it began.
  episode->second.ends_at = std::max(at, episode->second.starts_at);
  changes.episodes.push_back(key);
  place(book, routing, key, episode->second, now, changes);
  forget_if_told(book, routing, key, changes);
  return once(std::move(changes));
}

Changes place_episodes(AlertBook& book, const Routing& routing, TimePoint now) {
  Changes changes;
  if (routing.root.receivers.empty()) return changes;  // what is still to be told waits for a route
  std::map<GroupKey, AlertGroup> before = std::exchange(book.groups, {});
  std::map<GroupKey, std::vector<EpisodeKey>> members;
  for (const auto& [key, alert] : book.episodes)
    for (const GroupKey& name : groups_of(routing, alert.labels)) {
      members[name].push_back(key);
      members[stand_in(routing, name)].push_back(key);
    }
  for (auto& [name, group] : before) {
    changes.groups.push_back(name);
    const std::vector<EpisodeKey>& kept = members[name];
    std::erase_if(group.told, [&](const auto& told) { return !std::ranges::binary_search(kept, told.first); });
    const bool unused = kept.empty() || (is_stand_in(name) && group.told.empty());
    // One in flight stays until it is settled: what comes of the attempt must not be taken for that of a later group.
    if (unused && !group.in_flight) continue;
    book.groups.emplace(name, std::move(group));
  }
  std::vector<EpisodeKey> keys;
  for (const auto& [key, alert] : book.episodes) keys.push_back(key);
  for (const EpisodeKey& key : keys) {
    place(book, routing, key, book.episodes.at(key), now, changes);
    forget_if_told(book, routing, key, changes);
  }
  return once(std::move(changes));
}

namespace {

/// One group whose time has come; nothing: it may have gone, or have to wait, for what one before it tells.
std::optional<Attempt> tell_due(AlertBook& book, const Routing& routing, const GroupKey& name, TimePoint now,
                                Changes& changes) {
  const auto found = book.groups.find(name);
  if (found == book.groups.end() || waits_for_other(book, routing, name, found->second)) return std::nullopt;
  const auto& batch = found->second.batch;
  if (batch && batch->to_fallback && fallback_knows(book, routing, name, *batch, now)) {
    conclude(book, routing, name, now, changes);
    return std::nullopt;
  }
  const std::vector<EpisodeKey> passed = pass_over(book, routing, name.receiver, found->second);
  auto attempt = begin_attempt(book, routing, name, found->second, now);
  for (const EpisodeKey& key : passed) forget_if_told(book, routing, key, changes);
  drop_if_empty(book, name);
  return attempt;
}

}  // namespace

Due due(AlertBook& book, const Routing& routing, TimePoint now, std::size_t at_most) {
  Due result;
  if (routing.root.receivers.empty()) return result;
  std::map<std::string, std::size_t> in_flight;  // by receiver
  for (const auto& [name, group] : book.groups) in_flight[name.receiver] += group.in_flight ? 1 : 0;
  for (const GroupKey& name : names_due(book, routing, now)) {
    if (in_flight[name.receiver] >= at_most) continue;
    result.changes.groups.push_back(name);
    if (auto attempt = tell_due(book, routing, name, now, result.changes)) {
      result.attempts.push_back(*std::move(attempt));
      ++in_flight[name.receiver];
    }
  }
  result.changes = once(std::move(result.changes));
  return result;
}

Changes try_again_now(AlertBook& book, TimePoint now) {
  Changes changes;
  for (auto& [name, group] : book.groups) {
    if (!group.batch || group.batch->next_try <= now) continue;
    Batch& batch = *group.batch;
    const TimePoint allowed = batch.to_fallback ? batch.fallback_not_before : batch.not_before;
    batch.next_try = std::min(batch.next_try, std::max(now, allowed));
    changes.groups.push_back(name);
  }
  return changes;
}

std::optional<TimePoint> next_due(const AlertBook& book, const Routing& routing) {
  std::optional<TimePoint> next;
  if (routing.root.receivers.empty()) return next;
  for (const auto& [name, group] : book.groups)
    if (const auto at = due_at(book, routing, name, group); at && (!next || *at < *next)) next = at;
  return next;
}

Changes settle(AlertBook& book, const Routing& routing, const GroupKey& name, const Delivery& delivery, TimePoint now) {
  Changes changes{.groups = {name}};
  const auto found = book.groups.find(name);
  if (found == book.groups.end() || !found->second.batch) return changes;
  AlertGroup& group = found->second;
  group.in_flight = false;
  if (delivery.failure) {
    try_later(*group.batch, routing, name, delivery, now);
    drop_if_empty(book, name);
    return changes;
  }
  if (group.batch->to_fallback && !fallback_of(routing, name).empty())
    note_stand_in(book, routing, name, *group.batch, now, changes);
  conclude(book, routing, name, now, changes);
  return once(std::move(changes));
}

}  // namespace ballast
