// The counts that end a tier: every way in which a test can fail to pass is seen.
#include <gtest/gtest.h>

#include <string>

#include "tests/lints/run.h"

namespace ballast::lints {
namespace {

constexpr auto kXml = R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" disabled="0" errors="0" time="1.5" name="AllTests">
  <testsuite name="A" tests="4" failures="1">
    <testcase name="Passes" file="a.cc" line="1" status="run" result="completed" time="0." classname="A" />
    <testcase name="PassesToo" file="a.cc" line="2" status="run" result="completed" time="0." classname="A">
      <properties></properties>
    </testcase>
    <testcase name="Fails" file="a.cc" line="3" status="run" result="completed" time="0." classname="A">
      <failure message="x" type=""><![CDATA[x]]></failure>
    </testcase>
    <testcase name="Skips" file="a.cc" line="4" status="run" result="skipped" time="0." classname="A">
      <skipped message="SKIPPED: no peer"><![CDATA[x]]></skipped>
    </testcase>
  </testsuite>
</testsuites>
)";
constexpr auto kOnePasses =
    "<testsuites time=\"0.1\"><testcase name=\"P\" status=\"run\" result=\"completed\" classname=\"B\" /></testsuites>";

std::string ctest_says(const std::string& suite, const std::string& status) {
  return "<testcase name=\"" + suite + "\" classname=\"" + suite + "\" time=\"1\" status=\"" + status + "\">\n";
}

/// The verdict over one phase, `dev`, whose files a test wrote.
Ended verdict(const Tree& tree) {
  const std::string folder = "'" + tree.path();
  return run("perl tools/results.pl suites dev " + folder + "/dev' >/dev/null; perl tools/results.pl total " + folder +
             "' " + folder + "/skips'");
}

TEST(Results, CountEveryTestOfASuite) {
  const Tree tree;
  tree.write("dev/suites", "a\n");
  tree.write("dev/a_test.xml", kXml);
  tree.write("dev/ctest.junit", ctest_says("a", "fail"));
  tree.write("skips", "A.Skips  # no such peer here\n");
  const Ended ended = verdict(tree);
  EXPECT_EQ(ended.output, "2 passed, 1 failed, 1 skipped\n");
  EXPECT_EQ(ended.status, 1);
}

TEST(Results, FailOnASkipThatTheListDoesNotName) {
  const Tree tree;
  tree.write("dev/suites", "a\n");
  tree.write("dev/a_test.xml", kXml);
  tree.write("dev/ctest.junit", ctest_says("a", "fail"));
  tree.write("skips", "# A.Skips is only talked about\n");
  const Ended ended = verdict(tree);
  EXPECT_NE(ended.output.find("does not name it: A.Skips\n2 passed, 2 failed, 1 skipped\n"), std::string::npos)
      << ended.output;
  EXPECT_EQ(ended.status, 1);
}

TEST(Results, SuiteThatLeftNoFileIsAFailure) {
  const Tree tree;
  tree.write("dev/suites", "a\nb\n");
  tree.write("dev/b_test.xml", kOnePasses);
  tree.write("dev/ctest.junit", ctest_says("a", "fail") + ctest_says("b", "run"));
  EXPECT_EQ(verdict(tree).output, "1 passed, 1 failed, 0 skipped\n");
}

TEST(Results, SuiteThatCrashedAfterItsLastTestIsAFailure) {
  const Tree tree;
  tree.write("dev/suites", "b\n");
  tree.write("dev/b_test.xml", kOnePasses);
  tree.write("dev/ctest.junit", ctest_says("b", "fail"));
  EXPECT_EQ(verdict(tree).output, "1 passed, 1 failed, 0 skipped\n");
}

TEST(Results, ChecksCountToo) {
  const Tree tree;
  tree.write("dev/suites", "b\n");
  tree.write("dev/b_test.xml", kOnePasses);
  tree.write("dev/ctest.junit", ctest_says("b", "run"));
  tree.write("checks", "passed layers\n");
  EXPECT_EQ(verdict(tree).output, "2 passed, 0 failed, 0 skipped\n");
  EXPECT_EQ(run("perl tools/results.pl total '" + tree.path() + "' /dev/null").status, 0);
  tree.write("checks", "passed layers\nfailed format\n");
  EXPECT_EQ(run("perl tools/results.pl total '" + tree.path() + "' /dev/null").output,
            "failed format\n2 passed, 1 failed, 0 skipped\n");
}

TEST(Results, NothingAtAllIsAFailure) {
  const Tree tree;
  const Ended ended = run("perl tools/results.pl total '" + tree.path() + "' /dev/null");
  EXPECT_EQ(ended.output, "nothing ran\n0 passed, 1 failed, 0 skipped\n");
  EXPECT_EQ(ended.status, 1);
}

}  // namespace
}  // namespace ballast::lints
