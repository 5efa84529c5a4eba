// What can go wrong with a target and its pool, with the disk, and with who is told.
#include <utility>

#include "tests/sim/fault_matrix.h"

namespace ballast::sim {
namespace {

Kind kind(Target target, std::string_view name, Trouble trouble, Time lasts = 0) {
  trouble.target = target;
  return kind_of(name, std::move(trouble), lasts);
}
Kind mishap(Target target, std::string_view name, Mishap how, Time lasts = 0) {
  return kind(target, name, {.fault = Fault::mishap, .mishap = std::move(how)}, lasts);
}
/// The controller dies of it, and again.
Kind and_kills(Kind kind, std::string_view name) {
  const auto add = [add = kind.add](Play& play, Time from, Time to) {
    add(play, from, to);
    for (const Time share : {0.2, 0.5, 0.8}) play.faults.kills.push_back(from + share * (to - from));
  };
  return {.name = name, .add = add, .lasts = kind.lasts};
}

/// On and off.
Kind now_and_then(Target target, std::string_view name, const Trouble& trouble) {
  const auto add = [target, trouble](Play& play, Time from, Time to) {
    for (Time t = from; t < to; t += 6) kind(target, "", trouble).add(play, t, t + 3);
  };
  return {.name = name, .add = add};
}

void add_looks(Target at, std::vector<Kind>& kinds) {
  for (Kind& each : std::vector<Kind>{
           mishap(at, "refused at once", {.looks = Errc::unavailable}),
           mishap(at, "refused after 2 s", {.looks = Errc::unavailable, .takes = 2}),
           mishap(at, "no answer at all", {.looks = Errc::timeout, .writes = Errc::outcome_unknown, .takes = 3}),
           mishap(at, "not allowed", {.looks = Errc::denied}), mishap(at, "404", {.looks = Errc::not_found}),
           mishap(at, "another document", {.looks = Errc::invalid}), mishap(at, "slow", {.takes = 1.9}),
           mishap(at, "up to 2 s late", {.jitter = 2}), mishap(at, "it throws", {.throws_looking = true}),
           mishap(at, "each second call fails", {.looks = Errc::unavailable, .writes = Errc::unavailable, .every = 2}),
           mishap(at, "each third call fails", {.looks = Errc::timeout, .writes = Errc::outcome_unknown, .every = 3}),
           mishap(at, "it shows what was", {.sees_old = true})})
    kinds.push_back(std::move(each));
}

void add_writes(Target at, std::vector<Kind>& kinds) {
  for (Kind& each :
       std::vector<Kind>{mishap(at, "a write: refused", {.writes = Errc::unavailable}),
                         mishap(at, "a write: forbidden", {.writes = Errc::denied}),
                         mishap(at, "a write: conflict", {.writes = Errc::conflict}),
                         mishap(at, "a write: nothing there", {.writes = Errc::not_found}),
                         mishap(at, "a write: not understood", {.writes = Errc::invalid}),
                         mishap(at, "a write: too many", {.writes = Errc::rate_limited}),
                         mishap(at, "a write: lost", {.writes = Errc::outcome_unknown}),
                         mishap(at, "a write: done, the reply lost", {.writes = Errc::outcome_unknown, .done = true}),
                         mishap(at, "a write: done, the reply lost late",
                                {.writes = Errc::outcome_unknown, .done = true, .takes = 1.5}),
                         mishap(at, "a write: it throws", {.throws_writing = true}),
                         mishap(at, "a write: it throws when done", {.done = true, .throws_writing = true}),
                         mishap(at, "a write: each second is lost", {.writes = Errc::outcome_unknown, .every = 2})})
    kinds.push_back(std::move(each));
}

void hide_the_target(ScalerView& view) { view.members.clear(); }
void nobody_ready(ScalerView& view) {
  view.target.ready = 0;
  for (ScaledMember& member : view.members) member.state = MemberState::unready;
}
void all_sick(BalancerView& view) {
  for (BalancedMember& member : view.members) member.healthy = false;
}

}  // namespace

std::vector<Kind> port_kinds(At channel) {
  const Target at = channel == At::target ? Target::scaler : Target::balancer;
  std::vector<Kind> kinds;
  add_looks(at, kinds);
  add_writes(at, kinds);
  kinds.push_back(
      and_kills(mishap(at, "", {.writes = Errc::outcome_unknown, .done = true}), "reply lost, and kill -9"));
  kinds.push_back(and_kills(mishap(at, "", {.looks = Errc::unavailable}), "refused, and kill -9"));
  if (channel == At::target) {
    kinds.push_back(mishap(at, "it shows nobody", {.target = hide_the_target}));
    kinds.push_back(mishap(at, "nobody is ready", {.target = nobody_ready}));
  } else {
    kinds.push_back(mishap(at, "all look sick", {.pool = all_sick}));
  }
  return kinds;
}

std::vector<Kind> journal_kinds() {
  constexpr Target at = Target::disk;
  const auto only_kills = [](Play&, Time, Time) {};
  std::vector<Kind> kinds{kind(at, "full", {.fault = Fault::disk_full}),
                          kind(at, "writes fail", {.fault = Fault::disk_fails}),
                          kind(at, "read-only", {.fault = Fault::disk_read_only}),
                          kind(at, "reads fail", {.fault = Fault::disk_unreadable})};
  for (const auto& [name, fault] : {std::pair{"full, and kill -9", Fault::disk_full},
                                    {"writes fail, and kill -9", Fault::disk_fails},
                                    {"read-only, and kill -9", Fault::disk_read_only},
                                    {"reads fail, and kill -9", Fault::disk_unreadable}})
    kinds.push_back(and_kills(kind(at, "", {.fault = fault}), name));
  kinds.push_back(now_and_then(at, "full now and then", {.fault = Fault::disk_full}));
  kinds.push_back(now_and_then(at, "writes fail now and then", {.fault = Fault::disk_fails}));
  kinds.push_back(and_kills({.add = only_kills}, "power lost"));
  kinds.push_back(
      and_kills({.add = [](Play& play, Time, Time) { play.faults.lose_disk = true; }}, "gone with kill -9"));
  for (std::size_t i = kinds.size() - 2; i < kinds.size(); ++i) kinds[i].is_kill = true;
  return kinds;
}

std::vector<Kind> receiver_kinds() {
  constexpr Target at = Target::receiver;
  constexpr Time kLongestPause = 310;  // between two tries
  const Mishap refused{.writes = Errc::unavailable};
  const Mishap lost{.writes = Errc::outcome_unknown, .done = true};
  const Mishap limited{.writes = Errc::rate_limited, .retry_after = 20};
  return {
      mishap(at, "refused at once", refused),
      mishap(at, "refused after 2 s", {.writes = Errc::unavailable, .takes = 2}),
      mishap(at, "no answer at all", {.writes = Errc::timeout, .takes = 10}),
      mishap(at, "slow", {.takes = 3}),
      mishap(at, "up to 2 s late", {.jitter = 2}),
      mishap(at, "each second call fails", {.writes = Errc::unavailable, .every = 2}),
      mishap(at, "each third call fails", {.writes = Errc::timeout, .every = 3}),
      mishap(at, "not allowed", {.writes = Errc::denied}, kLongestPause),
      mishap(at, "404", {.writes = Errc::not_found}, kLongestPause),
      mishap(at, "another document", {.writes = Errc::invalid}, kLongestPause),
      mishap(at, "429", {.writes = Errc::rate_limited}),
      mishap(at, "429, Retry-After 20 s", limited, 20),
      mishap(at, "429, Retry-After a day", {.writes = Errc::rate_limited, .retry_after = 86'400}, 3700),
      mishap(at, "503, Retry-After 20 s", {.writes = Errc::unavailable, .retry_after = 20}, 20),
      mishap(at, "a write: lost", {.writes = Errc::outcome_unknown}),
      mishap(at, "a write: done, the reply lost", lost),
      mishap(at, "a write: done, the reply lost late", {.writes = Errc::outcome_unknown, .done = true, .takes = 1.5}),
      mishap(at, "a write: it throws", {.throws_writing = true}),
      mishap(at, "a write: it throws when done", {.done = true, .throws_writing = true}),
      and_kills(mishap(at, "", refused), "refused, and kill -9"),
      and_kills(mishap(at, "", lost), "reply lost, and kill -9"),
      and_kills(mishap(at, "", limited, 20), "429, and kill -9"),
      and_kills(mishap(at, "", {.takes = 1}), "slow, and kill -9")};
}

}  // namespace ballast::sim
