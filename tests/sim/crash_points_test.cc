// A crash at every single point of one life at which it makes a difference: each operation of the disk, each call of an
// adapter, each word to the receiver. What the next controller finds is what the world and the disk still hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

using Where = Crash::Where;

/// A surge that people are told of, its drain and shrink, and calm.
Play life() {
  Play play = surge(1);
  play.workload.max_replicas = 8;
  play.world.start_delay_max = 4;
  play.world.demand.points = {{0, 10}, {10, 10}, {14, 50}, {40, 50}, {44, 10}};
  play.workload.behavior->scale_down.stabilization_window_seconds = 10;
  play.workload.alerts = {{.alert = "High", .fingerprint = 501, .threshold = 30}};
  play.quiet_from = 60;
  play.length = 600;
  return play;
}

struct Tried {
  std::uint64_t points = 0;
  std::uint64_t crashed = 0;
  std::uint64_t bad = 0;
  std::string first{};
};

/// Nothing was done twice: no worker more was started than in the life without a crash.
bool did_twice(const Outcome& outcome, const Outcome& whole) {
  const auto started = [](const Outcome& of) {
    return std::ranges::count(of.services.front().events, Event::Kind::member_started, &Event::kind);
  };
  return started(outcome) > started(whole);
}

void try_all(Play play_of, Where where, std::uint64_t count, bool lose_all, const Outcome& whole, Tried& tried) {
  for (std::uint64_t number = 1; number <= count; ++number) {
    play_of.crash = Crash{.where = where, .number = number, .lose_all = lose_all};
    const Outcome outcome = play(play_of);
    ++tried.points;
    if (outcome.crashed) ++tried.crashed;
    if (outcome.violations.empty() && !did_twice(outcome, whole)) continue;
    if (tried.bad++ == 0) tried.first = "point " + std::to_string(number) + "\n" + describe(play_of);
  }
}

Tried try_every_point(const Play& play_of) {
  const Outcome whole = play(play_of);
  Tried tried;
  for (const bool lose_all : {false, true}) {
    try_all(play_of, Where::before_disk, whole.disk_points, lose_all, whole, tried);
    try_all(play_of, Where::after_disk, whole.disk_points, lose_all, whole, tried);
  }
  for (const Where where : {Where::before_call, Where::after_call, Where::after_without_reply})
    try_all(play_of, where, whole.calls, false, whole, tried);
  for (const Where where : {Where::before_word, Where::after_word})
    try_all(play_of, where, whole.words, false, whole, tried);
  std::printf(
      "crash points: %llu disk operations x 4, %llu adapter calls x 3, %llu words x 2, %llu in all, %llu crashed\n",
      static_cast<unsigned long long>(whole.disk_points), static_cast<unsigned long long>(whole.calls),
      static_cast<unsigned long long>(whole.words), static_cast<unsigned long long>(tried.points),
      static_cast<unsigned long long>(tried.crashed));
  return tried;
}

TEST(CrashPoints, S68_AreAllSurvived) {
  const Tried tried = try_every_point(life());
  EXPECT_GT(tried.points, 500U);
  EXPECT_EQ(tried.crashed, tried.points);
  EXPECT_EQ(tried.bad, 0U) << tried.first;
}

TEST(CrashPoints, CatchWhoActsBeforeItIsWrittenDown) {
  Play liar = life();
  const Outcome whole = play(liar);
  liar.bugs = {Bug::act_before_journal};
  Tried tried;
  try_all(liar, Where::after_without_reply, whole.calls, true, whole, tried);
  EXPECT_EQ(tried.bad, tried.points);
}

}  // namespace
}  // namespace ballast::sim
