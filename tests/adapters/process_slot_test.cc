// What the process scaler decides without asking anybody: backoff, readiness, room on the host, what people are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "adapters/process/notes.h"
#include "adapters/process/proc.h"
#include "adapters/process/records.h"
#include "adapters/process/room.h"
#include "adapters/process/slot.h"

namespace ballast {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kStart{seconds{1'700'000'000}};

TEST(RestartDelay, DoublesUpToItsMost) {
  const RestartBackoff backoff{seconds{1}, seconds{10}};
  EXPECT_EQ(restart_delay(backoff, 1), seconds{1});
  EXPECT_EQ(restart_delay(backoff, 2), seconds{2});
  EXPECT_EQ(restart_delay(backoff, 4), seconds{8});
  EXPECT_EQ(restart_delay(backoff, 5), seconds{10});
  EXPECT_EQ(restart_delay(backoff, std::numeric_limits<std::int32_t>::max()), seconds{10});
}

Slot slot_with_worker(TimePoint started) {
  Slot slot;
  slot.worker = Worker{.token = {.name = "web-3", .port = 9001}, .started = started, .since = started};
  return slot;
}

TEST(Bury, CountsDeathsUntilTenGoodMinutes) {
  const RestartBackoff backoff{seconds{1}, minutes{5}};
  Slot slot = slot_with_worker(kStart);
  slot.failures = 3;
  bury(slot, backoff, "why", kStart + minutes{9});
  EXPECT_EQ(slot.failures, 4);
  EXPECT_EQ(slot.retry_at, kStart + minutes{9} + seconds{8});
  EXPECT_EQ(slot.problem, "why");
  EXPECT_EQ(slot.dead, (ScaledMember{"web-3", "127.0.0.1:9001", MemberState::failed, kStart + minutes{9}, kStart}));

  Slot good = slot_with_worker(kStart);
  good.failures = 3;
  bury(good, backoff, "why", kStart + minutes{10});
  EXPECT_EQ(good.failures, 1);
  bury(good, backoff, "it cannot even be spawned", kStart + minutes{11});
  EXPECT_EQ(good.failures, 2);
  EXPECT_EQ(good.dead->name, "web-3");
}

TEST(JudgeReady, NeedsItsThresholds) {
  const ReadyCheck check{.success_threshold = 2, .failure_threshold = 2};
  Slot slot = slot_with_worker(kStart);
  Worker& worker = *slot.worker;
  const auto answer = [&](bool good, seconds after) {
    worker.ready.count(good);
    judge_ready(worker, check, kStart + after);
    return worker.state;
  };
  EXPECT_EQ(answer(true, seconds{1}), MemberState::starting);
  EXPECT_EQ(answer(false, seconds{2}), MemberState::starting);
  EXPECT_EQ(answer(true, seconds{3}), MemberState::starting);
  EXPECT_EQ(answer(true, seconds{4}), MemberState::ready);
  EXPECT_EQ(answer(false, seconds{5}), MemberState::ready);
  EXPECT_EQ(worker.since, kStart + seconds{4});
  EXPECT_EQ(answer(false, seconds{6}), MemberState::unready);
  EXPECT_EQ(answer(true, seconds{7}), MemberState::unready);
  EXPECT_EQ(answer(true, seconds{8}), MemberState::ready);
  EXPECT_EQ(worker.first_ready, kStart + seconds{4});
}

TEST(JudgeReady, TrustsTheFirstGoodAnswerOfAWorkerThatWasFound) {
  const ReadyCheck check{.success_threshold = 5};
  Slot slot = slot_with_worker(kStart);
  slot.worker->adopted = true;
  slot.worker->ready.count(true);
  judge_ready(*slot.worker, check, kStart);
  EXPECT_EQ(slot.worker->state, MemberState::ready);
}

TEST(JudgeReady, DoesNotBringBackOneThatMustEnd) {
  Slot slot = slot_with_worker(kStart);
  slot.worker->become(MemberState::stopping, kStart);
  slot.worker->kill_at = kStart + seconds{10};
  slot.worker->ready.count(true);
  judge_ready(*slot.worker, ReadyCheck{}, kStart);
  EXPECT_EQ(slot.worker->state, MemberState::stopping);
}

TEST(LowestFreePort, SkipsWorkersAndStrangers) {
  std::set<std::uint16_t> occupied;
  const auto is_free = [](std::uint16_t port) { return port != 9002; };
  EXPECT_EQ(lowest_free_port({9001, 9003}, {}, is_free, occupied), 9001);
  EXPECT_TRUE(occupied.empty());
  EXPECT_EQ(lowest_free_port({9001, 9003}, {9001}, is_free, occupied), 9003);
  EXPECT_EQ(occupied, std::set<std::uint16_t>{9002});
  EXPECT_EQ(lowest_free_port({9001, 9003}, {9001, 9003}, is_free, occupied), std::nullopt);
  EXPECT_EQ(lowest_free_port({65535, 65535}, {65535}, is_free, occupied), std::nullopt);
}

struct Fit {
  std::string name{};
  MemoryNeeds needs{};
  std::int64_t workers = 0;
};
class WorkersThatFit : public testing::TestWithParam<Fit> {};
TEST_P(WorkersThatFit, LeaveTheReserveWhole) { EXPECT_EQ(workers_that_fit(GetParam().needs), GetParam().workers); }

INSTANTIATE_TEST_SUITE_P(
    All, WorkersThatFit,
    testing::Values(Fit{"NoReserve", {.available = 1, .per_worker = 100}, std::numeric_limits<std::int64_t>::max()},
                    Fit{"Three", {.available = 1399, .reserve = 1000, .per_worker = 100}, 3},
                    Fit{"Exactly", {.available = 1100, .reserve = 1000, .per_worker = 100}, 1},
                    Fit{"None", {.available = 1099, .reserve = 1000, .per_worker = 100}, 0},
                    Fit{"BelowTheReserve", {.available = 10, .reserve = 1000, .per_worker = 100}, 0},
                    Fit{"StartingOnesWillGrow",
                        {.available = 1399, .reserve = 1000, .per_worker = 100, .starting = {10, 0, 500}},
                        2},
                    Fit{"NothingKnownOneAtATime", {.available = 2000, .reserve = 1000}, 1},
                    Fit{"NothingKnownAndOneStarts", {.available = 2000, .reserve = 1000, .starting = {0}}, 0}),
    [](const auto& test) { return test.param.name; });

TEST(Median, IsTheValueInTheMiddle) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({9, 1, 5, 7}), 7);
}

TEST(Generation, ChangesWithWhatAWorkerIsMadeFromAndWithNothingElse) {
  const ProcessTarget base{.command = {"a", "b"}};
  const auto differs = [&](auto change) {
    ProcessTarget other = base;
    change(other);
    return generation_of(other) != generation_of(base);
  };
  EXPECT_TRUE(differs([](ProcessTarget& t) { t.command = {"ab"}; }));
  EXPECT_TRUE(differs([](ProcessTarget& t) { t.environment = {{"A", ""}}; }));
  EXPECT_TRUE(differs([](ProcessTarget& t) { t.user = "x"; }));
  EXPECT_TRUE(differs([](ProcessTarget& t) { t.working_directory = "/x"; }));
  EXPECT_TRUE(differs([](ProcessTarget& t) { t.environment_file = "/x"; }));
  EXPECT_TRUE(differs([](ProcessTarget& t) { t.memory_max = Quantity{1}; }));
  EXPECT_FALSE(differs([](ProcessTarget& t) { t.ports = "1-2"; }));
  EXPECT_FALSE(differs([](ProcessTarget& t) { t.stop_timeout = {}; }));
}

TEST(Note, SaysEachThingOnceAndFiveAtMost) {
  std::vector<Slot> slots;
  EXPECT_EQ(compose_note(slots, 0, "no port", "", kStart), "");  // nobody waits
  for (int i = 0; i < 9; ++i) slots.push_back(Slot{.retry_at = kStart + seconds{3}, .problem = "the same"});
  EXPECT_EQ(compose_note(slots, 0, "no port", "", kStart), "the same; next try in 3s");
  EXPECT_EQ(compose_note(slots, 0, "no port", "disk", kStart + seconds{3}), "disk. 9 not started: no port. the same");
  for (Slot& slot : slots) slot.problem += std::to_string(&slot - slots.data());
  const std::string many = compose_note(slots, 0, "", "", kStart + seconds{3});
  EXPECT_EQ(many, "the same0. the same1. the same2. the same3. the same4");
}

TEST(Note, IsSilentAboutThePastOfAReadyWorker) {
  std::vector<Slot> slots;
  slots.push_back(slot_with_worker(kStart));
  slots[0].problem = "died once";
  EXPECT_EQ(compose_note(slots, 0, "", "", kStart), "died once");
  slots[0].worker->become(MemberState::ready, kStart);
  EXPECT_EQ(compose_note(slots, 0, "", "", kStart), "");
  EXPECT_THAT(compose_note(slots, 1, "", "", kStart), testing::HasSubstr("1 run with an older version"));
}

TEST(DeathNote, NamesTheWorkerTheEndAndTheLog) {
  Slot slot = slot_with_worker(kStart);
  Worker& worker = *slot.worker;
  EXPECT_EQ(death_note(worker, Ending{false, 3}, "/l", kStart + milliseconds{200}),
            "web-3 exited with status 3 after 200ms, see /l");
  EXPECT_EQ(death_note(worker, std::nullopt, "/l", kStart + seconds{90}), "web-3 ended after 1m30s, see /l");
  worker.condemned = "3 live checks failed";
  EXPECT_EQ(death_note(worker, Ending{true, 15}, "/l", kStart), "web-3 was stopped: 3 live checks failed");
  worker.start_failure = "no such user";
  EXPECT_EQ(death_note(worker, Ending{false, 200}, "/l", kStart), "web-3 could not be started: no such user");
}

TEST(Records, AreReadAsTheyWereWritten) {
  const Records records{
      .boot = "b-1",
      .next = 12,
      .workers = {{.scope = "s",
                   .policy_namespace = "n",
                   .policy = "p",
                   .name = "p-11",
                   .port = 1,
                   .pid = 2,
                   .start_ticks = 3}},
      .told = 4,
      .slots = {{.worker = "p-11", .failures = 2, .leaving = true}, {.failures = 7, .retry_at = kStart}}};
  EXPECT_EQ(parse_records(to_string(records)), records);
  const Records damaged = parse_records("garbage\nnext -5\nworker 1/2\nnext 7x\n\0next");
  EXPECT_EQ(damaged.next, 7);
  EXPECT_TRUE(damaged.workers.empty());
  EXPECT_EQ(parse_records("told -1\nslot\nslot p-1\nslot p-1 -2 3 stays\nslot - 1 x stays"), Records{});
  EXPECT_EQ(parse_records(""), Records{});
}

TEST(MemoryInfo, IsReadInBytes) {
  const std::string text = "MemTotal:       2048 kB\nMemAvailable:    1024 kB\nHugePages_Total:       0\n";
  EXPECT_EQ(parse_meminfo(text, "MemAvailable"), 1 << 20);
  EXPECT_EQ(parse_meminfo(text, "Mem"), std::nullopt);
  EXPECT_EQ(parse_meminfo(text, "HugePages_Total"), std::nullopt);
  EXPECT_EQ(parse_meminfo("", "MemAvailable"), std::nullopt);
}

}  // namespace
}  // namespace ballast
