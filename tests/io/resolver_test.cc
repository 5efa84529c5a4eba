#include "io/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>

#include "io/completion.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

Task<Result<Addresses>> resolve(Resolver& resolver, std::string name) {
  Completion<Result<Addresses>> found;
  resolver.resolve(name, found.callback());
  co_return co_await found;
}

TEST(Resolver, SharesALookUpAmongAllWhoAskForTheName) {
  const auto loop = make_loop();
  std::atomic<int> asked = 0;
  std::promise<void> all_wait;
  const auto released = all_wait.get_future().share();
  const auto resolver = make_resolver(*loop, [&asked, released](const std::string&) {
    ++asked;
    released.wait();
    return LookedUp{.addresses = {"192.0.2.1"}};
  });
  int answers = 0;
  for (int i = 0; i < 10; ++i)
    resolver->resolve("a", [&](const Result<Addresses>& found) {
      EXPECT_EQ(*found, Addresses{"192.0.2.1"});
      if (++answers == 10) loop->stop();
    });
  all_wait.set_value();
  loop->run();
  EXPECT_EQ(asked, 1);
}

TEST(Resolver, DoesNotLetOneSlowNameHoldUpAnother) {
  const auto loop = make_loop();
  auto release = std::make_shared<std::promise<void>>();
  const auto released = release->get_future().share();
  const auto resolver = make_resolver(*loop, [released](const std::string& name) {
    if (name == "slow") released.wait();
    return LookedUp{.addresses = {"192.0.2.1"}};
  });
  resolver->resolve("slow", [](const Result<Addresses>&) {});
  EXPECT_TRUE(run_task(*loop, resolve(*resolver, "quick")));
  release->set_value();
}

TEST(Resolver, S54_UsesTheLastGoodAddressesWhileTheNameServerIsSilentButNotOnceTheNameIsGone) {
  const auto loop = make_loop();
  std::vector<LookedUp> answers{{.addresses = {"192.0.2.1"}},
                                {.problem = "try again"},
                                {.no_such_name = true, .problem = "not known"},
                                {.problem = "try again"}};
  std::size_t next = 0;
  const auto resolver = make_resolver(*loop, [&](const std::string&) { return answers[next++]; });
  EXPECT_EQ(*run_task(*loop, resolve(*resolver, "a")), Addresses{"192.0.2.1"});
  EXPECT_EQ(*run_task(*loop, resolve(*resolver, "a")), Addresses{"192.0.2.1"});
  EXPECT_EQ(run_task(*loop, resolve(*resolver, "a")).error().message, "name a not found: not known");
  EXPECT_EQ(run_task(*loop, resolve(*resolver, "a")).error().message, "name a not found: try again");
}

TEST(Resolver, MayEndBeforeItsLookUps) {
  auto release = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  const auto released = release->get_future().share();
  const auto loop = make_loop();
  {
    const auto resolver = make_resolver(*loop, [released, ended](const std::string&) {
      released.wait();
      ended->set_value();
      return LookedUp{.addresses = {"192.0.2.1"}};
    });
    resolver->resolve("a", [](const Result<Addresses>&) { ADD_FAILURE() << "the resolver is gone"; });
  }
  release->set_value();
  ended->get_future().wait();
  loop->post([&] { loop->stop(); });
  loop->run();
}

TEST(Resolver, QueuesMoreNamesThanItHasThreadsAndAnswersAll) {
  const auto loop = make_loop();
  const auto resolver = make_resolver(*loop, [](const std::string& name) { return LookedUp{.addresses = {name}}; });
  std::size_t answers = 0;
  for (int i = 0; i < 200; ++i)
    resolver->resolve("n" + std::to_string(i), [&, i](const Result<Addresses>& found) {
      EXPECT_EQ(*found, Addresses{"n" + std::to_string(i)});
      if (++answers == 200) loop->stop();
    });
  loop->run();
}

TEST(LookUp, KnowsLocalhostAndSaysWhyAnotherNameIsNotFound) {
  EXPECT_EQ(look_up("localhost").addresses, (Addresses{"127.0.0.1", "::1"}));
  EXPECT_EQ(look_up("shop.localhost").addresses, (Addresses{"127.0.0.1", "::1"}));
  const LookedUp none = look_up("no-such-name.invalid");
  EXPECT_TRUE(none.addresses.empty());
  EXPECT_NE(none.problem, "");
}

}  // namespace
}  // namespace ballast
