// Random worlds that once went wrong, each by the name of what was wrong.
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/run.h"

namespace ballast::sim {
namespace {

struct Regression {
  const char* name = "";
  std::uint64_t seed = 0;
};

class OnceWrong : public testing::TestWithParam<Regression> {};

TEST_P(OnceWrong, IsRight) {
  const Play world = random_play(GetParam().seed);
  EXPECT_TRUE(play(world).violations.empty()) << describe(world);
}

INSTANTIATE_TEST_SUITE_P(Worlds, OnceWrong,
                         testing::Values(Regression{"drain_deadline_before_weight_zero", 62},
                                         Regression{"retirement_never_begun_outlives_restart", 195},
                                         Regression{"cancelled_shrink_stays_retired", 1035},
                                         Regression{"change_counts_from_restart", 1544},
                                         Regression{"change_counts_from_restart_up", 1712},
                                         Regression{"unwritten_raise_before_a_kill", 1751},
                                         Regression{"change_counts_from_restart_down", 1949},
                                         Regression{"writes_on_their_way", 2124},
                                         Regression{"old_log_retires_who_came_back", 2658},
                                         Regression{"refused_weights_wait_for_no_evidence", 3026},
                                         Regression{"shrink_decided_while_the_pool_is_hidden", 4337}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace ballast::sim
