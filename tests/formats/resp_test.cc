#include "formats/resp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace ballast {
namespace {

using Kind = RespValue::Kind;

RespValue text(std::string value) { return {.kind = Kind::text, .text = std::move(value)}; }
RespValue integer(std::int64_t value) { return {.kind = Kind::integer, .integer = value}; }
RespValue list(std::vector<RespValue> items) { return {.kind = Kind::list, .items = std::move(items)}; }

RespValue only(std::string_view bytes) {
  const auto replies = parse_resp(bytes);
  if (replies && replies->size() == 1) return replies->front();
  ADD_FAILURE() << bytes << ": " << (replies ? std::to_string(replies->size()) : replies.error().message);
  return {};
}

TEST(Resp, ReadsEachTypeOfBothVersions) {
  EXPECT_EQ(only("+OK\r\n"), text("OK"));
  EXPECT_EQ(only("-WRONGTYPE no list\r\n"), (RespValue{.kind = Kind::error, .text = "WRONGTYPE no list"}));
  EXPECT_EQ(only(":-42\r\n"), integer(-42));
  EXPECT_EQ(only(":+7\r\n"), integer(7));
  EXPECT_EQ(only("$5\r\na\r\nbc\r\n"), text("a\r\nbc"));
  EXPECT_EQ(only("$0\r\n\r\n"), text(""));
  for (const char* null : {"$-1\r\n", "*-1\r\n", "_\r\n"}) EXPECT_EQ(only(null), RespValue{}) << null;
  EXPECT_EQ(only("*0\r\n"), list({}));
  EXPECT_EQ(only("*2\r\n:1\r\n*1\r\n$1\r\na\r\n"), list({integer(1), list({text("a")})}));
  EXPECT_EQ(only("#t\r\n"), (RespValue{.kind = Kind::boolean, .integer = 1}));
  EXPECT_EQ(only("#f\r\n"), (RespValue{.kind = Kind::boolean}));
  EXPECT_EQ(only(",1.25\r\n"), (RespValue{.kind = Kind::number, .number = 1.25}));
  EXPECT_TRUE(std::isinf(only(",-inf\r\n").number));
  EXPECT_TRUE(std::isnan(only(",nan\r\n").number));
  EXPECT_EQ(only("(3492890328409238509324850943850943825024385\r\n"),
            text("3492890328409238509324850943850943825024385"));
  EXPECT_EQ(only("!9\r\nERR a\r\nb!\r\n"), (RespValue{.kind = Kind::error, .text = "ERR a\r\nb!"}));
  EXPECT_EQ(only("=8\r\ntxt:some\r\n"), text("some"));
  EXPECT_EQ(only("%1\r\n+lag\r\n:3\r\n"), (RespValue{.kind = Kind::map, .items = {text("lag"), integer(3)}}));
  EXPECT_EQ(only("~1\r\n:3\r\n"), list({integer(3)}));
  EXPECT_EQ(only(">1\r\n+message\r\n"), list({text("message")}));
  EXPECT_EQ(only("|1\r\n+ttl\r\n:9\r\n:3\r\n"), integer(3));
}

TEST(Resp, ReadsRepliesOneAfterAnother) {
  const auto replies = parse_resp("+OK\r\n:0\r\n-ERR x\r\n$-1\r\n");
  ASSERT_TRUE(replies) << replies.error().message;
  EXPECT_EQ(replies->size(), 4U);
  EXPECT_TRUE(parse_resp("")->empty());
}

TEST(Resp, CutOffAnywhereIsNoAnswerButWhereAReplyEnds) {
  const std::string whole = "%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n$3\r\nxyz\r\n,1.5\r\n";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto replies = parse_resp(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(replies) << size;
    EXPECT_EQ(replies.error().code, Errc::unavailable) << size << " " << replies.error().message;
  }
  EXPECT_TRUE(parse_resp(whole));
}

TEST(Resp, RefusesWhatIsNoReply) {
  for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n", ":\r\n", ":1x\r\n", ":1 \r\n", ":++1\r\n",
                            ":99999999999999999999\r\n", "#x\r\n", "_x\r\n", ",\r\n", ",1,5\r\n", "$3\r\nabcd\r\n",
                            "$-2\r\n", "$x\r\n", "$?\r\n", "*?\r\n", "*-2\r\n", "=3\r\nabc\r\n", "+OK\rX\n", "\r\n"}) {
    const auto replies = parse_resp(bytes);
    ASSERT_FALSE(replies) << bytes;
    EXPECT_EQ(replies.error().code, Errc::invalid) << bytes;
  }
}

TEST(Resp, IsBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "*1\r\n";
  const RespLimits limits{.depth = 2, .values = 10, .text_bytes = 20};
  const auto code = [&](std::string_view bytes) {
    const auto replies = parse_resp(bytes, limits);
    return replies ? std::string("read") : std::string(to_string(replies.error().code));
  };
  EXPECT_EQ(code(deep + ":1\r\n"), "invalid");
  EXPECT_EQ(code("*1\r\n*1\r\n:1\r\n"), "read");
  EXPECT_EQ(code("*1\r\n*1\r\n*1\r\n:1\r\n"), "invalid");
  EXPECT_EQ(code("*1000000000\r\n"), "invalid") << "refused by its header, not by running out of memory";
  EXPECT_EQ(code("%6\r\n"), "invalid");
  EXPECT_EQ(code("$1000000000\r\nabc"), "invalid");
  EXPECT_EQ(code("$9223372036854775807\r\nabc"), "invalid");
  EXPECT_EQ(code("+" + std::string(30, 'x')), "invalid") << "a line need not end to be too long";
  EXPECT_EQ(code(":" + std::string(1000, '1')), "invalid");
  std::string many;
  for (int i = 0; i < 11; ++i) many += ":1\r\n";
  EXPECT_EQ(code(many), "invalid");
}

TEST(Resp, WritesCommandsWithAnyBytes) {
  EXPECT_EQ(resp_command({"LLEN", "jobs"}), "*2\r\n$4\r\nLLEN\r\n$4\r\njobs\r\n");
  EXPECT_EQ(resp_command({"GET", "a\r\nQUIT\r\n"}), "*2\r\n$3\r\nGET\r\n$9\r\na\r\nQUIT\r\n\r\n");
}

}  // namespace
}  // namespace ballast
