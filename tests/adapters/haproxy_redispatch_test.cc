// `option redispatch`: whose failure it is when HAProxy gives a request to another server than the one that is dead.
#include <gtest/gtest.h>

#include "tests/adapters/haproxy_rig.h"

namespace ballast {
namespace {

TEST(HaproxyRedispatch, IsOneFailureOfTheDeadAndAnAnswerOfTheOther) {
  if (!HaproxyRig::installed()) GTEST_SKIP() << "SKIPPED: there is no /usr/sbin/haproxy";
  TestWorker alive;
  HaproxyRig rig;
  auto pool = rig.pool("again");
  pool.check = false;
  rig.bind(pool);
  const auto done = rig.apply({{.name = "dead", .address = "127.0.0.1:1", .weight = 100},
                               {.name = "alive", .address = alive.address(), .weight = 100}});
  ASSERT_TRUE(done) << done.error().message;
  rig.observed("alive");  // times count from the first look
  for (int i = 0; i < 20; ++i) ASSERT_EQ(rig.get("/again"), 200);
  EXPECT_EQ(alive.served(), 20);

  // HAProxy counts a request once it has ended, a moment after its answer.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  Counters served;
  while (served.answers < 20 && std::chrono::steady_clock::now() < deadline)
    served = rig.observed("alive").counters.value_or(Counters{});
  EXPECT_EQ(served.answers, 20);
  EXPECT_EQ(served.failures, 0);
  EXPECT_EQ(served.timed, 20);
  const Counters refused = rig.observed("dead").counters.value_or(Counters{});
  const std::string table = rig.ask("show stat again 4 -1");
  EXPECT_GT(refused.failures, 0) << table;
  EXPECT_LE(refused.failures, 20) << "one for each request that was to be its, at most\n" << table;
  EXPECT_EQ(refused.failures, refused.answers) << "it answered nothing\n" << table;
  EXPECT_EQ(refused.timed, 0);
}

}  // namespace
}  // namespace ballast
