#include "controller/actions/rule_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "controller/alerts/rows.h"
#include "controller/engine/guarded.h"

namespace ballast {
namespace {

using Json = nlohmann::json;

/// Attempts at a time.
constexpr std::size_t kAtATime = 8;
constexpr Duration kReadAgain = std::chrono::seconds{1};
/// After a start: until then each workload has looked whether what fired in the last run still does.
constexpr Duration kFirstLook = std::chrono::minutes{1};
/// What the journal did not take is offered again so soon.
constexpr Duration kOfferAgain = std::chrono::seconds{5};

std::int64_t number(TimePoint at) { return at.time_since_epoch().count(); }
TimePoint time_of(const Json& json) { return TimePoint{Duration{json.get<std::int64_t>()}}; }

}  // namespace

std::string action_row_key(const ActionKey& key) {
  const EpisodeKey& episode = key.episode;
  return fmt::format("{}{}/{:016x}@{}/{}", kActionRows, episode.workload, episode.alert, number(episode.started),
                     key.action);
}

std::string action_row(const ActionKey& key, const WantedAction& action) {
  return Json{{"action", key.action},
              {"alert", row_of(key.episode, action.alert)},
              {"begun", number(action.batch.begun)},
              {"nextTry", number(action.batch.next_try)},
              {"notBefore", number(action.batch.not_before)},
              {"failures", action.batch.failures},
              {"done", action.done}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::pair<ActionKey, WantedAction>> read_action_row(const std::string& row) {
  try {
    const Json json = Json::parse(row);
    std::vector<std::string> damage;
    const AlertBook of_alert = book_of({{row_key(EpisodeKey{}), json.at("alert").get<std::string>()}}, damage);
    if (of_alert.episodes.size() != 1) return Error{Errc::invalid, "its alert cannot be read"};
    const auto& [episode, alert] = *of_alert.episodes.begin();
    ActionKey key{episode, json.at("action").get<std::string>()};
    WantedAction action{.alert = alert, .done = json.at("done").get<bool>()};
    action.batch = {.key = key_of(key),
                    .begun = time_of(json.at("begun")),
                    .next_try = time_of(json.at("nextTry")),
                    .not_before = time_of(json.at("notBefore")),
                    .failures = json.at("failures").get<std::int32_t>()};
    return std::pair{std::move(key), std::move(action)};
  } catch (const Json::exception& failure) {
    return Error{Errc::invalid, failure.what()};
  }
}

RuleActions::RuleActions(TimeSource& time, Journal& journal, AlertDispatcher& alerts, ActionEvents events)
    : time_(time), journal_(journal), alerts_(alerts), events_(std::move(events)) {}

void RuleActions::trouble(const std::string& what) const {
  if (events_.trouble) events_.trouble(what);
}

void RuleActions::wake() {
  if (waker_ != nullptr) waker_->wake();
}

void RuleActions::stop() {
  stopping_ = true;
  wake();
}

void RuleActions::configure(ActionRules rules, ActionNotifiers notifiers) {
  rules_ = std::move(rules);
  notifiers_ = std::move(notifiers);
  wake();
}

Task<void> RuleActions::load() {
  auto rows = co_await journal_.pairs(std::string(kActionRows));
  if (!rows) trouble("what rules have still to do cannot be read, it is tried again: " + rows.error().message);
  while (!rows && !stopping_) {
    const TimePoint next = time_.now() + kReadAgain;
    co_await Sleep(time_, next);
    rows = co_await journal_.pairs(std::string(kActionRows));
  }
  if (!rows) co_return;
  for (const auto& [key, row] : *rows) {
    auto action = read_action_row(row);
    if (action)
      book_.insert(*std::move(action));
    else
      trouble("the row " + key + " cannot be read: " + action.error().message);
  }
}

Task<void> RuleActions::write_down() {
  if (std::exchange(file_, journal_.files_begun()) != journal_.files_begun())
    for (const auto& [key, action] : book_) unwritten_.insert(key);
  if (unwritten_.empty()) co_return;
  const auto keys = std::exchange(unwritten_, {});
  std::vector<PairToWrite> rows;
  for (const ActionKey& key : keys) {
    const auto found = book_.find(key);
    rows.emplace_back(action_row_key(key),
                      found == book_.end() ? std::nullopt : std::optional(action_row(key, found->second)));
  }
  const auto written = co_await journal_.put(std::move(rows), Durability::full);
  if (!written) unwritten_.insert(keys.begin(), keys.end());
  if (!written && writable_)
    trouble("the journal does not take what rules do: it is done, and would be done again after a restart");
  writable_ = written.has_value();
}

Task<void> RuleActions::attempt(ActionKey key) {
  const auto found = notifiers_.find({key.episode.alert, key.action});
  const std::shared_ptr<Notifier> does = found == notifiers_.end() ? nullptr : found->second;  // a reload may drop it
  const Notification told = notification_of(key, book_.at(key));
  Delivery delivery{.failure = Error{Errc::not_found, "no document has this action in a usable form"}};
  if (does) {
    Notification notification = told;
    delivery = co_await guarded_delivery(does, std::move(notification));
  }
  if (events_.tried) events_.tried(key, told, delivery);
  if (!settle_action(book_, key, delivery, time_.now())) trouble(told.receiver + ": is given up after a day of tries");
  unwritten_.insert(key);
  wake();
}

Task<void> RuleActions::run() {
  file_ = journal_.files_begun();
  const TimePoint began = time_.now();
  // What fires is not known before: what was done would be taken for that of an alert that is over.
  co_await alerts_.loaded();
  co_await load();
  while (!stopping_) {
    for (ActionKey& key : want_actions(book_, rules_, alerts_.book().episodes, time_.now()))
      unwritten_.insert(std::move(key));
    hold_back(book_, rules_, began, began + kFirstLook);
    const std::vector<ActionKey> due = due_actions(book_, time_.now(), kAtATime);
    for (const ActionKey& key : due) book_.at(key).in_flight = true;
    // The alert first: what was done for one that nobody knows of would be done again.
    if (!due.empty()) co_await alerts_.write_down();
    co_await write_down();
    if (stopping_) co_return;  // they are done after the next start
    for (const ActionKey& key : due) tasks_.spawn(attempt(key));
    const TimePoint soon = time_.now() + std::chrono::seconds{1};
    Wakeable pause(time_, std::clamp(next_action(book_).value_or(TimePoint::max()), soon, time_.now() + kOfferAgain));
    if (writable_ && !unwritten_.empty()) continue;
    waker_ = &pause;
    co_await pause;
    waker_ = nullptr;
  }
}

}  // namespace ballast
