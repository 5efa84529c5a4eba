// Every vector of tests/data/golden, and that the comparison can tell: a vector that is changed a little is different.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/vectors/vectors.h"

namespace ballast::vectors {
namespace {

using nlohmann::json;

const std::string kFolder = std::string{BALLAST_SOURCE_DIR} + "/tests/data/golden";

std::vector<json> lines_of(const std::string& group, std::size_t most = std::string::npos) {
  auto lines = read_group(kFolder, group);
  if (!lines) {
    ADD_FAILURE() << lines.error().message;
    return {};
  }
  lines->resize(std::min(lines->size(), most));
  return std::move(*lines);
}

class Golden : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(Golden, EveryVectorIsAnsweredAsTheOriginalDoes) {
  const auto [group, count] = GetParam();
  const Compared compared = compare_group(group, lines_of(group));
  for (const std::string& different : compared.differences) ADD_FAILURE() << different;
  EXPECT_EQ(compared.equal, count);
  std::printf("golden: %s\n", summary({compared}).c_str());
}
INSTANTIATE_TEST_SUITE_P(Groups, Golden,
                         testing::Values(std::pair{"cron", std::size_t{238}},
                                         std::pair{"hpa_replica", std::size_t{2073}},
                                         std::pair{"hpa_timeline", std::size_t{437}},
                                         std::pair{"quantity", std::size_t{276}},
                                         std::pair{"quantity_new", std::size_t{74}}),
                         [](const auto& group) { return group.param.first; });

/// How many of a group's lines are still called equal after a change of what is expected.
template <class Change>
std::size_t equal_after(const std::string& group, std::vector<json> lines, Change change) {
  std::vector<json> changed;
  for (json& line : lines)
    if (change(line)) changed.push_back(line);
  EXPECT_GT(changed.size(), 20U);
  return compare_group(group, changed).equal;
}

TEST(GoldenComparison, SeesEachChangedAnswerOfTheReplicaCalculator) {
  const std::vector<json> lines = lines_of("hpa_replica", 200);
  for (const char* key : {"replicas", "utilization", "raw_average"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(equal_after("hpa_replica", lines,
                          [&](json& line) {
                            json& expected = line.at("expect");
                            if (!expected.contains(key)) return false;
                            expected[key] = expected[key].get<std::int64_t>() + 1;
                            return true;
                          }),
              0U);
  }
  EXPECT_EQ(equal_after("hpa_replica", lines,
                        [](json& line) {
                          json& named = line["expect"]["error_class"];
                          named = named == "none" ? "no_pods" : "none";
                          return true;
                        }),
            0U);
}

TEST(GoldenComparison, SeesAChangeOfAnyLastStepOfATimeline) {
  const std::vector<json> lines = lines_of("hpa_timeline", 30);
  for (const char* key : {"scaled_to", "status_current", "status_desired", "last_scale_t_ms"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(equal_after("hpa_timeline", lines,
                          [&](json& line) {
                            json& told = line["steps"].back()["expect"][key];
                            told = told.is_null() ? json{1} : json{told.get<std::int64_t>() + 1};
                            return true;
                          }),
              0U);
  }
  for (const char* from : {"True", "@"}) {  // a condition's value, and its time
    SCOPED_TRACE(from);
    EXPECT_EQ(equal_after("hpa_timeline", lines,
                          [&](json& line) {
                            auto text = line["steps"].back()["expect"]["conditions"].front().get<std::string>();
                            const auto at = text.find(from);
                            if (at == std::string::npos) return false;
                            line["steps"].back()["expect"]["conditions"].front() = text.insert(at + 1, "1");
                            return true;
                          }),
              0U);
  }
  EXPECT_EQ(equal_after("hpa_timeline", lines,
                        [](json& line) {
                          line["steps"].back()["expect"]["conditions"].erase(0);
                          return true;
                        }),
            0U);
}

TEST(GoldenComparison, SeesEachChangedAnswerOfTheFormats) {
  for (const char* key : {"string", "canonical", "format", "sign"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(equal_after("quantity", lines_of("quantity"),
                          [&](json& line) {
                            if (!line.at("ok").get<bool>()) return false;
                            line[key] = line[key].is_string() ? json{"7"} : json{7};
                            return true;
                          }),
              0U);
  }
  EXPECT_EQ(equal_after("cron", lines_of("cron"),
                        [](json& line) {
                          if (line.value("next_unix", json::array()).empty()) return false;
                          line["next_unix"].back() = line["next_unix"].back().get<std::int64_t>() + 60;
                          return true;
                        }),
            0U);
  EXPECT_EQ(equal_after("quantity_new", lines_of("quantity_new"),
                        [](json& line) {
                          line["milli"] = line["milli"].get<std::int64_t>() ^ 1;
                          return true;
                        }),
            0U);
}

TEST(GoldenComparison, CallsAMalformedVectorDifferent) {
  const Compared compared = compare_group("hpa_replica", {json{{"id", "x"}}, json{{"id", "y"}, {"fn", 3}}});
  EXPECT_EQ(compared.equal, 0U);
  ASSERT_EQ(compared.differences.size(), 2U);
  EXPECT_NE(compared.differences[0].find("x: malformed"), std::string::npos);
  EXPECT_EQ(compare_group("unheard_of", {json::object()}).differences.size(), 1U);
}

/// A folder of its own for each test.
class GoldenFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              (std::string{"ballast-golden-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream{folder_ / name} << text; }
  [[nodiscard]] Result<std::vector<Compared>> compared() const { return compare_folder(folder_.string()); }

  std::filesystem::path folder_{};
};

TEST_F(GoldenFolder, WithoutAnyGroupIsAnError) {
  write("README.md", "nothing");
  ASSERT_FALSE(compared());
  EXPECT_EQ(compared().error().code, Errc::not_found);
  EXPECT_FALSE(compare_folder(folder_.string() + "/nowhere"));
}

TEST_F(GoldenFolder, WithAnEmptyGroupIsAnError) {
  write("cron.jsonl", "\n");
  ASSERT_FALSE(compared());
  EXPECT_NE(compared().error().message.find("has no vectors"), std::string::npos);
}

TEST_F(GoldenFolder, WithABrokenFileIsAnError) {
  write("quantity_new.jsonl", "{\"id\":\"a\",\"milli\":1,\"format\":\"DecimalSI\",\"string\":\"1m\"}\nnonsense\n");
  ASSERT_FALSE(compared());
  EXPECT_NE(compared().error().message.find("quantity_new.jsonl:2"), std::string::npos);
  std::filesystem::copy(kFolder + "/hpa_replica.jsonl.gz", folder_ / "hpa_replica.jsonl.gz");
  std::filesystem::remove(folder_ / "quantity_new.jsonl");
  std::filesystem::resize_file(folder_ / "hpa_replica.jsonl.gz", 100'000);
  ASSERT_FALSE(compared());
  EXPECT_EQ(compared().error().code, Errc::invalid);
}

TEST_F(GoldenFolder, CountsEachGroupThatItHas) {
  write("quantity_new.jsonl",
        "{\"id\":\"a\",\"milli\":1,\"format\":\"DecimalSI\",\"string\":\"1m\"}\n"
        "{\"id\":\"b\",\"milli\":1,\"format\":\"DecimalSI\",\"string\":\"2m\"}");
  const auto groups = compared();
  ASSERT_TRUE(groups);
  EXPECT_EQ(summary(*groups), "quantity_new 1 equal, 1 different; total 1 equal, 1 different");
  EXPECT_EQ(groups->front().differences.front(), "b: string: is \"1m\", not \"2m\"; ");
}

}  // namespace
}  // namespace ballast::vectors
