#include "controller/server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

PolicyMetrics checkout() {
  return {
      .space = "shop",
      .policy = "checkout",
      .desired = 7,
      .current = 5,
      .ready = 4,
      .limited = "ScaleUpLimit",
      .signals = {SignalMetrics{.name = "requests", .value = 950.5, .age = 1500ms, .grade = Grade::fresh},
                  SignalMetrics{.name = "lag", .value = std::nullopt, .age = std::nullopt, .grade = Grade::missing}}};
}

TEST(MetricsPage, ShowsWhatPoliciesWantAndHave) {
  const std::string page = make_metrics("1.2.3")->page({checkout()});
  EXPECT_THAT(page, HasSubstr("ballast_build_info{version=\"1.2.3\"} 1"));
  EXPECT_THAT(page, HasSubstr("ballast_policy_desired_replicas{namespace=\"shop\",policy=\"checkout\"} 7\n"));
  EXPECT_THAT(page, HasSubstr("ballast_policy_current_replicas{namespace=\"shop\",policy=\"checkout\"} 5\n"));
  EXPECT_THAT(page, HasSubstr("ballast_policy_ready_replicas{namespace=\"shop\",policy=\"checkout\"} 4\n"));
  EXPECT_THAT(page,
              HasSubstr("ballast_policy_limited{namespace=\"shop\",policy=\"checkout\",reason=\"ScaleUpLimit\"} 1\n"));
  EXPECT_THAT(page,
              HasSubstr("ballast_signal_value{namespace=\"shop\",policy=\"checkout\",signal=\"requests\"} 950.5\n"));
  EXPECT_THAT(
      page, HasSubstr("ballast_signal_age_seconds{namespace=\"shop\",policy=\"checkout\",signal=\"requests\"} 1.5\n"));
}

TEST(MetricsPage, HasNoSeriesForWhatIsUnknown) {
  PolicyMetrics hidden = checkout();
  hidden.current = hidden.ready = std::nullopt;
  hidden.signals[0].value = std::nan("");
  const std::string page = make_metrics("1")->page({hidden});
  EXPECT_THAT(page, Not(HasSubstr("ballast_policy_current_replicas{")));
  EXPECT_THAT(page, Not(HasSubstr("ballast_policy_ready_replicas{")));
  EXPECT_THAT(page, Not(HasSubstr("ballast_signal_value{")));
  EXPECT_THAT(page, Not(HasSubstr("ballast_signal_age_seconds{namespace=\"shop\",policy=\"checkout\",signal=\"lag\"")));
  EXPECT_THAT(page, HasSubstr("signal=\"lag\",grade=\"missing\"} 1\n"));
}

TEST(MetricsPage, DoesNotDependOnTheOrderOfPolicies) {
  PolicyMetrics other = checkout();
  other.policy = "another";
  const auto metrics = make_metrics("1");
  EXPECT_EQ(metrics->page({checkout(), other}), metrics->page({other, checkout()}));
}

TEST(MetricsPage, CountsWhatHappened) {
  const auto metrics = make_metrics("1");
  EXPECT_THAT(metrics->page({}), HasSubstr("ballast_unknown_readings_total{grade=\"missing\"} 0\n"));
  metrics->decision_took(300us);
  metrics->decision_took(2s);
  metrics->action_done("scale", "ok");
  metrics->action_done("scale", "outcome_unknown");
  metrics->reading_was_unknown(Grade::missing);
  metrics->journal_is({.writable = false, .bytes = 4096, .lag = 2s, .frames = 12, .failures = 3});
  const std::string page = metrics->page({});
  EXPECT_THAT(page, HasSubstr("ballast_decision_seconds_count 2\n"));
  EXPECT_THAT(page, HasSubstr("ballast_decision_seconds_bucket{le=\"0.0005\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("ballast_actions_total{kind=\"scale\",result=\"outcome_unknown\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("ballast_unknown_readings_total{grade=\"missing\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("ballast_journal_writable 0\n"));
  EXPECT_THAT(page, HasSubstr("ballast_journal_size_bytes 4096\n"));
  EXPECT_THAT(page, HasSubstr("ballast_journal_lag_seconds 2\n"));
  EXPECT_THAT(page, HasSubstr("ballast_journal_frames_total 12\n"));
}

/// Status of `promtool check metrics`: 0 good, 1 unparsable, 3 bad style.
int promtool(const std::string& page) {
  const std::string path = testing::TempDir() + "ballast-" + std::to_string(getpid()) + "-metrics.txt";
  std::ofstream(path, std::ios::binary) << page;
  const int status = std::system(("promtool check metrics < " + path + " >" + path + ".out 2>&1").c_str());
  if (WEXITSTATUS(status) != 0) std::cout << std::ifstream(path + ".out").rdbuf();
  unlink(path.c_str());
  unlink((path + ".out").c_str());
  return WEXITSTATUS(status);
}

TEST(MetricsPage, IsAcceptedByPromtool) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "SKIPPED: promtool is not installed";
  const auto metrics = make_metrics("1.0");
  metrics->decision_took(1ms);
  metrics->action_done("weights", "timeout");
  PolicyMetrics odd = checkout();
  odd.policy = "quote\" back\\slash new\nline";
  odd.signals[0].value = std::numeric_limits<double>::infinity();
  odd.signals[1].value = 1e-300;
  odd.signals[1].name = "ü";
  EXPECT_EQ(promtool(metrics->page({checkout(), odd})), 0);
  EXPECT_NE(promtool("a{ 1\n"), 0) << "promtool must be able to object";
}

TEST(MetricsPage, WritesAHundredThousandSeriesInUnderASecond) {
  std::vector<PolicyMetrics> many(12'500, checkout());
  for (std::size_t i = 0; i < many.size(); ++i) many[i].policy = std::to_string(i);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_GT(make_metrics("1")->page(many).size(), 5'000'000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

}  // namespace
}  // namespace ballast
