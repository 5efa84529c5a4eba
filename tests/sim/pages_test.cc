// I7 of what is shown while a world goes on: metrics, status as a table and as JSON.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/cli/views.h"
#include "controller/server/metrics.h"
#include "tests/sim/canary.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

std::vector<PolicyView> views_of(const Engine& engine) {
  std::vector<PolicyView> views;
  for (const auto& [name, runner] : engine.runners())
    views.push_back(
        {.name = name, .status = runner->state().status, .note = runner->note(), .at = runner->last_tick()});
  return views;
}

std::string pages_of(const std::vector<PolicyView>& views, TimePoint now) {
  std::vector<PolicyMetrics> metrics;
  for (const PolicyView& view : views) metrics.push_back(to_metrics(view));
  return to_json(views, now) + to_table(views, now) + make_metrics("test")->page(metrics);
}

struct Shown {
  int pages = 0;
  int leaks = 0;
  std::string last{};
};

Shown show(Play play_of) {
  Shown shown;
  play_of.watch = [&shown](const Engine& engine, Time t) {
    shown.last = pages_of(views_of(engine), kBegan + from_seconds(t));
    ++shown.pages;
    if (holds_canary(shown.last)) ++shown.leaks;
  };
  play(play_of);
  return shown;
}

Play talkative(std::uint64_t seed) {
  for (const Scenario& scenario : scenarios())
    if (scenario.name == "S60_secrets_come_back") return scenario.make(seed);
  return {};
}

TEST(Pages, S60_ShowNoSecretThatASourceRepeats) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Shown shown = show(talkative(seed));
    EXPECT_GT(shown.pages, 300);
    EXPECT_EQ(shown.leaks, 0) << "seed " << seed;
    EXPECT_NE(shown.last.find("load1"), std::string::npos) << shown.last;
  }
}

TEST(Pages, WouldShowASecretThatANoteHolds) {
  PolicyView view{.name = "sim/web", .note = std::string(kCanary)};
  EXPECT_TRUE(holds_canary(pages_of({view}, kBegan)));
  view.note.clear();
  EXPECT_FALSE(holds_canary(pages_of({view}, kBegan)));
}

}  // namespace
}  // namespace ballast::sim
