#include "core/task.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

Task<int> answer() { co_return 42; }
Task<std::string> twice() {
  const int first = co_await answer();
  const int second = co_await answer();
  co_return std::to_string(first + second);
}
Task<void> store(std::string* out) { *out = co_await twice(); }
Task<void> fail() {
  throw 7;
  co_return;
}
Task<void> outer(int* caught) {
  try {
    co_await fail();
  } catch (int code) {
    *caught = code;
  }
}
Task<void> for_ever(std::string* trace) {
  struct Trace {
    std::string* out;
    ~Trace() { *out += "destroyed"; }
  } on_exit{trace};
  std::suspend_always never{};
  co_await never;
}

TEST(Task, RunsNestedTasksAndGivesTheirResults) {
  TaskGroup group;
  std::string out;
  group.spawn(store(&out));
  EXPECT_EQ(out, "84");
  EXPECT_TRUE(group.idle());
}

TEST(Task, CarriesExceptionsToTheAwaiter) {
  TaskGroup group;
  int caught = 0;
  group.spawn(outer(&caught));
  EXPECT_EQ(caught, 7);
}

TEST(Task, RethrowsWhatEscapedARootTask) {
  TaskGroup group;
  group.spawn(fail());
  EXPECT_THROW(group.reap(), int);
}

TEST(Task, DestroyingAGroupUnwindsWhatStillWaits) {
  std::string trace;
  {
    TaskGroup group;
    group.spawn(for_ever(&trace));
    EXPECT_FALSE(group.idle());
    EXPECT_EQ(trace, "");
  }
  EXPECT_EQ(trace, "destroyed");
}

}  // namespace
}  // namespace ballast
