// The pages of the repository tell the truth: documents in them are valid, paths and make targets in them exist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/lints/run.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in{path};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> pages() {
  std::vector<fs::path> result{"README.md", "CONTRIBUTING.md"};
  for (const auto& entry : fs::recursive_directory_iterator{"docs"}) {
    if (entry.path().extension() == ".md") result.push_back(entry.path());
  }
  return result;
}

struct Block {
  std::string language{};
  std::string text{};
};

/// The fenced blocks of a page, in order.
std::vector<Block> blocks(const std::string& page) {
  std::vector<Block> result;
  std::istringstream in{page};
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      if (!inside) result.push_back(Block{.language = line.substr(3)});
      inside = !inside;
    } else if (inside) {
      result.back().text += line + "\n";
    }
  }
  return result;
}

std::vector<std::string> all_matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> result;
  for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at) result.push_back((*at)[1]);
  return result;
}

TEST(Docs, BlocksAreFoundWithTheirLanguage) {
  const auto found = blocks("a\n```yaml\nb: 1\n```\n```\nc\n```\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].language, "yaml");
  EXPECT_EQ(found[0].text, "b: 1\n");
  EXPECT_EQ(found[1].language, "");
}

TEST(Docs, PathsInThemExist) {
  const std::regex path{
      "`((?:core|formats|policies|io|probes|adapters|controller|tests|tools|docs|examples|cmake)/"
      "[A-Za-z0-9_./-]*)`"};
  std::size_t seen = 0;
  for (const auto& page : pages()) {
    for (const auto& named : all_matches(text_of(page), path)) {
      ++seen;
      EXPECT_TRUE(fs::exists(named)) << page << " names " << named;
    }
  }
  EXPECT_GT(seen, 10U);
}

TEST(Docs, MakeTargetsInThemExist) {
  const std::string makefile = text_of("Makefile");
  std::size_t seen = 0;
  for (const auto& page : pages()) {
    for (const auto& target : all_matches(text_of(page), std::regex{"(?:`|\\n)make ([a-z-]+)"})) {
      ++seen;
      EXPECT_THAT(makefile, testing::HasSubstr("\n" + target + ":")) << page << " names make " << target;
    }
  }
  EXPECT_GT(seen, 5U);
}

TEST(Docs, EveryFormatHasAFuzzTargetWithACorpusAsTheyPromise) {
  std::string targets;
  for (const auto& entry : fs::directory_iterator{"tests/fuzz"}) {
    if (entry.path().extension() != ".cc") continue;
    targets += text_of(entry.path());
    const std::string name = entry.path().stem().string();
    const fs::path corpus = fs::path{"tests/fuzz/corpus"} / name.substr(0, name.rfind("_fuzz"));
    EXPECT_TRUE(fs::is_directory(corpus) && !fs::is_empty(corpus)) << corpus;
  }
  for (const auto& entry : fs::directory_iterator{"formats"}) {
    if (entry.path().extension() != ".h") continue;
    const std::string name = entry.path().stem().string();
    EXPECT_TRUE(fs::exists("tests/fuzz/" + name + "_fuzz.cc") ||
                targets.find("#include \"formats/" + name + ".h\"") != std::string::npos)
        << name;
  }
}

/// `Suite.Name` of each TEST, and the names of the scenarios.
std::set<std::string> tests_there_are() {
  const std::regex test{R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))"};
  const std::regex scenario{R"re(\{"(\w+)", ")re"};
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator{"tests"}) {
    if (entry.path().extension() != ".cc") continue;
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator at{text.begin(), text.end(), test}, end; at != end; ++at)
      found.insert((*at)[1].str() + "." + (*at)[2].str());
    if (!entry.path().filename().string().starts_with("scenarios_")) continue;
    for (const auto& name : all_matches(text, scenario)) found.insert(name);
  }
  return found;
}

TEST(Docs, TestsThatShowWhatHappensExist) {
  const auto there = tests_there_are();
  const std::string page = text_of("docs/operations.md");
  const auto begin = page.find("## What happens when");
  ASSERT_NE(begin, std::string::npos);
  std::istringstream section{page.substr(begin, page.find("\n## ", begin) - begin)};
  std::size_t rows = 0;
  for (std::string line; std::getline(section, line);) {
    if (!line.starts_with("| ") || line.starts_with("| what comes in")) continue;
    ++rows;
    const auto shown_by = line.rfind(" | ", line.size() - 3);
    const auto named = all_matches(line.substr(shown_by), std::regex{"`([^`]+)`"});
    EXPECT_FALSE(named.empty()) << "shown by nothing: " << line;
    for (const auto& test : named) EXPECT_TRUE(there.contains(test)) << test << " in: " << line;
  }
  EXPECT_GT(rows, 15U);
}

#ifdef BALLAST_PROGRAM
TEST(Docs, DocumentsInThemAreValid) {
  const lints::Tree tree;
  std::size_t seen = 0;
  for (const auto& page : pages()) {
    for (const auto& block : blocks(text_of(page))) {
      if (block.language != "yaml") continue;
      ++seen;
      tree.write("document.yaml", block.text);
      const auto ended = lints::run(std::string(BALLAST_PROGRAM) + " validate '" + tree.path() + "/document.yaml'");
      EXPECT_EQ(ended.status, 0) << page << ":\n" << block.text << ended.output;
    }
  }
  EXPECT_GT(seen, 0U);
}
#endif

}  // namespace
}  // namespace ballast
