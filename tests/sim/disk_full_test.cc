// The disk of the journal is full through a surge and into the calm after it.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr Time kFull = 60;
constexpr Time kFree = 400;

class DiskFull : public testing::TestWithParam<std::uint64_t> {
 protected:
  static Play world() {
    Play play = surge(GetParam());
    play.faults.troubles = {of_port(Target::disk, Fault::disk_full, kFull, kFree)};
    play.trace = true;
    return play;
  }
  static std::ptrdiff_t told(const Outcome& outcome, const std::string& what) {
    return std::ranges::count_if(outcome.trace, [&](const std::string& line) { return line.find(what) != line.npos; });
  }
};

TEST_P(DiskFull, RaisesGoOnPeopleAreToldAndTheRecoveryBeginsWithASnapshot) {
  const Play play_of = world();
  const Outcome outcome = play(play_of);
  ASSERT_TRUE(outcome.violations.empty()) << describe(play_of);
  const auto scaled = [&](Time from, Time to, bool up) {
    return std::ranges::count_if(outcome.services.front().events, [&](const Event& event) {
      return event.kind == Event::Kind::scaled && from <= event.at && event.at < to &&
             (event.after > event.before) == up;
    });
  };
  EXPECT_GT(scaled(kFull, 120, true), 0) << "the surge is answered";
  EXPECT_EQ(scaled(kFull, kFree, false), 0) << "nothing is taken away, though nobody needs it from 310 s on";
  EXPECT_GT(scaled(kFree, outcome.ended, false), 0);
  EXPECT_EQ(told(outcome, "the journal cannot be written, nothing is taken away"), 1);

  const auto unwritten = [](const Entry& entry) { return entry.at > kFull + 3 && entry.at < kFree; };
  EXPECT_EQ(std::ranges::count_if(outcome.log, unwritten), 0);
  const auto next = std::ranges::find_if(outcome.log, [](const Entry& entry) { return entry.at >= kFree; });
  ASSERT_NE(next, outcome.log.end());
  EXPECT_TRUE(next->snapshot) << "what no frame holds";
  EXPECT_TRUE(std::any_of(next, outcome.log.end(), [](const Entry& entry) { return !entry.snapshot; }));
}

INSTANTIATE_TEST_SUITE_P(Seeds, DiskFull, testing::Range<std::uint64_t>(1, 6));

}  // namespace
}  // namespace ballast::sim
