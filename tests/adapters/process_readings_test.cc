// What is read of workers: of real ones from the real /proc, and what is said when /proc is not as it should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <utility>

#include "adapters/process/proc.h"
#include "adapters/process/readings.h"
#include "tests/adapters/process_rig.h"
#include "tests/io/run_task.h"
#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kMegabyte = 1 << 20;

Request ask_for(const std::string& policy, Duration deadline = kPatience) {
  Request request{.channel = Channel::workers, .url = "workers://" + policy};
  request.deadline = deadline;
  return request;
}

#ifdef BALLAST_SANITIZED  // the worker has the sanitizer's shadow too
constexpr std::int64_t kWithTheProgram = 512 * kMegabyte;
#else
constexpr std::int64_t kWithTheProgram = 96 * kMegabyte;
#endif

class WorkerReadings : public testing::Test {
 protected:
  void begin(std::vector<std::string> arguments, std::int32_t replicas) {
    ProcessHost host = rig_.host();
    host.roster = &roster_;
    ProcessTarget target = ProcessRig::target(std::move(arguments));
    target.command.push_back(rig_.path("{name}"));
    rig_.bind(std::move(target), std::move(host));
    ASSERT_TRUE(rig_.scale(replicas));
    rig_.until("all ready", all_ready(replicas));
  }
  Result<Response> fetch(Request request) { return run_task(rig_.loop(), readings_->fetch(std::move(request))); }
  std::vector<WorkerFacts> facts() {
    const auto answer = fetch(ask_for("shop/web"));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->workers : std::vector<WorkerFacts>();
  }

  Roster roster_{};
  ProcessRig rig_{};
  std::unique_ptr<Executor> executor_ = rig_.loop().make_executor();
  std::unique_ptr<Fetcher> readings_ = make_worker_readings(rig_.loop(), *executor_, roster_);
};

TEST_F(WorkerReadings, AreTheCpuMemoryAndDescriptorsThatWorkersUse) {
  begin({"use", "20", "64", "100"}, 2);
  const std::string open = rig_.content("web-1");
  rig_.content("web-2");
  const auto first = facts();
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].member, "web-1");
  EXPECT_EQ(first[1].member, "web-2");
  EXPECT_EQ(first[0].pid, rig_.running()[0].pid);
  for (const WorkerFacts& worker : first) {
    EXPECT_GE(worker.resident_bytes, 64 * kMegabyte);
    EXPECT_LT(worker.resident_bytes, kWithTheProgram);
    EXPECT_EQ(worker.descriptors, std::stoi(open)) << "as it counts itself";
    EXPECT_GE(*worker.descriptors, 103);
    EXPECT_GT(worker.age, 0s);
    EXPECT_LT(worker.age, kPatience);
  }
  auto last = first;
  for (const TimePoint limit = rig_.loop().now() + kPatience; rig_.loop().now() < limit;) {
    rig_.run_for(100ms);
    last = facts();
    ASSERT_THAT(last, SizeIs(2));
    if (last[0].cpu - first[0].cpu >= 200ms) break;
  }
  EXPECT_GE(last[0].cpu - first[0].cpu, 200ms);
  EXPECT_LE(last[0].cpu - first[0].cpu, last[0].age - first[0].age + 20ms) << "one thread: at most one core";
  EXPECT_EQ(last[0].start_ticks, first[0].start_ticks);
}

TEST_F(WorkerReadings, LeaveOutWhoHasEndedOrIsAnotherByNow) {
  begin({"use", "0", "1", "0"}, 2);
  const RunningWorker victim = rig_.running()[0];
  const auto entries = roster_.workers_of("shop/web");
  ASSERT_TRUE(entries);
  ASSERT_THAT(*entries, SizeIs(2));
  kill(victim.pid, SIGKILL);
  ASSERT_TRUE(rig_.ends(victim.pid));
  for (const WorkerFacts& worker : facts()) EXPECT_NE(worker.pid, victim.pid);
  // Before its scaler has heard of it.
  EXPECT_EQ(read_worker((*entries)[0], "/proc"), std::optional<WorkerFacts>());
  RosterEntry reused = (*entries)[1];
  EXPECT_NE(read_worker(reused, "/proc"), std::optional<WorkerFacts>());
  ++reused.start_ticks;
  EXPECT_EQ(read_worker(reused, "/proc"), std::optional<WorkerFacts>());
}

TEST_F(WorkerReadings, FollowTheScalerWhenItIsMadeAnew) {
  begin({"use", "0", "1", "0"}, 1);
  const auto before = facts();
  ASSERT_THAT(before, SizeIs(1));
  begin({"use", "0", "1", "0"}, 1);
  const auto after = facts();
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].pid, before[0].pid);
  rig_.drop();
  const auto answer = fetch(ask_for("shop/web"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
}

TEST_F(WorkerReadings, AreOfPoliciesThatAScalerOfThisHostLooksAfter) {
  begin({"use", "0", "1", "0"}, 0);
  EXPECT_THAT(facts(), IsEmpty()) << "nobody is there: no error here";
  const auto unknown = fetch(ask_for("shop/checkout"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
  EXPECT_THAT(unknown.error().message, HasSubstr("workers://shop/checkout: no scaler of this host"));
  Request other = ask_for("shop/web");
  other.channel = Channel::http;
  EXPECT_EQ(fetch(other).error().code, Errc::invalid);
  other = ask_for("shop/web");
  other.url = "http://shop/web";
  EXPECT_EQ(fetch(other).error().code, Errc::invalid);
}

/// Keeps its work until somebody has it done.
class SlowExecutor final : public Executor {
 public:
  void run(std::function<void()> work, std::function<void()> done) override {
    pieces_.emplace_back(std::move(work), std::move(done));
  }
  void work() {
    for (auto& [work, done] : std::exchange(pieces_, {})) {
      work();
      done();
    }
  }

 private:
  std::deque<std::pair<std::function<void()>, std::function<void()>>> pieces_{};
};

TEST_F(WorkerReadings, EndAtTheirDeadlineThoughTheKernelGoesOn) {
  begin({"use", "0", "1", "0"}, 1);
  SlowExecutor slow;
  readings_ = make_worker_readings(rig_.loop(), slow, roster_);
  const auto answer = fetch(ask_for("shop/web", 50ms));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timeout);
  EXPECT_THAT(answer.error().message, HasSubstr("workers://shop/web: reading /proc took longer than 0.05 s"));
  slow.work();  // what nobody waits for any more hurts nobody
}

/// A /proc as a test says.
class ProcFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(proc_ / "7" / "fd");
    write_text((proc_ / "uptime").string(), "100.50 12.00\n");
    write_text((proc_ / "7" / "stat").string(), stat('S'));
    for (const char* name : {"0", "1", "2", "17"}) write_text((proc_ / "7" / "fd" / name).string(), "");
  }
  static std::string stat(char state) {
    const auto ticks = sysconf(_SC_CLK_TCK);
    return "7 (a worker) " + std::string(1, state) + " 1 7 7 0 -1 0 1 2 3 4 " + std::to_string(2 * ticks) + " " +
           std::to_string(ticks) + " 5 6 20 0 1 0 " + std::to_string(90 * ticks) + " 1000 3 4\n";
  }
  [[nodiscard]] Result<std::optional<WorkerFacts>> read() const { return read_worker(worker_, proc_); }
  void expect_failure(Errc code, const std::string& message) const {
    const auto facts = read();
    ASSERT_FALSE(facts) << message;
    EXPECT_EQ(facts.error().code, code) << facts.error().message;
    EXPECT_THAT(facts.error().message, HasSubstr(message));
  }

  TemporaryFolder temporary_{"proc"};
  const std::filesystem::path& proc_ = temporary_.path();
  RosterEntry worker_{.name = "web-1", .pid = 7, .start_ticks = static_cast<std::uint64_t>(90 * sysconf(_SC_CLK_TCK))};
};

TEST_F(ProcFolder, IsReadInSecondsBytesAndDescriptors) {
  const auto facts = read();
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(*facts, (WorkerFacts{.member = "web-1",
                                 .pid = 7,
                                 .start_ticks = worker_.start_ticks,
                                 .age = 10'500ms,
                                 .cpu = 3s,
                                 .resident_bytes = 3 * sysconf(_SC_PAGESIZE),
                                 .descriptors = 4}));
}

TEST_F(ProcFolder, ThatIsNotThereOrNotReadableIsAFailureWithAName) {
  write_text((proc_ / "7" / "stat").string(), "7 (a worker) S 1 7 7 0 -1 0 1 2 3 4 200");
  expect_failure(Errc::invalid, "/7/stat: holds nothing that proc(5) knows");
  std::filesystem::remove(proc_ / "7" / "stat");
  std::filesystem::create_symlink("stat", proc_ / "7" / "stat");
  expect_failure(Errc::unavailable, "/7/stat: Too many levels of symbolic links");
  std::filesystem::remove(proc_ / "7" / "stat");
  write_text((proc_ / "7" / "stat").string(), stat('S'));
  std::filesystem::remove_all(proc_ / "7" / "fd");
  write_text((proc_ / "7" / "fd").string(), "");
  expect_failure(Errc::unavailable, "/7/fd: Not a directory");
  write_text((proc_ / "uptime").string(), "soon\n");
  expect_failure(Errc::invalid, "/uptime: holds nothing that proc(5) knows");
  std::filesystem::remove(proc_ / "uptime");
  expect_failure(Errc::unavailable, "/uptime: not there");
}

TEST_F(ProcFolder, WithoutTheProcessSaysThatItHasEnded) {
  for (const char state : {'Z', 'X'}) {
    write_text((proc_ / "7" / "stat").string(), stat(state));
    EXPECT_EQ(read(), std::optional<WorkerFacts>()) << state;
  }
  write_text((proc_ / "7" / "stat").string(), stat('R'));
  EXPECT_NE(read(), std::optional<WorkerFacts>());
  std::filesystem::remove_all(proc_ / "7");
  EXPECT_EQ(read(), std::optional<WorkerFacts>());
}

/// Nothing is denied to root: as somebody else, until the end.
class AsNobody {
 public:
  AsNobody() {
    if (was_ == 0) {
      EXPECT_EQ(seteuid(65534), 0);
    }
  }
  ~AsNobody() { EXPECT_EQ(seteuid(was_), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  uid_t was_ = geteuid();
};

TEST_F(ProcFolder, OfAnotherUserTellsEverythingButDescriptors) {
  std::filesystem::permissions(proc_, std::filesystem::perms{0755});
  std::filesystem::permissions(proc_ / "7" / "fd", std::filesystem::perms::none);
  Result<std::optional<WorkerFacts>> facts = std::optional<WorkerFacts>();
  {
    const AsNobody nobody;
    facts = read();
  }
  std::filesystem::permissions(proc_ / "7" / "fd", std::filesystem::perms::owner_all);
  ASSERT_TRUE(facts && *facts);
  EXPECT_EQ((*facts)->descriptors, std::nullopt);
  EXPECT_EQ((*facts)->cpu, 3s);
}

TEST_F(ProcFolder, ThatMayNotBeReadIsDeniedAndNotEmpty) {
  std::filesystem::permissions(proc_, std::filesystem::perms{0755});
  std::filesystem::permissions(proc_ / "7" / "stat", std::filesystem::perms::none);
  const AsNobody nobody;
  expect_failure(Errc::denied, "/7/stat: Permission denied");
}

TEST(Roster, KnowsThoseWhoseScalerLivesAndOfSeveralTheLatest) {
  Roster roster;
  EXPECT_EQ(roster.workers_of("shop/web"), std::nullopt);
  const auto one = [](const std::string& name) { return [name] { return std::vector{RosterEntry{.name = name}}; }; };
  Roster::Place first = roster.enter("shop/web", one("a"));
  const Roster::Place other = roster.enter("shop/checkout", one("c"));
  Roster::Place second = roster.enter("shop/web", one("b"));
  EXPECT_EQ(roster.workers_of("shop/web")->at(0).name, "b");
  second.reset();
  EXPECT_EQ(roster.workers_of("shop/web")->at(0).name, "a");
  first.reset();
  EXPECT_EQ(roster.workers_of("shop/web"), std::nullopt);
  EXPECT_EQ(roster.workers_of("shop/checkout")->at(0).name, "c");
}

}  // namespace
}  // namespace ballast
