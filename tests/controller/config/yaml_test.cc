#include "controller/config/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "controller/config/write.h"

namespace ballast {
namespace {

std::string message(const std::vector<ParsedDocument>& documents, std::size_t i = 0) {
  if (i >= documents.size() || documents[i].problems.empty()) return "no problem";
  const auto& problem = documents[i].problems[0];
  return std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column) + ": " + problem.message;
}

TEST(Yaml, KnowsWhereKeysAndValuesStand) {
  const auto documents = parse_documents("# a comment\nspec:\n  max:  7\n  list: [a, \"8\"]\n");
  ASSERT_EQ(documents.size(), 1U);
  ASSERT_TRUE(documents[0].problems.empty()) << message(documents);
  const auto* spec = documents[0].root.find("spec");
  ASSERT_NE(spec, nullptr);
  EXPECT_EQ(documents[0].root.field_places[0], (Place{2, 1}));
  EXPECT_EQ(spec->field_places[0], (Place{3, 3}));
  EXPECT_EQ(spec->find("max")->place, (Place{3, 9}));
  EXPECT_EQ(spec->find("list")->items[1].place, (Place{4, 13}));
}

TEST(Yaml, TellsQuotedFromPlain) {
  const auto root = parse_documents("{a: 8, b: \"8\", c: '8', d: null, e: ~, f:}")[0].root;
  EXPECT_FALSE(root.find("a")->quoted);
  EXPECT_TRUE(root.find("b")->quoted);
  EXPECT_TRUE(root.find("c")->quoted);
  for (const auto* key : {"d", "e", "f"}) EXPECT_EQ(root.find(key)->kind, ConfigNode::Kind::null) << key;
}

TEST(Yaml, ReadsJson) {
  const auto documents = parse_documents("{\n\t\"a\": [1, true, null, {\"b\": \"x\\ny \\u00e9\"}]\n}\n");
  ASSERT_TRUE(documents[0].problems.empty()) << message(documents);
  const auto* list = documents[0].root.find("a");
  ASSERT_EQ(list->items.size(), 4U);
  EXPECT_EQ(list->items[3].find("b")->text, "x\ny \xc3\xa9");
}

TEST(Yaml, ASyntaxErrorLosesNoOtherDocument) {
  const auto documents = parse_documents("a: 1\n---\nb: [1\n---\nc: 3\n");
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_TRUE(documents[0].problems.empty());
  EXPECT_FALSE(documents[1].problems.empty());
  EXPECT_GE(documents[1].problems[0].place.line, 3);
  EXPECT_TRUE(documents[2].problems.empty());
  EXPECT_EQ(documents[2].root.find("c")->place, (Place{5, 4}));
  EXPECT_EQ(documents[2].position, 2);
}

TEST(Yaml, LeavesOutEmptyDocuments) {
  EXPECT_TRUE(parse_documents("").empty());
  EXPECT_TRUE(parse_documents("---\n# nothing\n---\n\n...\n").empty());
  const auto documents = parse_documents("%YAML 1.2\n---\na: 1\n...\n---\r\nb: 2\r\n");
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_TRUE(documents[0].problems.empty()) << message(documents);
  EXPECT_EQ(documents[1].root.find("b")->text, "2");
}

TEST(Yaml, ADocumentMayBeginBesideItsMarker) {
  const auto documents = parse_documents("--- {a: 1}\n--- # comment\nb: 2\n");
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(documents[0].root.find("a")->place, (Place{1, 9}));
  EXPECT_EQ(documents[1].root.find("b")->place, (Place{3, 4}));
}

TEST(Yaml, AMarkerInsideABlockOfTextEndsTheDocumentAndOneThatIsIndentedDoesNot) {
  EXPECT_EQ(parse_documents("a: |\n  ---\n  x\n").size(), 1U);
  EXPECT_EQ(parse_documents("a: |\n  x\n---\nb: 1\n").size(), 2U);
}

TEST(Yaml, AKeyTwiceNamesBothLines) {
  EXPECT_EQ(message(parse_documents("spec:\n  a: 1\n  b: 2\n  a: 3\n")),
            "4:3: the key a stands here a second time; the first is in line 2");
}

TEST(Yaml, RefusesAliasesTagsAndKeysThatAreNoScalars) {
  EXPECT_EQ(message(parse_documents("a: &x [1]\nb: *x\n")),
            "2:4: aliases (*name) are not supported: write the value itself");
  EXPECT_EQ(message(parse_documents("a: !!int \"3\"\n")), "1:4: tags are not supported");
  EXPECT_THAT(message(parse_documents("? [a, b]\n: 1\n")), testing::HasSubstr("a key must be a single value"));
  EXPECT_THAT(message(parse_documents("~: 1\n")), testing::HasSubstr("a key must not be empty"));
}

TEST(Yaml, AnAliasBombIsRefusedAtItsFirstAlias) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'z'; ++c)
    bomb += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ",*" + char(c - 1) + "]\n";
  EXPECT_THAT(message(parse_documents(bomb)), testing::HasSubstr("2:8: aliases"));
}

TEST(Yaml, RefusesWhatIsTooDeep) {
  const std::size_t deep = 100'000;
  EXPECT_NE(message(parse_documents(std::string(deep, '['))), "no problem");
  EXPECT_EQ(message(parse_documents(std::string(100, '[') + std::string(100, ']'))), "1:65: nested deeper than 64");
  std::string maps;
  for (int i = 0; i < 300; ++i) maps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(message(parse_documents(maps)), testing::HasSubstr("nested deeper than 64"));
  std::string dashes;
  for (std::size_t i = 0; i < deep; ++i) dashes += "- ";
  EXPECT_THAT(message(parse_documents(dashes)), testing::HasSubstr("nested deeper than 64"));
}

TEST(Yaml, RefusesTooManyValuesInOneFileAndSaysSoOnce) {
  std::string many = "a: 1\n---\n";
  for (std::size_t i = 0; i < kMaxNodes; ++i) many += "- 1\n";
  many += "---\nb: 1\n";
  const auto documents = parse_documents(many);
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_TRUE(documents[0].problems.empty());
  EXPECT_THAT(message(documents, 1), testing::HasSubstr("the file has more than 100000 values"));
}

TEST(Yaml, RefusesLargeAndBinaryFiles) {
  EXPECT_EQ(message(parse_documents(std::string(kMaxFileBytes + 1, '#'))),
            "1:1: larger than the limit of 1048576 bytes");
  EXPECT_EQ(message(parse_documents(std::string("a: 1\0", 5))), "1:1: not a text file: holds a zero byte");
}

TEST(Yaml, HostileTextEndsSoon) {
  // Each a way to make a parser slow; one megabyte of any must not take longer than ordinary text of that size would.
  for (const std::string unit :
       {"{",   "? ",   "a: ", "- a: ",    "\"",    "'",   "|\n", "&a ", "! ",  "%",    "a:\n ", "}\n",
        "[a,", "{a: ", ": ",  "\xff\xfe", "---\n", "#\n", "\\",  "a\n", "*a ", "<<: ", "?\n"}) {
    std::string text;
    while (text.size() < kMaxFileBytes / 4) text += unit;
    const auto start = std::chrono::steady_clock::now();
    const auto documents = parse_documents(text);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10}) << unit;
    EXPECT_LE(documents.size(), kMaxNodes);
  }
}

TEST(Yaml, WhatIsWrittenReadsBackTheSame) {
  const auto tree = map_node(
      {{"plain", scalar_node("a-b/c.d", true)},
       {"number", scalar_node("80", false)},
       {"text of a number", scalar_node("80", true)},
       {"quotes", scalar_node("say \"hi\" \\ \n\ttab: # no comment", true)},
       {"yes", scalar_node("yes", true)},
       {"empty", list_node({})},
       {"list", list_node({map_node({{"a", scalar_node("1", false)}, {"b", list_node({scalar_node("true", false)})}}),
                           list_node({scalar_node("x", true), scalar_node("", true)})})}});
  for (const auto& text : {to_yaml(tree), to_json(tree), to_json(tree, 2)}) {
    const auto documents = parse_documents(text);
    ASSERT_EQ(documents.size(), 1U);
    ASSERT_TRUE(documents[0].problems.empty()) << message(documents) << "\n" << text;
    EXPECT_EQ(to_json(documents[0].root), to_json(tree)) << text;
  }
}

}  // namespace
}  // namespace ballast
