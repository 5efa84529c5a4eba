#include "controller/journal/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/journal/codec.h"
#include "controller/journal/prose.h"
#include "tests/journal/life.h"
#include "tests/journal/support.h"
#include "tests/lossy_vfs/lossy_vfs.h"

namespace ballast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LocalTime summer(TimePoint) { return LocalTime{std::chrono::hours{2}, "CEST"}; }

class Replaying : public ::testing::Test {
 protected:
  std::unique_ptr<Journal> open() {
    JournalOptions options;
    options.path = "/journal.db";
    options.vfs = disk_.name();
    options.lock_folder = false;
    return std::move(*Journal::open(options, executor_));
  }
  /// Load rises to 80, is unknown for a while, falls, under two documents.
  void live() {
    for (int i = 0; i < 10; ++i) life_.tick(10 + 8 * i);
    for (int i = 0; i < 4; ++i) life_.tick(0, false);
    life_.use("target 10");
    life_.snapshot();
    for (int i = 0; i < 40; ++i) life_.tick(80 - 2 * i);
  }
  History& history() {
    history_ = std::move(*History::open("/journal.db", disk_.name()));
    return *history_;
  }

  LossyDisk disk_{"replay"};
  InlineExecutor executor_{};
  std::unique_ptr<Journal> journal_ = open();
  std::unique_ptr<History> history_{};
  Life life_{"shop/web", *journal_};
};

TEST_F(Replaying, TheLifeOfTheseTestsScalesBothWays) {
  live();
  std::int32_t most = 0;
  for (const Decision& decision : life_.decisions()) most = std::max(most, decision.replicas);
  EXPECT_EQ(most, 11);
  EXPECT_EQ(life_.decisions().back().replicas, 2);
}

TEST_F(Replaying, RecoveryGivesTheStateThatWasLostAtEveryTick) {
  for (int i = 0; i < 60; ++i) {
    life_.tick(i < 30 ? 4.0 * i : 240 - 4.0 * i, i % 7 != 3);
    if (i == 20) life_.use("target 9");
    const WorkloadState before = life_.state();
    life_.die_and_recover();
    ASSERT_EQ(life_.state(), before) << "tick " << i;
  }
}

TEST_F(Replaying, DecidesEveryTickAgainBitForBit) {
  live();
  const auto result = replay(history(), "shop/web", compile_life);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->frames, 54U);
  EXPECT_EQ(result->different, 0U);
  EXPECT_EQ(result->skipped, 0U);
  EXPECT_TRUE(result->clean());
  EXPECT_TRUE(replay_succeeds(*result, true));
  EXPECT_THAT(to_text(*result), HasSubstr("54 ticks decided again: 54 as then, 0 different, 0 skipped"));
  EXPECT_EQ(replay(history(), "shop/none", compile_life).error().code, Errc::not_found);
}

TEST_F(Replaying, ListsWhatAnotherVersionDecidesDifferently) {
  live();
  const auto stricter = [](const std::string& text, const std::string& name) {
    auto workload = compile_life(text, name);
    if (workload) workload->max_replicas = 9;  // as if a change of the code had done it
    return workload;
  };
  const auto result = replay(history(), "", stricter);
  ASSERT_TRUE(result);
  EXPECT_GT(result->different, 0U);
  EXPECT_FALSE(replay_succeeds(*result, true));
  EXPECT_TRUE(replay_succeeds(*result, false));
  ASSERT_FALSE(result->differences.empty());
  EXPECT_EQ(result->differences[0].now.replicas, 9);
  ASSERT_TRUE(result->differences[0].recorded);
  EXPECT_EQ(result->differences[0].recorded->replicas_after, 11);
  EXPECT_THAT(to_text(*result), HasSubstr("now 9 replicas"));
}

TEST_F(Replaying, SkipsWhatCannotBeCompiledAndStrictSaysSo) {
  live();
  const auto only_eight = [](const std::string& text, const std::string& name) -> Result<Workload> {
    if (text != "target 8") return Error{Errc::invalid, "unknown field"};
    return compile_life(text, name);
  };
  const auto result = replay(history(), "shop/web", only_eight);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->frames, 14U);
  EXPECT_EQ(result->skipped, 40U);
  EXPECT_FALSE(replay_succeeds(*result, true));
}

TEST_F(Replaying, ExplainsTheDecisionOfAnyTimeWithItsNumbers) {
  for (int i = 0; i < 4; ++i) life_.tick(16);
  life_.tick(40);
  const TimePoint then = life_.now();
  for (int i = 0; i < 5; ++i) life_.tick(40);
  const auto explanation = explain(history(), "shop/web", then + std::chrono::seconds{2}, compile_life);
  ASSERT_TRUE(explanation) << explanation.error().message;
  EXPECT_EQ(explanation->record.at, then);
  EXPECT_TRUE(explanation->kept);
  ASSERT_TRUE(explanation->known);
  EXPECT_TRUE(explanation->known->same);
  const std::string text = to_text(*explanation, summer);
  EXPECT_THAT(text, HasSubstr("shop/web at 2023-11-14 22:13:45 UTC (2023-11-15 00:13:45 CEST)\n2 → 5 replicas: "));
  EXPECT_THAT(text, HasSubstr("in_flight is 40, 2.5 times what 2 replicas carry at a target of 8: propose 5"));
  EXPECT_THAT(text, HasSubstr("the target was told 5"));
  EXPECT_THAT(text, HasSubstr("in_flight  40 (target 8)"));
  EXPECT_THAT(text, HasSubstr("bit for bit"));
  const auto json = nlohmann::json::parse(to_json(*explanation));
  EXPECT_EQ(json["at"], "2023-11-14T22:13:45.000000Z");
  EXPECT_EQ(json["replicasAfter"], 5);
  EXPECT_EQ(json["known"]["signals"][0]["value"], 40);
  EXPECT_EQ(json["steps"][0]["reason"], "AboveTarget");
  EXPECT_EQ(json["steps"][0]["numbers"]["ratio"], 2.5);
  EXPECT_EQ(json["steps"][0]["name"], "in_flight");
}

TEST_F(Replaying, ExplainsTheLastDecisionWhenNoTimeIsGiven) {
  life_.tick(16);
  life_.tick(40);
  const TimePoint then = life_.now();
  for (int i = 0; i < 5; ++i) life_.tick(40);
  const auto last = explain(history(), "shop/web", std::nullopt, compile_life);
  ASSERT_TRUE(last);
  EXPECT_GT(last->record.at, then);  // the first tick that stays at 5 has another reason
  EXPECT_EQ(last->record.replicas_after, 5);
  EXPECT_THAT(to_text(*last, summer), HasSubstr("stay at 5 replicas"));
}

TEST_F(Replaying, ExplainsFromTheRecordWhenTheDocumentIsGone) {
  live();
  const auto none = [](const std::string&, const std::string&) -> Result<Workload> {
    return Error{Errc::invalid, "line 3: unknown field"};
  };
  const auto explanation = explain(history(), "shop/web", std::nullopt, none);
  ASSERT_TRUE(explanation);
  EXPECT_FALSE(explanation->known);
  EXPECT_THAT(to_text(*explanation, summer), HasSubstr("cannot be read any more: line 3: unknown field"));
  EXPECT_EQ(explain(history(), "shop/none", std::nullopt, none).error().code, Errc::not_found);
  EXPECT_EQ(explain(history(), "shop/web", at_second(-1000), compile_life).error().code, Errc::not_found);
}

TEST_F(Replaying, ARecordIsALine) {
  life_.tick(16);
  life_.tick(40);
  const auto records = history().records("shop/web", TimePoint{}, TimePoint::max(), 1);
  ASSERT_TRUE(records);
  EXPECT_THAT(to_line(records->at(0)), HasSubstr("2023-11-14 22:13:30  shop/web  2 → 5  "));
}

TEST(Sentence, IsThereForEveryReasonAndNamesOnlyNumbersThatItHas) {
  const NameOf name = [](const Subject&) { return std::string("in_flight"); };
  for (std::uint16_t i = 0; i < kReasonCount; ++i) {
    Step step;
    step.reason = static_cast<Reason>(i);
    step.before = 3;
    step.after = 4;
    step.numbers = {1.5, 2.5, 3.5, 4.5};
    const std::string text = sentence(step, name);
    EXPECT_FALSE(text.empty());
    EXPECT_NE(text, info(step.reason).code) << "the text does not fit its arguments: " << info(step.reason).text;
    EXPECT_THAT(text, Not(HasSubstr("{")));
    const std::string_view named = info(step.reason).numbers;
    const auto count = named.empty() ? 0 : std::count(named.begin(), named.end(), ',') + 1;
    for (int n = static_cast<int>(count); n < 4; ++n)
      EXPECT_THAT(text, Not(HasSubstr(number_text(n + 1.5)))) << "a number that the table does not name";
  }
}

TEST(NumberText, IsShortAndKeepsWhatIsBeforeThePoint) {
  EXPECT_EQ(number_text(96), "96");
  EXPECT_EQ(number_text(0.9375), "0.9375");
  EXPECT_EQ(number_text(1.0 / 3), "0.3333");
  EXPECT_EQ(number_text(12345.6), "12346");
  EXPECT_EQ(number_text(-0.5), "-0.5");
}

TEST(Names, AreNeverGivenTwice) {
  MemberNames names;
  names.add(MemberName{MemberId{3}, "web-3"});
  EXPECT_EQ(names.next(), MemberId{4});
  names.forget(MemberId{3});
  EXPECT_EQ(names.id_of("web-3"), std::nullopt);
  EXPECT_EQ(names.next(), MemberId{4});
  names.add(MemberName{MemberId{4}, "web-3"});
  EXPECT_EQ(names.id_of("web-3"), MemberId{4});
  EXPECT_EQ(names.name_of(MemberId{3}), "");
}

TEST(Explain, TellsWhichSchedulesWereOpenAndByWhichTzdata) {
  Explanation explanation;
  explanation.known = Known{.schedules = {"office", "sale"}, .tzdata = "2026a"};
  const auto utc = [](TimePoint) { return LocalTime{}; };
  EXPECT_NE(to_text(explanation, utc).find("schedules  office, sale open by the clock; tzdata 2026a"),
            std::string::npos)
      << to_text(explanation, utc);
  EXPECT_NE(to_json(explanation).find("\"tzdata\": \"2026a\""), std::string::npos);
}

}  // namespace
}  // namespace ballast
