#include "tests/sim/expect.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tests/sim/run.h"

namespace ballast::sim {
namespace {

using Kind = Event::Kind;

std::string at_service(std::size_t service) {
  return service == 0 ? std::string{} : " (service " + std::to_string(service) + ")";
}

bool within(Time t, Time from, Time to) { return from <= t && t < to; }

/// Where there is a pool, who is taken away loses its weight first; the scaler is told of it when it has gone.
bool falls(const Event& event, bool has_pool) {
  if (event.kind == Kind::scaled) return !has_pool && event.after < event.before;
  return event.kind == Kind::weight_changed && event.after == 0 && event.before > 0;
}
bool rises(const Event& event) {
  if (event.kind == Kind::scaled) return event.after > event.before;
  return event.kind == Kind::weight_changed && event.after > 0 && event.before == 0;
}

}  // namespace

std::int32_t told_to_serve(const std::vector<Event>& events, std::int32_t initial, Time t) {
  std::int32_t told = initial;
  std::set<std::string> draining;
  for (const Event& event : events) {
    if (event.at > t) break;
    if (event.kind == Kind::scaled || (event.kind == Kind::meddled && event.member.empty())) told = event.after;
    if (event.kind == Kind::weight_changed && falls(event, true)) draining.insert(event.member);
    if (rises(event) || event.kind == Kind::member_stopped || event.kind == Kind::member_failed)
      draining.erase(event.member);
  }
  return told - static_cast<std::int32_t>(draining.size());
}

Expectation says(Reason reason, Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    bool looked = false;
    for (const Told& told : outcome.services[service].told) {
      if (!within(told.at, from, to)) continue;
      looked = true;
      if (told.reasons.test(static_cast<std::size_t>(reason))) continue;
      found.push_back({"says", told.at, "not " + std::string(info(reason).code) + at_service(service)});
      return;
    }
    if (!looked) found.push_back({"says", from, "nobody decides" + at_service(service)});
  };
}

Expectation holds(Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const bool has_pool = outcome.services[service].has_pool;
    for (const Event& event : outcome.services[service].events)
      if (within(event.at, from, to) && (falls(event, has_pool) || (event.kind == Kind::scaled && rises(event)))) {
        found.push_back(
            {"holds", event.at,
             std::to_string(event.before) + " became " + std::to_string(event.after) + at_service(service)});
        return;
      }
  };
}

Expectation untouched(Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    for (const Event& event : outcome.services[service].events)
      if (within(event.at, from, to) && (event.kind == Kind::scaled || event.kind == Kind::weight_changed)) {
        found.push_back({"untouched", event.at, "touched" + at_service(service)});
        return;
      }
  };
}

Expectation leaves_alone_what_others_hold(std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    std::set<std::string> held;
    for (const Event& event : outcome.services[service].events) {
      if (event.kind == Kind::meddled && event.after == 0) held.insert(event.member);
      if (event.kind == Kind::meddled && event.after > 0) held.erase(event.member);
      if (event.kind == Kind::weight_changed && held.contains(event.member))
        found.push_back({"by hand", event.at, event.member + " was taken from whoever held it" + at_service(service)});
    }
  };
}

Expectation people_hear(std::string text) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const auto holds = [&](const std::string& line) { return line.find(text) != line.npos; };
    if (std::ranges::none_of(outcome.said, holds)) found.push_back({"says", 0, "nobody said: " + text});
  };
}

Expectation dies_at_most(std::size_t times) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    if (outcome.kills > times)
      found.push_back({"start", outcome.ended, "the controller died " + std::to_string(outcome.kills) + " times"});
  };
}

Expectation does_not_shrink(Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const bool has_pool = outcome.services[service].has_pool;
    for (const Event& event : outcome.services[service].events)
      if (within(event.at, from, to) && falls(event, has_pool)) {
        found.push_back({"does not shrink", event.at, "taken away" + at_service(service)});
        return;
      }
  };
}

Expectation serves(std::int32_t least, std::int32_t most, Time at, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const ServiceOutcome& seen = outcome.services[service];
    const std::int32_t serve = told_to_serve(seen.events, seen.initial, at);
    if (serve < least || serve > most)
      found.push_back({"serves", at,
                       std::to_string(serve) + " where " + std::to_string(least) + " to " + std::to_string(most) +
                           " should" + at_service(service)});
  };
}

Expectation turns_at_most(int times, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    int turns = 0;
    bool falling = false;
    const bool has_pool = outcome.services[service].has_pool;
    for (const Event& event : outcome.services[service].events) {
      if (falls(event, has_pool)) falling = true;
      if (!rises(event) || !falling) continue;
      falling = false;
      if (++turns > times) {
        found.push_back({"flaps", event.at, "more again, after fewer" + at_service(service)});
        return;
      }
    }
  };
}

Expectation decides_at_most(std::size_t times, Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const auto decided =
        std::ranges::count_if(outcome.services[service].decided, [&](Time at) { return within(at, from, to); });
    if (static_cast<std::size_t>(decided) > times)
      found.push_back({"flaps", from, std::to_string(decided) + " decisions are new ones" + at_service(service)});
  };
}

Expectation hears_every(Time span, Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    Time last = from;
    for (const Time at : outcome.services[service].heard) {
      if (!within(at, from, to)) continue;
      if (at - last > span) {
        found.push_back({"hears", at, "silent for " + std::to_string(at - last) + " s" + at_service(service)});
        return;
      }
      last = at;
    }
    if (to - last > span) found.push_back({"hears", to, "silent since " + std::to_string(last) + at_service(service)});
  };
}

namespace {

/// When the weight of a member first is zero, or above, in a span; nothing: never.
std::optional<Time> first_change(const std::vector<Event>& events, const std::string& member, bool to_zero, Time from,
                                 Time to) {
  for (const Event& event : events)
    if (event.kind == Kind::weight_changed && event.member == member && within(event.at, from, to) &&
        (event.after == 0) == to_zero)
      return event.at;
  return std::nullopt;
}

}  // namespace

Expectation ejects_the_sick(Time limit, Time back, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const std::vector<Event>& events = outcome.services[service].events;
    for (const Event& event : events) {
      if (event.kind != Kind::sickened || event.after - event.at < limit) continue;
      const auto out = first_change(events, event.member, true, event.at, event.at + limit);
      if (!out) {
        found.push_back({"sick", event.at, event.member + " serves on" + at_service(service)});
        continue;
      }
      const bool gone = std::ranges::any_of(events, [&](const Event& later) {
        return later.kind == Kind::member_stopped && later.member == event.member;
      });
      if (!gone && !first_change(events, event.member, false, *out, event.after + back))
        found.push_back({"sick", *out, event.member + " does not return" + at_service(service)});
    }
  };
}

Expectation starts_at_most(int members, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    const ServiceOutcome& seen = outcome.services[service];
    const auto started = std::ranges::count(seen.events, Kind::member_started, &Event::kind) - seen.initial;
    if (started > members)
      found.push_back({"sick", 0,
                       std::to_string(started) + " members were started, at most " + std::to_string(members) +
                           " were needed" + at_service(service)});
  };
}

Expectation refuses(std::int32_t least, std::int32_t most, Time from, Time to, std::size_t service) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    std::int32_t refused = 0;
    const auto judge = [&](Time at) {
      if (refused >= least && refused <= most) return true;
      found.push_back({"refuses", at, std::to_string(refused) + " % are refused" + at_service(service)});
      return false;
    };
    bool begun = false;
    for (const Event& event : outcome.services[service].events) {
      if (event.kind != Kind::shed) continue;
      if (event.at >= to) break;
      if (event.at >= from && !std::exchange(begun, true) && !judge(from)) return;
      refused = event.after;
      if (event.at >= from && !judge(event.at)) return;
    }
    if (!begun) judge(from);
  };
}

}  // namespace ballast::sim
