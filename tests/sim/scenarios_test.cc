#include "tests/sim/scenarios.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace ballast::sim {
namespace {

std::uint64_t seeds() {
  const char* text = std::getenv("BALLAST_SCENARIO_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20;
}

/// Whether one of the first seeds shows it.
bool catches(const Scenario& scenario, Bug bug, std::uint64_t most_seeds) {
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
    Play planted = scenario.make(seed);
    planted.bugs = {bug};
    if (!play(planted).violations.empty()) return true;
  }
  return false;
}

class EachScenario : public testing::TestWithParam<Scenario> {};

TEST_P(EachScenario, IsCleanWithEverySeed) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    const Play clean = GetParam().make(seed);
    const Outcome outcome = play(clean);
    ASSERT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << describe(clean);
  }
}

INSTANTIATE_TEST_SUITE_P(Named, EachScenario, testing::ValuesIn(scenarios()),
                         [](const auto& test) { return std::string(test.param.name); });

/// Column headings upright: a bug's number; its name stands below the table.
void print_head() {
  std::printf("%-38s", "scenario (x: caught, X: its own)");
  for (std::size_t bug = 0; bug < kBugs.size(); ++bug) std::printf("%3zu", bug + 1);
  std::printf("\n");
}

TEST(PlantedBugs, AreEachCaughtAndEachScenarioFailsUnderItsOwn) {
  std::array<std::size_t, kBugs.size()> caught{};
  print_head();
  for (const Scenario& scenario : scenarios()) {
    std::printf("%-38s", std::string(scenario.name).c_str());
    for (std::size_t i = 0; i < kBugs.size(); ++i) {
      const bool own = kBugs[i].bug == scenario.bug;
      const bool found = catches(scenario, kBugs[i].bug, own ? 20 : 1);
      if (found) ++caught[i];
      EXPECT_TRUE(found || !own) << scenario.name << " does not fail under " << kBugs[i].name;
      std::printf("%3s", found ? (own ? "X" : "x") : ".");
    }
    std::printf("\n");
  }
  for (std::size_t i = 0; i < kBugs.size(); ++i) {
    std::printf("%3zu %-22s caught by %zu\n", i + 1, std::string(kBugs[i].name).c_str(), caught[i]);
    EXPECT_GT(caught[i], 0U) << kBugs[i].name;
  }
}

/// Scenarios that are not about the loop: tests of something real, in its own suite, by number.
struct Elsewhere {
  const char* test = "";
  const char* file = "";
};
constexpr Elsewhere kElsewhere[] = {
    {"Cron, S16_EveryInstantIsOneAtWhichTheWallClockShowsTheTime", "formats/daylight_saving_test.cc"},
    {"Cron, S16_WhatFiresNextDoesNotDependOnWhenItIsAsked", "formats/daylight_saving_test.cc"},
    {"Cron, S16_AZoneThatTheSystemDoesNotHaveIsRefusedAndItsVersionIsKnown", "formats/daylight_saving_test.cc"},
    {"Documents, S17_ATimeoutWithoutUnitIsRefusedAndNotTakenForSecondsOrMilliseconds",
     "controller/config/units_test.cc"},
    {"Resolver, S54_UsesTheLastGoodAddressesWhileTheNameServerIsSilentButNotOnceTheNameIsGone", "io/resolver_test.cc"},
    {"FetcherContract, S55_EndsASlowDripAtTheTotalDeadline", "io/http_faults_test.cc"},
    {"FetcherContract, S57_StopsAtTheByteCap", "io/http_faults_test.cc"},
    {"HttpClient, S58_KeepsNoDescriptorsAndNoMemoryAfterFailures", "io/http_lifetime_test.cc"},
    {"CrossCheck, S28_OneBackendBelongsToOneDocument", "controller/config/policy_test.cc"},
    {"CrossCheck, S28_WhatIsInDryRunStandsBesideTheOwnerOnEitherSide", "controller/config/policy_test.cc"},
    {"Reload, S28_ATargetOfAnotherDaemonIsLeftAloneAndToldOfUntilItIsFree", "e2e/reload_test.cc"},
    {"SomePolls, S59_WhatADecodeThrowsIsAFailureOfItsSignal", "sim/polls_test.cc"},
    {"SomePolls, S59_WhatASelectThrowsIsAFailureOfItsSignalAndNotOfTheOtherOnThatPage", "sim/polls_test.cc"},
    {"SomePolls, S59_WhatIsNoExceptionIsCaughtToo", "sim/polls_test.cc"},
    {"SomePolls, S59_WhatAFetcherThrowsIsAFailureOfWhoAsked", "sim/polls_test.cc"},
    {"Receivers, S60_KeepTheirSecretsFromMessagesThatRepeatTheRequest", "adapters/receivers_secrets_test.cc"},
    {"WebhookReceiver, S60_DoesNotFollowToMetadata", "adapters/receivers_webhook_test.cc"},
    {"Secrets, S60_ComeOutNowhereButAtTheirServer", "e2e/secrets_test.cc"},
    {"AddressRules, S60_KnowWhatNeedsAFlagInEverySpelling", "io/address_rules_test.cc"},
    {"FetcherContract, S60_TakesSecretsOutOfAnswersThatRepeatThem", "io/credentials_test.cc"},
    {"HttpClient, S60_RefusesAddressesThatAreNotAllowed", "io/http_client_test.cc"},
    {"FetcherContract, S60_ShowsNoSecretInItsMessages", "io/http_client_test.cc"},
    {"Pages, S60_ShowNoSecretThatASourceRepeats", "sim/pages_test.cc"},
    {"Retry, S67_LeavesAReceiverAloneForAsLongAsItAsks", "policies/alerting_retry_test.cc"},
    {"Fallback, S67_IsAskedAfterFiveMinutesThoughTheReceiverAsksForAnHour", "policies/alerting_retry_test.cc"},
    {"AlertHistory, S68_LosesNothingToCrashes", "policies/alerting_history_test.cc"},
    {"AlertDelivery, S68_S70_LosesNothingAndRepeatsAlmostNothingOverFaultsAndKills", "sim/alert_delivery_test.cc"},
    {"CrashPoints, S68_AreAllSurvived", "sim/crash_points_test.cc"},
    {"Dispatch, S69_NeverEndsAnAlertBeforeItsBegin", "policies/alerting_dispatch_test.cc"},
    {"RuleState, S69_TellsWhenItBeganAlsoWhenItEndsAndWhatWasFound", "policies/alerting_rule_state_test.cc"},
    {"RuleState, S69_IsThatOfASlowReferenceInRandomHistories", "policies/alerting_rule_state_test.cc"},
    {"RuleState, S70_CountsKeepFiringForFromTheFirstLookThatFoundItOver", "policies/alerting_rule_state_test.cc"},
};

TEST(Elsewhere, EachScenarioOfSomethingRealHasItsTest) {
  for (const Elsewhere& one : kElsewhere) {
    std::ifstream file(std::string(BALLAST_SOURCE_DIR) + "/tests/" + one.file);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    EXPECT_NE(text.find(std::string("(") + one.test + ")"), std::string::npos) << one.file << ": " << one.test;
    std::printf("%-90s tests/%s\n", one.test, one.file);
  }
}

/// The numbers of failures that can happen on a host.
TEST(Elsewhere, NoNumberIsLeftOut) {
  for (const int number : {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21,
                           23, 24, 25, 27, 28, 38, 54, 55, 56, 57, 58, 59, 60, 61, 63, 67, 68, 69, 70}) {
    char prefix[8];
    std::snprintf(prefix, sizeof prefix, "S%02d_", number);
    const auto named = [&](std::string_view name) { return name.find(prefix) != std::string_view::npos; };
    EXPECT_TRUE(std::ranges::any_of(scenarios(), named, &Scenario::name) ||
                std::ranges::any_of(kElsewhere, named, &Elsewhere::test))
        << prefix;
  }
}

}  // namespace
}  // namespace ballast::sim
