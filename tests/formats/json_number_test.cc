#include "formats/json_number.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

TEST(JsonNumber, ReadsTheNumberAtAPointer) {
  struct Case {
    const char* document;
    const char* pointer;
    double value;
  };
  for (const auto& [document, pointer, value] : {
           Case{R"({"depth": 12})", "/depth", 12},
           Case{R"({"a": {"b": [1, 2.5, -3e2]}})", "/a/b/2", -300},
           Case{R"({"a/b": 1, "m~n": 2})", "/a~1b", 1},
           Case{R"({"a/b": 1, "m~n": 2})", "/m~0n", 2},
           Case{R"({"": 7})", "/", 7},
           Case{R"({"depth": "12"})", "/depth", 12},
           Case{R"({"depth": " 1.5k "})", "/depth", 1500},
           Case{R"({"depth": "250m"})", "/depth", 0.25},
           Case{R"({"n": 18446744073709551616, "m": 9007199254740993})", "/n", 18446744073709551616.0},
           Case{R"({"huge": 123456789012345678901234567890, "x": 1})", "/x", 1},
           Case{R"([[1],[2]])", "/1/0", 2},
           Case{" 42\n", "", 42},
           Case{R"("42")", "", 42},
           Case{R"({"x":1,"x":2})", "/x", 1},
           Case{"{\"\xc3\xa4\": 3}", "/\xc3\xa4", 3},
       }) {
    const auto number = json_number(document, pointer);
    ASSERT_TRUE(number.has_value()) << document << " " << number.error().message;
    EXPECT_EQ(*number, value) << document;
  }
}

TEST(JsonNumber, SaysWhatIsThereInstead) {
  struct Case {
    std::string document;
    const char* pointer;
    Errc code;
    const char* part;
  };
  for (const auto& [document, pointer, code, part] : {
           Case{R"({"depth": 12})", "/width", Errc::not_found, "no '/width'"},
           Case{R"({"depth": 12})", "/depth/x", Errc::not_found, "no '/depth/x'"},
           Case{R"([1])", "/1", Errc::not_found, "no '/1'"},
           Case{R"([1])", "/-", Errc::not_found, "no '/-'"},
           Case{R"([1])", "/x", Errc::not_found, "no '/x'"},
           Case{"12", "/x", Errc::not_found, "no '/x'"},
           Case{R"({"depth": null})", "/depth", Errc::invalid, "'/depth' is null"},
           Case{R"({"depth": true})", "/depth", Errc::invalid, "true or false"},
           Case{R"({"depth": {}})", "/depth", Errc::invalid, "an object"},
           Case{R"({"depth": [1]})", "/depth", Errc::invalid, "a list"},
           Case{R"({"depth": "many"})", "/depth", Errc::invalid, "'many' is not a finite number"},
           Case{R"({"depth": "NaN"})", "/depth", Errc::invalid, "'NaN' is not a finite number"},
           Case{R"({"depth": "inf"})", "/depth", Errc::invalid, "'inf' is not a finite number"},
           Case{R"({"depth": ""})", "/depth", Errc::invalid, "'' is not a finite number"},
           Case{R"({"depth": 1e999})", "/depth", Errc::invalid, "not a finite number"},
           Case{R"({"depth": 012})", "/depth", Errc::invalid, "not a finite number"},
           Case{"<!DOCTYPE html><html>", "/depth", Errc::invalid, "HTML or XML instead of JSON"},
           Case{" \n<html>", "", Errc::invalid, "HTML or XML instead of JSON"},
           Case{"", "/depth", Errc::invalid, "an empty body"},
           Case{"  \n", "", Errc::invalid, "an empty body"},
           Case{R"({"depth": )", "/depth", Errc::invalid, "not JSON"},
           Case{R"({"depth" 12})", "/depth", Errc::invalid, "not JSON"},
           Case{"{\"depth\": \"\xff\"}", "/depth", Errc::invalid, "not JSON"},
           Case{R"({"depth": 12})", "depth", Errc::invalid, "'depth' is no JSON pointer"},
           Case{R"({"depth": 12})", "/~2", Errc::invalid, "no JSON pointer"},
           Case{std::string(5'000, '['), "/0/0", Errc::invalid, "not JSON"},
       }) {
    const auto number = json_number(document, pointer);
    ASSERT_FALSE(number.has_value()) << document << " " << pointer;
    EXPECT_EQ(number.error().code, code) << document << ": " << number.error().message;
    EXPECT_NE(number.error().message.find(part), std::string::npos) << document << ": " << number.error().message;
  }
}

TEST(JsonNumber, AnErrorShowsOnlyABitOfTheDocumentOnOneLine) {
  const auto error = json_number("{\"a\":\n\x01\"" + std::string(10'000, 'x') + "\"}", "/b").error();
  EXPECT_LT(error.message.size(), 200U);
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
}

TEST(TextNumber, IsANumberOrAQuantity) {
  EXPECT_EQ(*text_number("12\n"), 12);
  EXPECT_EQ(*text_number("-1.5e3"), -1500);
  EXPECT_EQ(*text_number("+4"), 4);
  EXPECT_EQ(*text_number("2Ki"), 2048);
  for (const char* text :
       {"", " ", "12 13", "1,5", "0x10", "nan", "-inf", "<html>", "1e999", "Infinity", "k", ".", "m"})
    EXPECT_EQ(text_number(text).error().code, Errc::invalid) << text;
}

}  // namespace
}  // namespace ballast
