#include "controller/alerts/dispatcher.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "controller/alerts/receiver_failing.h"
#include "controller/alerts/rows.h"
#include "controller/engine/guarded.h"
#include "policies/alerting/describe.h"
#include "policies/alerting/resume.h"

namespace ballast {
namespace {

/// Attempts at a time at one receiver, so that an outage's end is no stampede.
constexpr std::size_t kAtATime = 8;
/// What the journal did not take is offered again so soon.
constexpr Duration kOfferAgain = std::chrono::seconds{5};

}  // namespace

AlertDispatcher::AlertDispatcher(TimeSource& time, Journal& journal, AlertEvents events)
    : time_(time), journal_(journal), events_(std::move(events)), rows_(time, journal, kAlertRows) {}

void AlertDispatcher::wake() {
  if (waker_ != nullptr) waker_->wake();
}

void AlertDispatcher::changed(const Changes& changes) {
  unwritten_episodes_.insert(changes.episodes.begin(), changes.episodes.end());
  unwritten_groups_.insert(changes.groups.begin(), changes.groups.end());
  wake();
}

WallTime AlertDispatcher::wall_of(TimePoint at) const { return time_.wall() - (time_.now() - at); }

void AlertDispatcher::configure(Routing routing, Notifiers notifiers) {
  routing_ = std::move(routing);
  notifiers_ = std::move(notifiers);
  Changes changes = place_episodes(book_, routing_, time_.now());
  changes.add(try_again_now(book_, time_.now()));
  changed(changes);
  end_of_unasked();
}

void AlertDispatcher::open(EpisodeKey key, Alert alert) {
  const auto known = book_.episodes.find(key);
  if (known != book_.episodes.end() && !known->second.ends_at) return;
  alert.starts_at = wall_of(key.started);
  alert.generator_url = routing_.external_url;
  if (events_.changed) events_.changed(alert);
  changed(open_episode(book_, routing_, std::move(key), std::move(alert), time_.now()));
}

void AlertDispatcher::end(const EpisodeKey& key) {
  const auto episode = book_.episodes.find(key);
  if (episode == book_.episodes.end() || episode->second.ends_at) return;
  Alert ended = episode->second;
  ended.ends_at = time_.wall();
  changed(end_episode(book_, routing_, key, time_.wall(), time_.now()));
  if (events_.changed) events_.changed(ended);
}

void AlertDispatcher::take(const Workload& workload, const WorkloadState& state,
                           const std::vector<AlertTransition>& transitions) {
  for (const AlertTransition& transition : transitions) {
    EpisodeKey key{workload.name, transition.alert, transition.started};
    if (!transition.firing) {
      end(key);
      continue;
    }
    auto alert = describe(workload, state.status, transition, state.names.name_of(transition.member));
    if (alert) open(std::move(key), *std::move(alert));
  }
}

std::vector<EpisodeKey> AlertDispatcher::firing(const std::string& workload) const {
  std::vector<EpisodeKey> keys;
  const EpisodeKey first{workload, 0, TimePoint::min()};
  for (auto at = book_.episodes.lower_bound(first); at != book_.episodes.end() && at->first.workload == workload; ++at)
    if (!at->second.ends_at) keys.push_back(at->first);
  return keys;
}

std::vector<AlertMemory> AlertDispatcher::reconcile(const Workload& workload, const WorkloadState& state, bool whole) {
  known_.insert(workload.name);
  std::vector<AlertMemory> forgotten;
  for (const EpisodeKey& key : firing(workload.name)) {
    const auto known = std::ranges::find(state.memory.alerts, key.alert, &AlertMemory::alert);
    const bool is_known = known != state.memory.alerts.end() && known->fired;
    if (is_known && known->fired == key.started) continue;
    if (whole || is_known)
      end(key);
    else
      forgotten.push_back({.alert = key.alert, .since = key.started, .fired = key.started, .looked = time_.now()});
  }
  for (const AlertMemory& known : state.memory.alerts) {
    if (!known.fired) continue;
    AlertTransition transition{.alert = known.alert, .firing = true, .started = *known.fired, .at = *known.fired};
    const auto rule = std::ranges::find(workload.alerts, known.alert, &AlertRule::fingerprint);
    if (rule != workload.alerts.end() && rule->signal < state.status.signals.size())
      transition.value = state.status.signals[rule->signal].value.value_or(0);
    take(workload, state, {transition});
  }
  return forgotten;
}

void AlertDispatcher::forget(const std::string& workload) {
  if (only_) only_->erase(workload);
  known_.insert(workload);
  for (const EpisodeKey& key : firing(workload)) end(key);
}

void AlertDispatcher::keep_only(std::set<std::string> workloads) {
  if (!rows_.is_read()) {
    only_ = std::move(workloads);
    return;
  }
  std::vector<EpisodeKey> gone;
  for (const auto& [key, alert] : book_.episodes)
    if (!alert.ends_at && key.workload != kSelf && !workloads.contains(key.workload)) gone.push_back(key);
  for (const EpisodeKey& key : gone) end(key);
}

Task<void> AlertDispatcher::load() {
  std::function<void(const std::string&)> failed = [this](const std::string& why) {
    if (events_.trouble) events_.trouble("alerts of the last run cannot be read, it is tried again: " + why);
  };
  const FirstRows::Rows rows = co_await rows_.read(std::move(failed));
  std::vector<std::string> damage;
  AlertBook kept = book_of(rows, damage);
  if (events_.trouble)
    for (const std::string& what : damage) events_.trouble("an alert's row cannot be read: " + what);
  const std::vector<EpisodeKey> ended = ended_meanwhile(kept, book_, known_);
  book_ = resumed(std::move(kept), std::exchange(book_, {}));
  for (const EpisodeKey& key : ended) end(key);
  changed(place_episodes(book_, routing_, time_.now()));
  end_of_unasked();
  if (only_) keep_only(*std::exchange(only_, std::nullopt));
}

std::vector<PairToWrite> AlertDispatcher::rows_to_write() const {
  std::vector<PairToWrite> rows;
  for (const EpisodeKey& key : unwritten_episodes_) {
    const auto at = book_.episodes.find(key);
    rows.emplace_back(row_key(key), at == book_.episodes.end() ? std::nullopt : std::optional(row_of(key, at->second)));
  }
  for (const GroupKey& key : unwritten_groups_) {
    const auto at = book_.groups.find(key);
    rows.emplace_back(row_key(key), at == book_.groups.end() ? std::nullopt : std::optional(row_of(key, at->second)));
  }
  return rows;
}

Task<void> AlertDispatcher::write_down() {
  if (!rows_.is_read()) co_return;  // what is written now would hide what is to be read
  if (std::exchange(file_, journal_.files_begun()) != journal_.files_begun()) all_unwritten();
  if (unwritten_episodes_.empty() && unwritten_groups_.empty()) co_return;
  auto rows = rows_to_write();
  const auto episodes = std::exchange(unwritten_episodes_, {});
  const auto groups = std::exchange(unwritten_groups_, {});
  const auto written = co_await journal_.put(std::move(rows), Durability::full);
  if (!written) {
    unwritten_episodes_.insert(episodes.begin(), episodes.end());
    unwritten_groups_.insert(groups.begin(), groups.end());
    if (journal_ok_ && events_.trouble)
      events_.trouble("the journal does not take alerts: they are told, and would be told again after a restart");
  }
  journal_ok_ = written.has_value();
}

void AlertDispatcher::all_unwritten() {
  for (const auto& [key, alert] : book_.episodes) unwritten_episodes_.insert(key);
  for (const auto& [key, group] : book_.groups) unwritten_groups_.insert(key);
}

Task<void> AlertDispatcher::deliver(Attempt attempt) {
  const auto found = notifiers_.find(attempt.receiver);
  const std::shared_ptr<Notifier> notifier =
      found == notifiers_.end() ? nullptr : found->second;  // a reload may drop it
  Delivery delivery{.failure = Error{Errc::not_found, "there is no receiver " + attempt.receiver}};
  if (notifier) {
    Notification notification = attempt.notification;
    delivery = co_await guarded_delivery(notifier, std::move(notification));
  }
  if (events_.tried) events_.tried(attempt.notification, delivery);
  watch(attempt.receiver, delivery);
  changed(settle(book_, routing_, attempt.group, delivery, time_.now()));
}

void AlertDispatcher::watch(const std::string& receiver, const Delivery& delivery) {
  const auto failing = find_failing(book_, receiver);
  // Nobody asks it any more: documents changed while it was asked.
  if (!delivery.failure || !is_asked(routing_, receiver)) {
    failing_since_.erase(receiver);
    if (failing) end(*failing);
    return;
  }
  const TimePoint since = failing_since_.try_emplace(receiver, time_.now()).first->second;
  const bool lasts = is_final(delivery.failure->code) || time_.now() - since >= kReceiverFailingAfter;
  if (failing || !lasts) return;
  open({std::string(kSelf), fingerprint_of_receiver(receiver), time_.now()},
       receiver_failing(receiver, delivery.failure->message));
}

/// Whom nobody asks any more does not fail any more.
void AlertDispatcher::end_of_unasked() {
  for (const EpisodeKey& key : firing(std::string(kSelf))) {
    const LabelSet& labels = book_.episodes.at(key).labels;
    const auto receiver = labels.find("receiver");
    if (receiver != labels.end() && !is_asked(routing_, receiver->second)) end(key);
  }
}

Task<void> AlertDispatcher::run() {
  tasks_.spawn(load());
  co_await rows_.awaited();
  while (!stopping_) {
    co_await write_down();
    Due now = due(book_, routing_, time_.now(), kAtATime);
    changed(now.changes);
    if (!now.attempts.empty()) co_await write_down();
    if (stopping_) co_return;  // they are told after the next start
    for (Attempt& attempt : now.attempts) tasks_.spawn(deliver(std::move(attempt)));
    // What is due and not begun waits for its receiver: `settle` wakes.
    const TimePoint soon = time_.now() + std::chrono::seconds{1};
    const TimePoint next =
        std::clamp(next_due(book_, routing_).value_or(TimePoint::max()), soon, time_.now() + kOfferAgain);
    const bool unwritten = !unwritten_episodes_.empty() || !unwritten_groups_.empty();
    if (unwritten && journal_ok_ && rows_.is_read()) continue;
    Wakeable pause(time_, next);
    waker_ = &pause;
    co_await pause;
    waker_ = nullptr;
  }
}

void AlertDispatcher::stop() {
  stopping_ = true;
  rows_.wait_no_more();
  wake();
}

}  // namespace ballast
