#include "probes/exec.h"

#include <gtest/gtest.h>

#include <string>

#include "io/command.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

class ExecProbe : public testing::Test {
 protected:
  Result<NamedReading> read(const std::string& script, const std::string& pointer = "", Duration timeout = kAmple) {
    return ask(client_,
               compile(ExecSpec{.command = {"/bin/sh", "-c", script}, .json_pointer = pointer, .timeout = timeout}));
  }
  ExecProbe() { client_.fetcher = make_command_fetcher(*client_.loop); }
  Client client_{};
};

TEST_F(ExecProbe, ReadsTheNumberThatItPrintsOrTheOneAtThePointer) {
  EXPECT_EQ(value_of(read("echo 12.5")), 12.5);
  EXPECT_EQ(value_of(read("printf '  3\\n\\n'")), 3);
  EXPECT_EQ(value_of(read("echo 250m")), 0.25);
  EXPECT_EQ(value_of(read(R"(echo '{"queue":{"depth":7}}')", "/queue/depth")), 7);
}

TEST_F(ExecProbe, IsUnknownWheneverItIsNotANumberThatWasMeant) {
  EXPECT_THAT(read("echo 5; exit 1"), unknown(Errc::unavailable, "status 1"));
  EXPECT_THAT(read("true"), unknown(Errc::invalid, ""));
  EXPECT_THAT(read("echo 5 jobs"), unknown(Errc::invalid, ""));
  EXPECT_THAT(read("echo 5; echo 6"), unknown(Errc::invalid, ""));
  EXPECT_THAT(read("echo nan"), unknown(Errc::invalid, ""));
  EXPECT_THAT(read("echo '{}'", "/depth"), unknown(Errc::not_found, "depth"));
  EXPECT_THAT(read("echo 5; sleep 100", "", 100ms), unknown(Errc::timeout, "killed"));
  EXPECT_THAT(read("head -c 100000 /dev/zero"), unknown(Errc::invalid, "limit of 65536 bytes"));
}

TEST_F(ExecProbe, GivesItsOwnEnvironmentAndAPathAndNothingElse) {
  ExecSpec spec{.command = {"/bin/sh", "-c", R"(test "$A$LANG$PATH$HOME" = "1C.UTF-8/opt/bin" && echo 1)"}};
  spec.environment = {{"A", "1"}, {"PATH", "/opt/bin"}};
  EXPECT_EQ(value_of(ask(client_, compile(spec))), 1);
}

TEST(ExecSpecCheck, WantsAnAbsolutePathAPointerAndNames) {
  EXPECT_TRUE((ExecSpec{.command = {"/bin/true"}, .environment = {{"A", "="}}}.check().empty()));
  EXPECT_EQ((ExecSpec{.command = {"true"}, .json_pointer = "x", .environment = {{"A=", "1"}}}.check().size()), 3U);
}

TEST(ExecRequest, IsSharedByThoseWhoReadAnotherPartOfIt) {
  const ExecSpec a{.command = {"/x"}, .json_pointer = "/a"};
  const ExecSpec b{.command = {"/x"}, .json_pointer = "/b"};
  EXPECT_EQ(compile(a).request, compile(b).request);
  EXPECT_EQ(compile(a).request.url, "exec:/x");
}

}  // namespace
}  // namespace ballast
