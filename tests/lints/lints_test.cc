// Each lint objects to what it is for and lets the rest pass; the tree itself is clean (`make check` says the same).
#include <gtest/gtest.h>

#include <string>

#include "tests/lints/run.h"

namespace ballast::lints {
namespace {

struct Case {
  std::string name{};
  std::string lint{};
  std::string text{};
  int line = 0;  // of the one complaint; 0: none
  std::string path = "core/x.cc";
};

class Lint : public testing::TestWithParam<Case> {};

TEST_P(Lint, JudgesAText) {
  const Tree tree;
  tree.write(GetParam().path, GetParam().text);
  const Ended ended = lint(GetParam().lint, tree);
  if (GetParam().line == 0) {
    EXPECT_EQ(ended.output, "");
    EXPECT_EQ(ended.status, 0);
  } else {
    EXPECT_TRUE(ended.output.starts_with(GetParam().path + ":" + std::to_string(GetParam().line) + ": "))
        << ended.output;
    EXPECT_EQ(ended.status, 1);
  }
}

// The eight forms of the reproducer for g++ 12.2: six are destroyed twice, two are safe.
INSTANTIATE_TEST_SUITE_P(
    Coroutines, Lint,
    testing::Values(
        Case{"BracedArgument", "coroutines", "\nauto x = co_await f(Request{\"a\"});\n", 2},
        Case{"DesignatedArgument", "coroutines", "\n\nco_await f(Request{.url = \"a\"});\n", 3},
        Case{"BracedWithoutName", "coroutines", "co_await f({\"a\", 1});\n", 1},
        Case{"BracedSecondArgument", "coroutines", "co_await f(a, {1});\n", 1},
        Case{"BracedOverLines", "coroutines", "int a;\nco_await f(Request{\n    .url = b,\n});\n", 2},
        Case{"CapturingLambda", "coroutines", "co_await f([&a] { return a; });\n", 1},
        Case{"CapturingLambdaReturned", "coroutines", "co_return co_await f(1, [a] { return a; });\n", 1},
        Case{"BracedAwaiter", "coroutines", "co_await Sleep{.until = t};\n", 1},
        Case{"TemplatedBrace", "coroutines", "co_await f(std::vector<int>{1});\n", 1},
        Case{"ConstructorCall", "coroutines", "co_await f(Request(\"a\"));\n", 0},
        Case{"FunctionResult", "coroutines", "co_await f(make(a));\n", 0},
        Case{"NamedAndMoved", "coroutines", "Request r{.url = a};\nco_await f(std::move(r));\n", 0},
        Case{"LambdaWithoutCapture", "coroutines", "co_await f([] { return 1; });\n", 0},
        Case{"LambdaWithAResultType", "coroutines", "g([](int a) -> Task<Result<int>> { co_await f(a); });\n", 0},
        Case{"Bodies", "coroutines",
             "Task<void> f() {\n  if (co_await g()) {\n    h();\n  } else {\n    co_await h();\n  }\n}\n", 0},
        Case{"CommentsAndStrings", "coroutines", "co_await f(a);  // not f(A{1})\nco_await g(\"A{1}\");\n", 0}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Clocks, Lint,
    testing::Values(Case{"SteadyClock", "clocks", "\nauto t = std::chrono::steady_clock::now();\n", 2},
                    Case{"AnyClockInAPolicy", "clocks", "auto t = Clock_clock :: now();\n", 1, "policies/a/x.cc"},
                    Case{"CTime", "clocks", "auto t = std::time(nullptr);\n", 1},
                    Case{"Sleep", "clocks", "std::this_thread::sleep_for(1s);\n", 1, "controller/engine/x.cc"},
                    Case{"Chance", "clocks", "std::random_device d;\n", 1},
                    Case{"Distribution", "clocks", "std::uniform_int_distribution<int> d;\n", 1, "policies/x.h"},
                    Case{"TimePointsAreValues", "clocks", "std::chrono::steady_clock::time_point at{};\n", 0},
                    Case{"ACommentMayNameIt", "clocks", "// steady_clock::now() is in io/\n", 0},
                    Case{"TheEdgeHasTheClock", "clocks", "auto t = std::chrono::steady_clock::now();\n", 0,
                         "io/clock.cc"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Limits, Lint,
    testing::Values(Case{"OpenEnd", "limits", std::string("int a;\n// TO") + "DO: later\n", 2},
                    Case{"OpenEndWithItsIssue", "limits", std::string("// TO") + "DO(#12): later\n", 0},
                    Case{"TestSwitchedOff", "limits", std::string("TEST(A, DISABLE") + "D_B) {}\n", 1,
                         "tests/a/x_test.cc"},
                    Case{"SkipWithoutReason", "limits", std::string("GTEST_SKI") + "P();\n", 1, "tests/a/x_test.cc"},
                    Case{"SkipWithReason", "limits", std::string("GTEST_SKI") + "P() << \"SKIPPED: no haproxy\";\n", 0,
                         "tests/a/x_test.cc"},
                    Case{"Macro", "limits", std::string("#defin") + "e A 1\n", 1},
                    Case{"PathOfAMachine", "limits", std::string("see /hom") + "e/ann/notes\n", 1, "docs/x.md"},
                    Case{"PathOfAMachineInCode", "limits", std::string("open(\"/wor") + "k/x\");\n", 1}),
    [](const auto& test) { return test.param.name; });

TEST(LimitsOfAFile, AreFourHundredLines) {
  const Tree tree;
  std::string text;
  for (int line = 0; line < 400; ++line) text += "int a;\n";
  tree.write("core/x.cc", text);
  EXPECT_EQ(lint("limits", tree).status, 0);
  tree.write("core/x.cc", text + "int a;\n");
  const Ended ended = lint("limits", tree);
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.output.starts_with("core/x.cc: 401 lines, the limit is 400")) << ended.output;
}

TEST(NamesOfTypes, AreOneTypeInTheirNamespace) {
  const Tree tree;
  tree.write("core/a.h",
             "namespace ballast {\nstruct A {\n  struct Part {};\n};\nstruct B;\n}  // namespace ballast\n");
  tree.write("core/b.cc", "namespace ballast {\nnamespace {\nstruct A {};\n}\nstruct B {\n  struct Part {};\n};\n}\n");
  tree.write("core/c.cc", "namespace ballast::c {\nclass A final : public X {};\n}\n");
  EXPECT_EQ(lint("names", tree).output, "");
  tree.write("io/d.h", "// struct A {\nnamespace ballast {\nenum class A { b };\n}\n");
  const Ended ended = lint("names", tree);
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(ended.output.starts_with("io/d.h:3: ballast::A is another type in core/a.h:2: ")) << ended.output;
}

class Repository : public testing::TestWithParam<std::string> {};

TEST_P(Repository, IsClean) {
  const Ended ended = run("perl tools/lint/" + GetParam() + ".pl .");
  EXPECT_EQ(ended.status, 0) << ended.output;
}

INSTANTIATE_TEST_SUITE_P(Lints, Repository, testing::Values("layers", "coroutines", "clocks", "limits", "names"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace ballast::lints
