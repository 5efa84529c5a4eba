#include "examples/demo/trouble_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "examples/demo/surge_gates.h"

namespace ballast_demo {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct Span {
  std::int64_t begin_us = 0;
  std::int64_t end_us = 0;
};

/// From the first lie to the truth; nothing when it does not hold all three lies and their end.
std::optional<Span> lies_in(const std::vector<PlayEvent>& events, std::string_view lane) {
  std::set<std::string_view> lies;
  Span span;
  for (const auto& event : events) {
    if (event.event != "lies" || event.lane != lane) continue;
    if (lies.empty()) span.begin_us = event.at_us;
    if (event.what.empty()) span.end_us = event.at_us;
    if (event.what.empty()) break;
    lies.insert(event.what);
  }
  const bool all = lies == std::set<std::string_view>{"empty", "frozen", "zero"};
  return all && span.end_us > span.begin_us ? std::optional(span) : std::nullopt;
}

/// From the kill of Ballast's daemon to ten seconds after its restart.
struct Kill {
  std::int64_t killed_us = 0;
  std::int64_t restarted_us = 0;
};

std::optional<Kill> kill_in(const std::vector<PlayEvent>& events) {
  const auto at = [&](std::string_view name) {
    const auto found = std::ranges::find_if(
        events, [&](const PlayEvent& event) { return event.event == name && event.lane == "ballast"; });
    return found == events.end() ? 0 : found->at_us;
  };
  const Kill kill{at("killed"), at("restarted")};
  return kill.killed_us > 0 && kill.restarted_us > kill.killed_us ? std::optional(kill) : std::nullopt;
}

/// `worker-7 3.2 s after`: those that left within a span.
std::vector<std::string> left_within(const LaneMeasure& lane, Span span) {
  std::vector<std::string> names;
  for (const auto& worker : lane.workers)
    if (worker.leaving_us && *worker.leaving_us >= span.begin_us && *worker.leaving_us < span.end_us)
      names.push_back(
          fmt::format("{} after {:.1f} s", worker.name, seconds_between(span.begin_us, *worker.leaving_us)));
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? ": " : ", ") + name;
  return text;
}

std::string in_words(const Sickness& sickness) {
  const auto last = seconds_between(sickness.sick_us, sickness.last_given_us.value_or(sickness.sick_us));
  return fmt::format("{} ({}): last of {} requests after {:.1f} s, {} once it was well", sickness.worker, sickness.how,
                     sickness.given, last, sickness.given_after);
}

}  // namespace

Gate ejected_gate(const LaneMeasure& lane) {
  constexpr double kLimit = static_cast<double>(kEjectedWithinUs) / 1e6;
  std::set<std::string_view> kinds;
  for (const auto& sickness : lane.sicknesses) kinds.insert(sickness.how);
  if (kinds.size() < 2) return unmeasured("ejected", kLimit, "no worker was slow, or none failed");
  double longest = 0;
  bool all_returned = true;
  std::vector<std::string> words;
  for (const auto& sickness : lane.sicknesses) {
    longest = std::max(longest, seconds_between(sickness.sick_us, sickness.last_given_us.value_or(sickness.sick_us)));
    all_returned = all_returned && sickness.well_us && sickness.given_after > 0;
    words.push_back(in_words(sickness));
  }
  auto gate = at_most("ejected", longest, kLimit,
                      fmt::format("sick workers got nothing after {:.1f} s and {} back{}", longest,
                                  all_returned ? "all came" : "not all came", listed(words)));
  gate.ok = gate.ok && all_returned;
  return gate;
}

Gate failures_gate(const LaneMeasure& lane) {
  std::string acts;
  for (const auto& act : lane.acts)
    if (act.failures > 0) acts += fmt::format("{}{} in {}", acts.empty() ? "; " : ", ", act.failures, act.name);
  std::vector<std::int64_t> by_sick;
  std::vector<std::int64_t> others;
  for (const auto& failed : lane.failed) (failed.by_sick ? by_sick : others).push_back(failed.id);
  return at_most(
      "failures", static_cast<double>(others.size()), 0,
      fmt::format("{} failed requests with Ballast: given to a sick worker before its ejection {}, others {}{}",
                  lane.failures, some_of(by_sick), some_of(others), acts));
}

Gate lie_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events) {
  const auto span = lies_in(events, "ballast");
  if (!span) return unmeasured("no_lie_shrink", 0, "the metrics did not tell all three lies");
  const auto left = left_within(lane, *span);
  return at_most("no_lie_shrink", static_cast<double>(left.size()), 0,
                 fmt::format("{} workers were taken away with Ballast while the metrics lied for {:.0f} s{}",
                             left.size(), seconds_between(span->begin_us, span->end_us), listed(left)));
}

Gate keda_gate(const LaneMeasure& keda, const Terms& terms, const std::vector<PlayEvent>& events) {
  const auto span = lies_in(events, "keda");
  const auto limit = static_cast<double>(needed_workers(keda, terms) - 1);
  if (!span) return unmeasured("keda_shrinks", limit, "the metrics did not tell all three lies");
  const auto before = running_at(keda, span->begin_us);
  auto least = before;
  for (const auto& step : keda.counts)
    if (step.at_us >= span->begin_us && step.at_us < span->end_us) least = std::min(least, step.running);
  auto gate =
      at_most("keda_shrinks", static_cast<double>(least), limit,
              fmt::format("KEDA's rules went from {} to {} workers while the same metrics lied; the load needed {}",
                          before, least, limit + 1));
  gate.ok = gate.ok && before > least;
  return gate;
}

Gate rivals_gate(const LaneMeasure& hpa, const LaneMeasure& keda, const Terms& terms) {
  const auto limit = static_cast<double>(terms.base_workers + 1);
  const auto* of_hpa = act_named(hpa, "hold");
  const auto* of_keda = act_named(keda, "hold");
  if (of_hpa == nullptr || of_keda == nullptr) return unmeasured("rivals_steer", limit, "there was no high load");
  return at_least("rivals_steer", static_cast<double>(std::min(of_hpa->workers_most, of_keda->workers_most)), limit,
                  fmt::format("under the high load the HPA's rules came to {} workers, KEDA's to {}",
                              of_hpa->workers_most, of_keda->workers_most));
}

Gate untouched_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events) {
  constexpr std::int64_t kAfter = 10 * kSecond;
  const auto kill = kill_in(events);
  if (!kill) return unmeasured("untouched", 0, "the daemon was not killed and started again");
  const auto left = left_within(lane, {kill->killed_us, kill->restarted_us + kAfter});
  return at_most("untouched", static_cast<double>(left.size()), 0,
                 fmt::format("{} of {} workers left from the kill of the daemon to 10 s after its restart{}",
                             left.size(), running_at(lane, kill->killed_us), listed(left)));
}

Gate restart_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events) {
  constexpr double kLimit = 3;
  const auto kill = kill_in(events);
  if (!kill) return unmeasured("acts_after_kill", kLimit, "the daemon was not killed and started again");
  const auto* first = first_started(lane, kill->restarted_us);
  if (first == nullptr)
    return unmeasured("acts_after_kill", kLimit, "no worker was started after the restart of the daemon");
  const auto delay = seconds_between(kill->restarted_us, first->started_us);
  return at_most("acts_after_kill", delay, kLimit,
                 fmt::format("first new worker started {:.2f} s after the restart of a daemon that was killed", delay));
}

Gate again_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events) {
  constexpr double kLimit = 10;
  const auto kill = kill_in(events);
  if (!kill || lane.surges.empty() || lane.surges.back().exceeded_us > kill->killed_us)
    return unmeasured("recovery_after_kill", kLimit, "the daemon was not killed in a surge and started again");
  const auto recovered = recovered_at(lane, lane.surges.back());
  if (!recovered) return unmeasured("recovery_after_kill", kLimit, "the objective was not met again after the kill");
  const auto delay = seconds_between(kill->restarted_us, *recovered);
  return at_most("recovery_after_kill", delay, kLimit,
                 fmt::format("objective met again {:.1f} s after the restart, in a load that rose meanwhile", delay));
}

namespace {

constexpr std::array<std::string_view, 2> kAlerts{"ArrivalsUnknown", "MemberEjected"};

bool was_told(const std::vector<Told>& told, std::string_view event, std::string_view name, std::string_view status) {
  return std::ranges::any_of(told, [&](const Told& one) {
    return one.event == event && std::ranges::any_of(one.alerts, [&](const ToldAlert& alert) {
             return alert.name == name && alert.status == status;
           });
  });
}

/// What nobody was told by mail or webhook.
std::vector<std::string> never_told(const std::vector<Told>& told) {
  std::vector<std::string> missing;
  for (const auto name : kAlerts)
    for (const std::string_view event : {"webhook", "mail"})
      for (const std::string_view status : {"firing", "resolved"})
        if (!was_told(told, event, name, status)) missing.push_back(fmt::format("{} {} by {}", name, status, event));
  return missing;
}

/// Alerts that the webhook was told as firing and never as over.
std::vector<std::string> never_over(const std::vector<Told>& told) {
  std::set<std::pair<std::string, std::string>> open;
  std::set<std::pair<std::string, std::string>> over;
  for (const auto& one : told)
    for (const auto& alert : one.alerts) {
      if (one.event != "webhook" || std::ranges::find(kAlerts, alert.name) == kAlerts.end()) continue;
      (alert.status == "firing" ? open : over).emplace(alert.name, alert.starts_at);
    }
  std::vector<std::string> names;
  for (const auto& episode : open)
    if (!over.contains(episode)) names.push_back(fmt::format("{} since {} not as over", episode.first, episode.second));
  return names;
}

/// Keys under which different things were told.
std::vector<std::string> used_twice(const std::vector<Told>& told) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < told.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (told[i].event == "webhook" && told[j].event == "webhook" && told[i].key == told[j].key &&
          told[i].digest != told[j].digest)
        keys.push_back("two bodies under the key " + told[i].key);
  return keys;
}

/// What was told of ArrivalsUnknown by a way from one time to another: `firing`, `resolved`.
std::vector<ToldAlert> told_within(const std::vector<Told>& told, std::string_view event, Span span) {
  std::vector<ToldAlert> result;
  for (const auto& one : told)
    for (const auto& alert : one.alerts)
      if (one.event == event && alert.name == kAlerts.front() && one.at_us >= span.begin_us && one.at_us < span.end_us)
        result.push_back(alert);
  return result;
}

}  // namespace

Gate told_over_kill_gate(const std::vector<Told>& told, const std::vector<PlayEvent>& events) {
  const auto kill = kill_in(events);
  if (!kill) return unmeasured("told_over_kill", 0, "the daemon was not killed and started again");
  std::vector<std::string> wrong;
  for (const std::string_view event : {"webhook", "mail"}) {
    const auto before = told_within(told, event, {0, kill->killed_us});
    const auto after = told_within(told, event, {kill->restarted_us, INT64_MAX});
    const bool open = !before.empty() && before.back().status == "firing";
    const bool over = open && std::ranges::any_of(after, [&](const ToldAlert& alert) {
                        return alert.status == "resolved" && alert.starts_at == before.back().starts_at;
                      });
    if (!open) wrong.push_back(fmt::format("no alert was open by {} at the kill", event));
    if (open && !over) wrong.push_back(fmt::format("the open alert was not told as over by {}", event));
  }
  return at_most("told_over_kill", static_cast<double>(wrong.size()), 0,
                 wrong.empty() ? "the alert that was open at the kill was told as over after it, by both ways"
                               : "an alert was lost by the kill" + listed(wrong));
}

Gate told_gate(const std::vector<Told>& told) {
  auto wrong = never_told(told);
  for (const auto& more : {never_over(told), used_twice(told)}) wrong.insert(wrong.end(), more.begin(), more.end());
  const auto count = [&](std::string_view event) { return std::ranges::count(told, event, &Told::event); };
  auto text = fmt::format("{} webhooks and {} mails", count("webhook"), count("mail"));
  text += wrong.empty() ? ": both alerts as firing and as over, by both ways"
                        : "; not told as it should be" + listed(wrong);
  return at_most("told", static_cast<double>(wrong.size()), 0, text);
}

}  // namespace ballast_demo
