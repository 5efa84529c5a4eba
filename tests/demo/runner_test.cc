// The parts of `ballast demo` around the play: its processes, its place, and what its view makes of the logs.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "controller/cli/demo_children.h"
#include "controller/cli/demo_lane.h"
#include "controller/cli/demo_place.h"
#include "controller/cli/demo_view.h"
#include "controller/config/config.h"

namespace ballast {
namespace {
namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DemoRunner : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "ballast-demo-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string content(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  [[nodiscard]] ChildCommand shell(const std::string& script) const {
    return {"/bin/sh", {"-c", script}, folder_ / "out", folder_ / "err"};
  }
  /// The process that a shell wrote as its last line; waits for it.
  pid_t written_pid() const {
    for (int i = 0; i < 2'000; ++i, poll(nullptr, 0, 10))
      if (const auto text = content(folder_ / "out"); text.ends_with('\n')) return std::stoi(text);
    return 0;
  }
  static bool gone(pid_t pid) { return kill(pid, 0) != 0; }

  fs::path folder_;
};

TEST_F(DemoRunner, AChildTellsItsStatusAndKeepsItsOutput) {
  Children children;
  const auto pid = children.start(shell("echo out; echo err >&2; exit 7"));
  ASSERT_TRUE(pid);
  for (int i = 0; i < 2'000 && children.running(*pid); ++i) poll(nullptr, 0, 10);
  EXPECT_EQ(children.exit_status(*pid), 7);
  EXPECT_EQ(content(folder_ / "out"), "out\n");
  EXPECT_EQ(content(folder_ / "err"), "err\n");
}

TEST_F(DemoRunner, AProgramThatCannotBeStartedIsNamed) {
  Children children;
  const auto none = children.start({folder_ / "none", {}, folder_ / "out", folder_ / "err"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_THAT(none.error().message, HasSubstr("none: cannot be started: No such file"));
  EXPECT_FALSE(children.start({"/bin/true", {}, folder_ / "no" / "out", folder_ / "err"}));
}

TEST_F(DemoRunner, NoProcessOutlivesItEvenWhenItsParentHasEnded) {
  pid_t orphan = 0;
  {
    Children children;
    const auto parent = children.start(shell("sleep 1000 & echo $!"));
    ASSERT_TRUE(parent);
    orphan = written_pid();
    ASSERT_GT(orphan, 0);
    for (int i = 0; i < 2'000 && children.running(*parent); ++i) poll(nullptr, 0, 10);
    EXPECT_FALSE(gone(orphan));
  }
  EXPECT_TRUE(gone(orphan));
}

TEST_F(DemoRunner, AProcessThatIgnoresSigtermIsKilled) {
  pid_t stubborn = 0;
  {
    Children children;
    const auto pid = children.start(shell("trap '' TERM; echo $$; while :; do sleep 1; done"));
    ASSERT_TRUE(pid);
    stubborn = *pid;
    ASSERT_EQ(written_pid(), stubborn);
  }
  EXPECT_TRUE(gone(stubborn));
}

TEST_F(DemoRunner, ThePlaceHasEveryTemplateFilledIn) {
  if (!fs::exists("/usr/sbin/haproxy")) GTEST_SKIP() << "SKIPPED: no haproxy";
  const auto place = prepare_demo({.keep = folder_ / "play", .files = BALLAST_BINARY_DIR "/demo"});
  ASSERT_TRUE(place) << place.error().message;
  for (const auto* name : {"ballast.cfg", "hpa.cfg", "keda.cfg", "fixed.cfg", "policy/ballast/policy.yaml",
                           "policy/hpa/policy.yaml", "policy/keda/policy.yaml"}) {
    const auto text = content(place->folder / name);
    EXPECT_THAT(text, Not(IsEmpty())) << name;
    for (const auto* left : {"@folder@", "@lane@", "@port@", "@servers@", "/tmp/ballast-demo/", "127.0.0.1:9798",
                             "127.0.0.1:9799", "127.0.0.1:9800", "127.0.0.1:9801", "\"1\""})
      EXPECT_EQ(text.find(left), std::string::npos) << name << ": " << left;
  }
  EXPECT_THAT(content(place->folder / "fixed.cfg"), HasSubstr("server fixed-4 127.0.0.1:"));
  EXPECT_THAT(content(place->folder / "ballast.cfg"), Not(HasSubstr("    server ")));
  for (const auto lane : {LaneKind::ballast, LaneKind::hpa, LaneKind::keda}) {
    const auto text = content(place->policy(lane) / "policy.yaml");
    const auto first = place->ports_of(lane).workers;
    EXPECT_THAT(text, HasSubstr(place->socket(lane).string() + ", backend")) << name_of(lane);
    EXPECT_THAT(text, HasSubstr((place->lane(lane) / "workers.jsonl").string())) << name_of(lane);
    EXPECT_THAT(text, HasSubstr("ports: " + std::to_string(first) + "-" + std::to_string(first + 79)));
    EXPECT_EQ(validate(read_files({(place->policy(lane) / "policy.yaml").string()})).exit_status, 0) << name_of(lane);
  }
  const auto again = prepare_demo({.keep = folder_ / "play", .files = BALLAST_BINARY_DIR "/demo"});
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("is not empty"));
}

TEST_F(DemoRunner, NoTwoOfItsProcessesShareAPort) {
  if (!fs::exists("/usr/sbin/haproxy")) GTEST_SKIP() << "SKIPPED: no haproxy";
  const auto place = prepare_demo({.keep = folder_ / "play", .files = BALLAST_BINARY_DIR "/demo"});
  ASSERT_TRUE(place) << place.error().message;
  std::vector<int> taken{place->webhook, place->mail};
  for (const auto lane : kLaneKinds) {
    const auto& ports = place->ports_of(lane);
    for (int i = 0; i < (has_daemon(lane) ? kLaneWorkerPorts : kFixedWorkers); ++i) taken.push_back(ports.workers + i);
    taken.push_back(ports.front);
    EXPECT_EQ(ports.api > 0, has_daemon(lane));
    EXPECT_EQ(ports.exporter > 0, has_exporter(lane));
    for (const int port : {ports.api, ports.exporter})
      if (port > 0) taken.push_back(port);
  }
  std::ranges::sort(taken);
  EXPECT_EQ(std::ranges::adjacent_find(taken), taken.end());
  EXPECT_GE(taken.front(), 21'000);
  EXPECT_LT(taken.back(), 32'000);
}

TEST_F(DemoRunner, MissingProgramsAreNamedWithWhereTheyWereLookedFor) {
  const auto place = prepare_demo({.files = folder_ / "nowhere"});
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, Errc::not_found);
  EXPECT_THAT(place.error().message, HasSubstr("nowhere"));
}

TEST_F(DemoRunner, ATailGivesEachWholeLineOnce) {
  Tail tail{folder_ / "log"};
  EXPECT_THAT(tail.lines(), IsEmpty());
  std::ofstream log{folder_ / "log"};
  log << "one\ntw" << std::flush;
  EXPECT_THAT(tail.lines(), ElementsAre("one"));
  log << "o\nthree\n" << std::flush;
  EXPECT_THAT(tail.lines(), ElementsAre("two", "three"));
  EXPECT_THAT(tail.lines(), IsEmpty());
}

TEST_F(DemoRunner, ALaneCountsWhatItsLogsSay) {
  Lane lane{folder_};
  std::ofstream load{folder_ / "load.jsonl"};
  load << R"({"event":"plan","start_us":7000,"wall_us":9000})"
          "\n"
       << R"({"id":0,"due_us":0,"finished_us":400000,"status":200})"
          "\n";
  for (int i = 1; i <= 100; ++i)
    load << R"({"id":1,"due_us":3000000,"finished_us":)" << 3'000'000 + i * 1'000 << R"(,"status":)"
         << (i == 1 ? 503 : 200) << "}\n";
  load << "no json\n" << std::flush;
  std::ofstream workers{folder_ / "workers.jsonl"};
  for (const auto* line :
       {R"({"event":"started","pid":1})", R"({"event":"ready","pid":1})", R"({"event":"sick","pid":1})",
        R"({"event":"started","pid":2})", R"({"event":"started","pid":3})", R"({"event":"sigterm","pid":3})",
        R"({"event":"started","pid":4})", R"({"event":"stopped","pid":4})"})
    workers << line << '\n';
  workers.flush();
  lane.read();
  lane.read_stat(
      "# pxname,svname,qcur,status,weight,\nfront,FRONTEND,,OPEN,,\nweb,a,0,UP,100,\nweb,b,0,UP,0,\nweb,c,0,DOWN,100,\n"
      "web,d,0,no check,1,\nweb,BACKEND,7,UP,101,\n\n");
  const auto view = lane.view();
  EXPECT_EQ(view.answered, 100);
  EXPECT_EQ(view.failed, 1);
  EXPECT_EQ(view.p99_ms, 99);  // the first one finished more than two seconds before the last
  EXPECT_EQ(view.answers_per_second, 49.5);
  EXPECT_EQ(view.ready, 1);
  EXPECT_EQ(view.starting, 1);
  EXPECT_EQ(view.leaving, 1);
  EXPECT_EQ(view.sick, 1);
  EXPECT_EQ(view.in_pool, 2);
  EXPECT_EQ(view.queued, 7);
  EXPECT_THAT(lane.ready_workers(), ElementsAre(1));
  EXPECT_TRUE(lane.has_worker(3));
  EXPECT_FALSE(lane.has_worker(4));
  ASSERT_TRUE(lane.began());
  EXPECT_EQ(lane.began()->monotonic_us, 7'000);
  EXPECT_EQ(lane.began()->wall_us, 9'000);
}

TEST(DemoPolicyGlance, SaysWhatIsWantedAndWhy) {
  const auto glance = policy_in(
      R"([{"desiredReplicas":22,"reason":"at_target","currentSignals":[{"name":"arrivals","value":301.4,"target":17.0},)"
      R"({"name":"in_system","value":null,"quality":"missing","target":10}]}])");
  ASSERT_TRUE(glance);
  EXPECT_EQ(glance->desired, 22);
  EXPECT_EQ(policy_in(R"([{"maxReplicas":0,"desiredReplicas":0},{"maxReplicas":40,"desiredReplicas":7}])")->desired, 7)
      << "a Monitor scales nothing";
  EXPECT_EQ(glance->words, "at_target; arrivals 301 (17 a worker), in_system missing");
  for (const auto* bad : {"", "[]", "{}", "[{}]", "[1]", "no"}) EXPECT_FALSE(policy_in(bad)) << bad;
}

TEST(DemoView, FitsTheTerminalAndColoursOnlyWhenAsked) {
  DemoPicture picture;
  picture.act = "hold";
  picture.explanation = "the load stays";
  auto& ballast = picture.lanes[index_of(LaneKind::ballast)];
  ballast.answered = 1;
  ballast.p99_ms = 60;
  ballast.ready = 3;
  ballast.sick = 1;
  auto& fixed = picture.lanes[index_of(LaneKind::fixed)];
  fixed.failed = 12;
  fixed.p99_ms = 5'000;
  picture.fixed_plays = true;
  picture.deed = "the exporters say nothing";
  picture.decision = "20 s: 4 to 22 workers → " + std::string(200, 'x');
  const auto plain = live_block(picture, 40, 0, false);
  EXPECT_EQ(std::ranges::count(plain, '\n'), live_lines());
  EXPECT_EQ(plain.find("\x1b[3"), std::string::npos);
  std::size_t begin = 0;
  for (auto end = plain.find('\n'); end != std::string::npos; begin = end + 1, end = plain.find('\n', begin))
    EXPECT_LE(end - begin, 40 + std::string_view{"\r\x1b[K"}.size() + 2) << plain.substr(begin, end - begin);
  const auto coloured = live_block(picture, 200, live_lines(), true);
  EXPECT_THAT(coloured, HasSubstr("\x1b[31;1m  5000 ms\x1b[0m"));
  EXPECT_THAT(coloured, HasSubstr("\x1b[32;1m    60 ms\x1b[0m"));
  for (const auto* part : {"with Ballast", "HPA's rules", "KEDA's rules", "4 fixed", "3 ready, 1 sick",
                           "last deed: the exporters say nothing"})
    EXPECT_THAT(live_block(picture, 200, 0, false), HasSubstr(part));
  EXPECT_THAT(plain_line(picture), HasSubstr("fixed: p99 5000 ms, 0 workers, 12 failed"));
  EXPECT_THAT(plain_line(picture), HasSubstr("| the exporters say nothing\n"));
  picture.fixed_plays = false;
  EXPECT_THAT(live_block(picture, 200, 0, false), HasSubstr("4 fixed (over)"));
  EXPECT_EQ(plain_line(picture).find("fixed:"), std::string::npos);
}

}  // namespace
}  // namespace ballast
