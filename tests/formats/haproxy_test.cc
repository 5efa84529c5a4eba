#include "formats/haproxy.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

TEST(HaproxyStat, ReadsTheTableAmongOtherAnswers) {
  const auto table =
      parse_haproxy_stat("\n[6]: New server registered.\n\n# pxname,svname,scur,\nweb,a,3,\nweb,BACKEND,,\n\n1\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->columns, (std::vector<std::string>{"pxname", "svname", "scur"}));
  EXPECT_EQ(table->rows, (std::vector<std::vector<std::string>>{{"web", "a", "3"}, {"web", "BACKEND", ""}}));
  EXPECT_EQ(table->column("scur"), 2U);
  EXPECT_EQ(table->column("nope"), std::nullopt);
}

TEST(HaproxyStat, ReadsQuotedCells) {
  const auto table = parse_haproxy_stat("# pxname,last_chk,x,\nweb,\"said \"\"no, thanks\"\"\nand left\",1,\n\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows.at(0).at(1), "said \"no, thanks\"\nand left");
  EXPECT_EQ(table->rows.at(0).at(2), "1");
}

TEST(HaproxyStat, KeepsAnEmptyCellBeforeTheLineEndsSeparator) {
  const auto table = parse_haproxy_stat("# pxname,a,b,\nweb,,,\n\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows.at(0), (std::vector<std::string>{"web", "", ""}));
}

TEST(HaproxyStat, FailsWhereTheAnswerWasCutOff) {
  const std::string whole = "# pxname,svname,\nweb,\"a\",\nweb,b,\n\n";
  ASSERT_TRUE(parse_haproxy_stat(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_haproxy_stat(whole.substr(0, length))) << length;
  }
  EXPECT_EQ(parse_haproxy_stat("# pxname,svname,\nweb,a,\n").error().code, Errc::unavailable);
}

TEST(HaproxyStat, RefusesMalformedRows) {
  EXPECT_EQ(parse_haproxy_stat("# pxname,svname,\nweb,a,b,\n\n").error().code, Errc::invalid);
  EXPECT_EQ(parse_haproxy_stat("# pxname,svname,\nweb,\n\n").error().code, Errc::invalid);
  EXPECT_EQ(parse_haproxy_stat("# pxname,svname,\nweb,\"a\"b,\n\n").error().code, Errc::invalid);
  EXPECT_EQ(parse_haproxy_stat("# pxname," + std::string(3000, ',') + "\n\n").error().code, Errc::invalid);
}

TEST(HaproxyStat, ShowsNoControlCharactersOfWhatItRefuses) {
  const auto error = parse_haproxy_stat("# pxname,svname,\nweb,\"\x1b[2J\x07\"b,\n\n").error();
  EXPECT_EQ(error.message, "HAProxy: text after a closing quote: web,\" [2J \"b,")
      << "an escape would reach a terminal";
}

TEST(HaproxyStat, DoesNotTakeAHeadingInsideALine) {
  EXPECT_EQ(parse_haproxy_stat("x # pxname,svname,\n\n").error().code, Errc::unavailable);
}

TEST(HaproxyServersState, ReadsTheRowsOfABackend) {
  const auto table = parse_haproxy_servers_state(
      "\n1\n# be_id be_name srv_id srv_name srv_uweight\n3 web 1 st1 1\n3 web 4 ballast-a 100\n\n");
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(table->rows.at(1).at(*table->column("srv_uweight")), "100");
}

TEST(HaproxyServersState, ABackendWithoutServersHasNoRows) {
  const auto table = parse_haproxy_servers_state("1\n# be_id be_name\n\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_TRUE(table->rows.empty());
}

TEST(HaproxyServersState, SaysWhatCameInstead) {
  const auto error = parse_haproxy_servers_state("[3]: Can't find backend.\n\n").error();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_NE(error.message.find("Can't find backend."), std::string::npos);
}

}  // namespace
}  // namespace ballast
