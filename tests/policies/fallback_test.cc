// Fallback and combining: every state of two signals, every behaviour, both ways to combine.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/policies/story.h"

namespace ballast {
namespace {

using story::add_error;
using story::add_value;
using story::has;
using story::kLoad;
using story::seen;

constexpr Fingerprint kQueue = 12;
constexpr int kReplicas = 6;

enum class State { up, hold, down, missing, stale, invalid, frozen, never };
constexpr std::array kStates{State::up,    State::hold,    State::down,   State::missing,
                             State::stale, State::invalid, State::frozen, State::never};
constexpr const char* kNames[] = {"up", "hold", "down", "missing", "stale", "invalid", "frozen", "never"};

bool known(State state) { return state == State::up || state == State::hold || state == State::down; }
/// What each state asks for at 6 replicas with 100 a replica.
int asks(State state) { return state == State::up ? 9 : state == State::down ? 2 : kReplicas; }

/// What a signal gives at a second once it is in its state, which begins at 0; before that it was at its target.
void give(Observation& o, int second, State state, Fingerprint signal) {
  const TimePoint before = story::at(-5);
  switch (state) {
    case State::up:
    case State::hold:
    case State::down:
      return add_value(o, 100.0 * asks(state), signal);
    case State::missing:
      return add_error(o, Errc::unavailable, signal);
    case State::invalid:
      return add_error(o, Errc::invalid, signal);
    case State::frozen:
      o.arrivals.push_back(
          {.signal = signal, .at = o.at, .reading = Reading{before, {}, {Sample{.value = 1, .at = before}}}});
      return;
    case State::stale:
      if (second == 0)
        o.arrivals.push_back(
            {.signal = signal, .at = o.at, .reading = Reading{before, {}, {Sample{.value = 1, .at = before}}}});
      return;
    case State::never:
      return;
  }
}

struct Machine {
  State load;
  State queue;
  FallbackBehavior behavior;
  int replicas;
  Combine combine;
};

Workload workload_of(const Machine& machine) {
  Workload w = story::workload();
  w.signals.push_back(Signal{
      .name = "queue", .fingerprint = kQueue, .target_type = TargetType::average_value, .target_milli = 100'000});
  w.fallback.behavior = machine.behavior;
  w.fallback.replicas = machine.replicas;
  w.combine = machine.combine;
  return w;
}

/// The rules in words, without the code under test.
int expected(const Machine& machine, bool long_unknown) {
  const int floor =
      machine.behavior == FallbackBehavior::current_replicas ? kReplicas : std::max(kReplicas, machine.replicas);
  std::vector<int> sure;
  std::vector<int> fallen;
  for (const State state : {machine.load, machine.queue}) {
    if (known(state))
      sure.push_back(asks(state));
    else if (long_unknown)
      fallen.push_back(floor);
  }
  const bool all_known = sure.size() == 2;
  int result = kReplicas;
  if (machine.combine == Combine::max) {
    if (!sure.empty()) result = std::ranges::max(sure);
    if (!fallen.empty()) result = std::max(result, std::ranges::max(fallen));
  } else if (!sure.empty()) {
    result = std::ranges::min(sure);
  } else if (!fallen.empty()) {
    result = std::ranges::min(fallen);
  }
  return all_known ? result : std::max(result, kReplicas);
}

TEST(FallbackMachine, EveryCombinationOfStatesDoesWhatTheRulesSay) {
  int combinations = 0;
  for (const State load : kStates)
    for (const State queue : kStates)
      for (const auto behavior : {FallbackBehavior::current_replicas, FallbackBehavior::current_replicas_if_higher,
                                  FallbackBehavior::at_least})
        for (const int replicas : {0, 3, 8, 15})
          for (const Combine combine : {Combine::max, Combine::min}) {
            const Machine machine{load, queue, behavior, replicas, combine};
            SCOPED_TRACE(std::string(kNames[static_cast<int>(load)]) + " " + kNames[static_cast<int>(queue)] + " " +
                         std::to_string(static_cast<int>(behavior)) + " " + std::to_string(replicas) +
                         (combine == Combine::max ? " Max" : " Min"));
            const Workload w = workload_of(machine);
            Memory memory;
            Plan plan;
            // The target is not moved, so that each tick answers for the same question. Stale counts from its time on.
            for (int second = 0; second <= 600; second += 5) {
              Observation o = seen(second, kReplicas);
              o.evidence_from = story::at(-10);
              o.outcomes = {Outcome{ActionKind::scale, Error{Errc::denied, "no"}, o.at}};  // rates are not used up
              give(o, second, load, kLoad);
              give(o, second, queue, kQueue);
              plan = evaluate(w, memory, o);
              const bool both_known = known(load) && known(queue);
              if (!both_known) {
                ASSERT_GE(plan.replicas, kReplicas) << second;
              }
              const bool judged = second >= 70 && second < 180;  // stale at 60, fallback not before 180
              if (judged && !both_known) {
                ASSERT_EQ(plan.replicas, expected(machine, false)) << second;
              }
            }
            ASSERT_EQ(plan.replicas, expected(machine, true));
            ++combinations;
          }
  EXPECT_EQ(combinations, 8 * 8 * 3 * 4 * 2);
}

bool condition(const Status& status, ConditionType type) {
  const auto at = std::ranges::find(status.conditions, type, &Condition::type);
  return at != status.conditions.end() && at->value;
}

TEST(Fallback, TripsAfterItsTimeTellsAndLeavesByEvidence) {
  Workload w = story::workload();
  w.fallback = {.behavior = FallbackBehavior::at_least, .replicas = 10};
  Memory memory;
  Status status;
  int replicas = 4;
  const auto tick = [&](int second, bool works) {
    Observation o = seen(second, replicas);
    if (works)
      add_value(o, 400);
    else
      add_error(o, Errc::unavailable);
    const Plan plan = evaluate(w, memory, o);
    status = report(w, status, o, memory, plan);
    replicas = plan.replicas;
    return plan;
  };
  for (int second = 5; second <= 400; second += 5) tick(second, true);
  for (int second = 405; second < 585; second += 5) {
    tick(second, false);
    ASSERT_EQ(replicas, 4) << second;
    ASSERT_FALSE(condition(status, ConditionType::fallback));
  }
  EXPECT_TRUE(has(tick(585, false), Reason::fallback_replicas));
  EXPECT_EQ(replicas, 10);
  EXPECT_TRUE(condition(status, ConditionType::fallback));
  EXPECT_EQ(status.reason, Reason::fallback_replicas);
  for (int second = 590; second <= 700; second += 5) tick(second, false);
  // Known again: out of fallback at once, down only by a whole window of proof.
  for (int second = 705; second < 1005; second += 5) {
    tick(second, true);
    ASSERT_EQ(replicas, 10) << second;
    ASSERT_FALSE(condition(status, ConditionType::fallback));
  }
  tick(1005, true);
  EXPECT_EQ(replicas, 4);
}

TEST(Fallback, ARestartBeginsTheCountAnew) {
  Workload w = story::workload();
  w.fallback = {.behavior = FallbackBehavior::at_least, .replicas = 10};
  Memory memory;
  for (int second = 5; second <= 330; second += 5) {
    Observation o = seen(second, 4);
    o.evidence_from = story::at(second < 160 ? 0 : 160);
    add_error(o, Errc::unavailable);
    ASSERT_EQ(evaluate(w, memory, o).replicas, 4) << second;
  }
}

TEST(Combine, AnUnknownSignalHoldsWhatTheOtherSaysDown) {
  for (const Combine combine : {Combine::max, Combine::min}) {
    Workload w = workload_of({State::down, State::missing, FallbackBehavior::current_replicas, 0, combine});
    Memory memory;
    Plan plan;
    for (int second = 5; second <= 900; second += 5) {
      Observation o = seen(second, kReplicas);
      give(o, second, State::down, kLoad);
      give(o, second, State::missing, kQueue);
      plan = evaluate(w, memory, o);
      ASSERT_EQ(plan.replicas, kReplicas);
    }
    EXPECT_TRUE(has(plan, Reason::hold_unknown_signal));
  }
}

TEST(Combine, MinTakesTheLowestAndSaysWhichItWas) {
  Workload w = workload_of({State::up, State::up, FallbackBehavior::current_replicas, 0, Combine::min});
  Memory memory;
  Observation o = seen(5, 2);
  add_value(o, 900);
  add_value(o, 500, kQueue);
  const Plan plan = evaluate(w, memory, o);
  EXPECT_EQ(plan.replicas, 5);
  ASSERT_TRUE(has(plan, Reason::lowest_proposal));
  const auto lowest = std::ranges::find(plan.steps, Reason::lowest_proposal, &Step::reason);
  EXPECT_EQ(lowest->subject, (Subject{Subject::Kind::signal, 1}));
}

TEST(Combine, ByMinAStaleValueDoesNotLowerWhatAKnownOneAsksFor) {
  Workload w = workload_of({State::up, State::up, FallbackBehavior::current_replicas, 0, Combine::min});
  Memory memory;
  Observation first = seen(5, 2);
  add_value(first, 300, kQueue);
  evaluate(w, memory, first);
  Observation second = seen(10, 3);
  add_error(second, Errc::timeout, kQueue);  // its last value, still young, would ask for 3
  add_value(second, 900);
  EXPECT_EQ(evaluate(w, memory, second).replicas, 9);
}

}  // namespace
}  // namespace ballast
