#include "policies/alerting/resume.h"

#include <algorithm>
#include <utility>

namespace ballast {
namespace {

bool fires(const AlertBook& book, const EpisodeKey& alert) {
  const EpisodeKey first{alert.workload, alert.alert, TimePoint::min()};
  for (auto at = book.episodes.lower_bound(first); at != book.episodes.end(); ++at) {
    if (at->first.workload != alert.workload || at->first.alert != alert.alert) return false;
    if (!at->second.ends_at) return true;
  }
  return false;
}

/// `since` is part of the one group that both are.
void resume(AlertGroup& group, AlertGroup since, const AlertBook& book) {
  group.sent += since.sent;
  group.last_begun = std::max(group.last_begun, since.last_begun);
  if (since.last_sent) group.last_sent = since.last_sent;
  if (since.changed) group.changed = std::min(group.changed.value_or(*since.changed), *since.changed);
  if (since.batch) group.batch = std::move(since.batch);
  group.in_flight = since.in_flight;
  for (const auto& [key, told] : since.told) {
    Told& before = group.told[key];
    const auto episode = book.episodes.find(key);
    const bool again = before == Told::resolved && episode != book.episodes.end() && !episode->second.ends_at;
    before = again ? told : std::max(before, told);
  }
}

}  // namespace

std::vector<EpisodeKey> ended_meanwhile(const AlertBook& kept, const AlertBook& since,
                                        const std::set<std::string>& known) {
  std::vector<EpisodeKey> ended;
  for (const auto& [key, alert] : kept.episodes) {
    if (alert.ends_at || since.episodes.contains(key)) continue;
    if (known.contains(key.workload) || fires(since, key)) ended.push_back(key);
  }
  return ended;
}

AlertBook resumed(AlertBook kept, AlertBook since) {
  for (auto& [key, alert] : since.episodes) kept.episodes.insert_or_assign(key, std::move(alert));
  for (auto& [name, group] : since.groups) {
    const auto [at, is_new] = kept.groups.try_emplace(name);
    if (is_new)
      at->second = std::move(group);
    else
      resume(at->second, std::move(group), kept);
  }
  kept.dropped += since.dropped;
  return kept;
}

}  // namespace ballast
