#include "policies/alerting/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/fnv.h"
#include "policies/alerting/groups.h"

namespace ballast {
namespace {

const ActionRule* find_rule(const ActionRules& rules, const ActionKey& key) {
  const auto of_alert = rules.find(key.episode.alert);
  if (of_alert == rules.end()) return nullptr;
  const auto found = std::ranges::find(of_alert->second, key.action, &ActionRule::name);
  return found == of_alert->second.end() ? nullptr : &*found;
}

bool is_wanted(const ActionRules& rules, const ActionKey& key, const WantedAction& action, bool fires) {
  if (action.in_flight) return true;
  if (action.done) return fires;
  const ActionRule* rule = find_rule(rules, key);
  return rule != nullptr && (fires || !rule->while_firing);
}

bool is_waiting(const WantedAction& action) { return !action.done && !action.in_flight; }

}  // namespace

std::vector<ActionKey> want_actions(ActionBook& book, const ActionRules& rules,
                                    const std::map<EpisodeKey, Alert>& episodes, TimePoint now) {
  std::vector<ActionKey> changed;
  std::erase_if(book, [&](const auto& entry) {
    const auto episode = episodes.find(entry.first.episode);
    const bool fires = episode != episodes.end() && !episode->second.ends_at;
    if (is_wanted(rules, entry.first, entry.second, fires)) return false;
    changed.push_back(entry.first);
    return true;
  });
  for (const auto& [episode, alert] : episodes) {
    const auto of_alert = rules.find(episode.alert);
    if (of_alert == rules.end() || alert.ends_at) continue;
    for (const ActionRule& rule : of_alert->second) {
      ActionKey key{episode, rule.name};
      if (book.contains(key) || book.size() >= kMaxActions) continue;
      book.emplace(key, WantedAction{.alert = alert, .batch = {.key = key_of(key), .begun = now, .next_try = now}});
      changed.push_back(std::move(key));
    }
  }
  return changed;
}

void hold_back(ActionBook& book, const ActionRules& rules, TimePoint began, TimePoint until) {
  for (auto& [key, action] : book) {
    const ActionRule* rule = key.episode.started < began ? find_rule(rules, key) : nullptr;
    if (rule != nullptr && rule->while_firing) action.batch.next_try = std::max(action.batch.next_try, until);
  }
}

std::vector<ActionKey> due_actions(const ActionBook& book, TimePoint now, std::size_t at_most) {
  std::vector<std::pair<TimePoint, ActionKey>> due;
  std::size_t in_flight = 0;
  for (const auto& [key, action] : book) {
    in_flight += action.in_flight ? 1 : 0;
    if (is_waiting(action) && action.batch.next_try <= now) due.emplace_back(action.batch.next_try, key);
  }
  std::ranges::sort(due);
  due.resize(std::min(due.size(), at_most - std::min(in_flight, at_most)));
  std::vector<ActionKey> keys;
  for (auto& [at, key] : due) keys.push_back(std::move(key));
  return keys;
}

std::optional<TimePoint> next_action(const ActionBook& book) {
  std::optional<TimePoint> next;
  for (const auto& [key, action] : book)
    if (is_waiting(action) && (!next || action.batch.next_try < *next)) next = action.batch.next_try;
  return next;
}

bool settle_action(ActionBook& book, const ActionKey& key, const Delivery& delivery, TimePoint now) {
  const auto found = book.find(key);
  if (found == book.end()) return true;
  WantedAction& action = found->second;
  action.in_flight = false;
  action.done = !delivery.failure;
  if (action.done) return true;
  try_later(action.batch, Routing{}, GroupKey{}, delivery, now);
  action.done = now - action.batch.begun >= kPatienceWithAction;
  return !action.done;
}

std::string key_of(const ActionKey& key) {
  FnvOfParts parts;
  parts.add(key.episode.workload);
  parts.add(fmt::format("{} {}", key.episode.alert, key.episode.started.time_since_epoch().count()));
  return fmt::format("{:016x}-{}", parts.value(), key.action);
}

Notification notification_of(const ActionKey& key, const WantedAction& action) {
  Notification notification{.receiver = fmt::format("{} {}", key.episode.workload, key.action),
                            .group_key = fmt::format("{}:{}", key.action, to_string(action.alert.labels)),
                            .key = action.batch.key,
                            .group_labels = action.alert.labels,
                            .alerts = {action.alert},
                            .external_url = action.alert.generator_url};
  notification.alerts.front().ends_at.reset();
  return notification;
}

}  // namespace ballast
