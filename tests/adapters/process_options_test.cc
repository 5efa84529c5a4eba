// Every setting of a process target has a test here, by its key. The list of keys comes from the definitions: a new
// setting without a test fails.
#include "tests/adapters/process_options.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/adapters/process_rig.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What the test worker was given, a fact a line.
std::string report_of(ProcessRig& rig, const std::function<void(ProcessTarget&)>& change) {
  ProcessTarget target = ProcessRig::target({"report", rig.path("facts")});
  change(target);
  std::filesystem::permissions(std::filesystem::path(rig.path("x")).parent_path(), std::filesystem::perms{0777});
  rig.bind(target);
  EXPECT_TRUE(rig.scale(1));
  return "\n" + rig.content("facts");
}

/// The note once a worker could not become what it should.
std::string failure_of(ProcessRig& rig, const ProcessTarget& target) {
  rig.bind(target);
  EXPECT_TRUE(rig.scale(rig.observe().target.existing + 1));
  return rig.until("it failed", some_member(MemberState::failed)).note;
}

void command(ProcessRig& rig) {
  ProcessTarget target;
  target.command = {"sh",  "-c", R"(printf '%s' "$0 {name} {{1}} '$2'" > )" + rig.path("said") + "; exec sleep 1000",
                    "a b", "",   "c"};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_EQ(rig.content("said"), "a b web-1 {1} 'c'");
  EXPECT_THAT(failure_of(rig, ProcessTarget{.command = {"/nonexistent/worker"}}),
              HasSubstr("could not be started: scaleTarget.process.command: /nonexistent/worker: No such file or "
                        "directory; name a program"));
}

void user(ProcessRig& rig) {
  if (geteuid() != 0) {
    EXPECT_THAT(failure_of(rig, ProcessTarget{.command = {"true"}, .user = "root"}), HasSubstr("run it as root"));
    return;
  }
  const passwd nobody = *getpwnam("nobody");
  // The tree may lie where another user cannot read: in root's home.
  const std::string program = rig.path("worker");
  std::filesystem::copy_file(ProcessRig::target({}).command.front(), program);
  const std::string facts = report_of(rig, [&](ProcessTarget& target) {
    target.user = "nobody";
    target.command.front() = program;
  });
  EXPECT_THAT(facts, HasSubstr(fmt::format("\nuser {0} {0} {1} {1}\ngroup {1}\nmemory", nobody.pw_uid, nobody.pw_gid)));
  EXPECT_THAT(facts, HasSubstr("\nenv USER=nobody\n"));
  EXPECT_EQ(rig.running().size(), 1U);
  EXPECT_THAT(failure_of(rig, ProcessTarget{.command = {"true"}, .user = "no-such-user"}),
              HasSubstr("scaleTarget.process.user: no-such-user: no such user on this host; make it"));
}

void working_directory(ProcessRig& rig) {
  const std::string folder = std::filesystem::path(rig.path("x")).parent_path().string();
  EXPECT_THAT(report_of(rig, [&](ProcessTarget& target) { target.working_directory = folder; }),
              HasSubstr("\ncwd " + folder + "\n"));
  EXPECT_THAT(failure_of(rig, ProcessTarget{.command = {"true"}, .working_directory = "/nonexistent"}),
              HasSubstr("scaleTarget.process.workingDirectory: /nonexistent: No such file or directory; its user"));
}

void environment(ProcessRig& rig) {
  setenv("BALLAST_TEST_SECRET", "of the daemon", 1);
  const std::string facts = report_of(rig, [](ProcessTarget& target) {
    target.environment = {{"ME", "{name}"}, {"TWICE", "1"}, {"TWICE", "2"}, {"PATH", "/opt"}};
  });
  unsetenv("BALLAST_TEST_SECRET");
  for (const char* fact : {"\nenv ME=web-1\n", "\nenv TWICE=2\n", "\nenv PATH=/opt\n",
                           "\nenv HOME=", "\nenv SHELL=", "\nenv LOGNAME=", "\nenv BALLAST_WORKER=1/", "\ncwd /\n"})
    EXPECT_THAT(facts, HasSubstr(fact));
  EXPECT_THAT(facts, Not(HasSubstr("BALLAST_TEST_SECRET")));
}

void environment_file(ProcessRig& rig) {
  write_text(rig.path("env"), "# comment\nFROM_FILE='a b'\nBOTH=file\n");
  const std::string facts = report_of(rig, [&](ProcessTarget& target) {
    target.environment_file = rig.path("env");
    target.environment = {{"BOTH", "document"}};
  });
  EXPECT_THAT(facts, HasSubstr("\nenv FROM_FILE=a b\n"));
  EXPECT_THAT(facts, HasSubstr("\nenv BOTH=document\n"));
  write_text(rig.path("env"), "A=1\nwrong\n");
  EXPECT_THAT(failure_of(rig, ProcessTarget{.command = {"true"}, .environment_file = rig.path("env")}),
              HasSubstr("environmentFile: " + rig.path("env") + ": line 2: 'wrong' has no ="));
  EXPECT_THAT(failure_of(rig, ProcessTarget{.command = {"true"}, .environment_file = "/nonexistent"}),
              HasSubstr("environmentFile: /nonexistent: No such file"));
}

void ports(ProcessRig& rig) {
  const ProcessTarget target = server(rig);
  const auto range = parse_port_range(target.ports);
  ProcessTarget stranger = ProcessRig::target({"serve", std::to_string(range->first + 1), rig.path("status")});
  ProcessRig other;
  other.bind(stranger);
  ASSERT_TRUE(other.scale(1));
  other.until("it listens",
              [&](const ScalerView&) { return !port_is_free(static_cast<std::uint16_t>(range->first + 1)); });
  rig.bind(target);
  ASSERT_TRUE(rig.scale(3));
  const ScalerView view = rig.until("a shortage", [](const ScalerView& seen) {
    return seen.target.ready == 2 && seen.note.find("is free") != std::string::npos;
  });
  EXPECT_EQ(view.members[0].address, fmt::format("127.0.0.1:{}", range->first));
  EXPECT_EQ(view.members[1].address, fmt::format("127.0.0.1:{}", range->last));
  EXPECT_EQ(view.note, fmt::format("1 not started: no port of {} is free: other programs have {}; widen "
                                   "scaleTarget.process.ports",
                                   target.ports, range->first + 1));
  EXPECT_EQ(view.target.desired, 3);
  EXPECT_EQ(view.target.existing, 2);
  ASSERT_TRUE(other.scale(0, {"web-1"}));
  rig.until("the third has its port", all_ready(3));
}

void ready(ProcessRig& rig) {
  ProcessTarget target = ProcessRig::target({"report", rig.path("facts")});
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_EQ(rig.observe().members.at(0).state, MemberState::starting);
  EXPECT_GE(time_until(rig, all_ready(1)), std::chrono::milliseconds{900});  // no check: by its age
}

void live(ProcessRig& rig) {
  ProcessTarget target = ProcessRig::target({"serve", "{port}", rig.path("status-{port}")});
  target.ports = free_ports(2);
  target.ready = ReadyCheck{.tcp = "127.0.0.1:{port}", .period = kShort};
  target.live = LiveCheck{.http = "http://127.0.0.1:{port}/", .period = kShort};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(2));
  const ScalerView two = rig.until("two ready", all_ready(2));
  write_text(rig.path("status-" + two.members[0].address.substr(two.members[0].address.find(':') + 1)), "500");
  const ScalerView failed = rig.until("it was stopped", some_member(MemberState::failed));
  EXPECT_EQ(failed.members[0].name, "web-1");
  const ScalerView dead = rig.until("it said why", [](const ScalerView& view) { return !view.note.empty(); });
  EXPECT_THAT(dead.note, HasSubstr("web-1 was stopped: 3 live checks in a row failed: HTTP 500"));
  rig.until("it was replaced", [](const ScalerView& view) { return names_of(view).at(0) != "web-1"; });
  EXPECT_EQ(names_of(rig.observe()).at(1), "web-2");
}

void memory_max(ProcessRig& rig) {
  // dd takes its buffer at once, and no sanitizer's shadow is in it.
  const auto outcome = [&](const std::string& file, std::int64_t mebibytes) {
    ProcessTarget target;
    target.command = {"sh", "-c", "dd if=/dev/zero of=/dev/null bs=256M count=1 2>&1 | cat > $0; exec sleep 1000",
                      rig.path(file)};
    target.memory_max = Quantity{(mebibytes << 20) * 1000};
    rig.bind(target);
    EXPECT_TRUE(rig.scale(rig.observe().target.existing + 1));
    return rig.content(file);
  };
  EXPECT_THAT(outcome("small", 128), HasSubstr("memory exhausted"));
  EXPECT_THAT(outcome("large", 512), HasSubstr("1+0 records out"));
}

void stop_timeout(ProcessRig& rig) {
  ProcessTarget target = ProcessRig::target({"stubborn", rig.path("pids")});
  target.stop_timeout = std::chrono::milliseconds{500};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.content("pids");
  ASSERT_TRUE(rig.scale(0, {"web-1"}));
  const Duration took = time_until(rig, [](const ScalerView& view) { return view.members.empty(); });
  EXPECT_GE(took, std::chrono::milliseconds{400});
  EXPECT_LT(took, std::chrono::milliseconds{2500});
}

void on_exit(ProcessRig& rig) {
  for (const OnExit choice : {OnExit::keep, OnExit::stop}) {
    ProcessTarget target = server(rig);
    target.on_exit = choice;
    rig.bind(target);
    ASSERT_TRUE(rig.scale(1));
    rig.until("ready", all_ready(1));
    rig.drop();
    EXPECT_EQ(rig.running().size(), 1U);  // only an orderly exit may stop workers, and only with Stop
    const auto stopped = run_task(rig.loop(), leave_or_stop_workers(target, rig.host()));
    EXPECT_EQ(stopped, Result(choice == OnExit::stop ? 1 : 0));
    EXPECT_EQ(rig.running().size(), choice == OnExit::stop ? 0U : 1U);
  }
}

void log_directory(ProcessRig& rig) {
  const std::string facts = report_of(rig, [&](ProcessTarget& target) { target.log_directory = rig.path("logs"); });
  EXPECT_EQ(rig.content("logs/web-1.log"), "to stdout\nto stderr\n");
  EXPECT_THAT(facts, HasSubstr("\nfd 0 /dev/null\nfd 1 " + rig.path("logs/web-1.log")));
  for (int i = 100; i < 125; ++i) write_text(rig.path(fmt::format("logs/web-{}.log", i)), "old");
  write_text(rig.path("logs/other-1.log"), "not ours");
  ASSERT_TRUE(rig.scale(2));
  EXPECT_EQ(rig.content("logs/web-2.log"), "to stdout\nto stderr\n");
  EXPECT_FALSE(std::filesystem::exists(rig.path("logs/web-104.log")));
  EXPECT_TRUE(std::filesystem::exists(rig.path("logs/web-105.log")));
  EXPECT_TRUE(std::filesystem::exists(rig.path("logs/web-1.log")));
  EXPECT_TRUE(std::filesystem::exists(rig.path("logs/other-1.log")));
}

void restart_backoff(ProcessRig& rig) {
  ProcessTarget target = ProcessRig::target({"exit", "1"});
  target.restart_backoff = {std::chrono::milliseconds{600}, std::chrono::milliseconds{600}};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  const auto has = [](const std::string& name) {
    return [name](const ScalerView& view) { return !view.members.empty() && view.members[0].name == name; };
  };
  rig.until("the second try", has("web-2"));
  const Duration third = time_until(rig, has("web-3"));  // not twice as long: max
  EXPECT_GE(third, std::chrono::milliseconds{500});
  EXPECT_LT(third, std::chrono::milliseconds{3000});
}

OptionTests tests() {
  OptionTests all = check_options();
  all.insert({
      {"command", command},
      {"user", user},
      {"workingDirectory", working_directory},
      {"environment", environment},
      {"environment.name", environment},
      {"environment.value", environment},
      {"environmentFile", environment_file},
      {"ports", ports},
      {"ready", ready},
      {"live", live},
      {"memoryMax", memory_max},
      {"stopTimeout", stop_timeout},
      {"onExit", on_exit},
      {"logDirectory", log_directory},
      {"restartBackoff", restart_backoff},
      {"restartBackoff.initial", restart_backoff},
      {"restartBackoff.max", restart_backoff},
  });
  return all;
}

template <class Spec>
void add_keys(const std::string& prefix, std::vector<std::string>& keys) {
  std::apply([&](const auto&... field) { (keys.push_back(prefix + field.name), ...); }, Spec::fields());
}

std::vector<std::string> keys() {
  std::vector<std::string> all;
  add_keys<ProcessTarget>("", all);
  add_keys<EnvironmentVariable>("environment.", all);
  add_keys<ReadyCheck>("ready.", all);
  add_keys<LiveCheck>("live.", all);
  add_keys<RestartBackoff>("restartBackoff.", all);
  return all;
}

class ProcessOption : public testing::TestWithParam<std::string> {};

TEST_P(ProcessOption, DoesWhatItSays) {
  const OptionTests all = tests();
  const auto test = all.find(GetParam());
  ASSERT_NE(test, all.end()) << GetParam() << " has no test";
  ProcessRig rig;
  test->second(rig);
}

INSTANTIATE_TEST_SUITE_P(All, ProcessOption, testing::ValuesIn(keys()), [](const auto& test) {
  std::string name = test.param;
  for (char& c : name)
    if (c == '.') c = '_';
  return name;
});

TEST(ProcessOptions, HaveNoTestsOfOnesThatAreGone) {
  const std::vector<std::string> known = keys();
  const std::set<std::string> set(known.begin(), known.end());
  for (const auto& [key, test] : tests()) EXPECT_TRUE(set.contains(key)) << key;
}

}  // namespace
}  // namespace ballast
