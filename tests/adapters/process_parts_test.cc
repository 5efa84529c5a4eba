// The pure parts of the process scaler: ports, templates, tokens, addresses, what a document is refused for.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapters/process/connect.h"
#include "adapters/process/ports.h"
#include "adapters/process/spec.h"
#include "adapters/process/template.h"
#include "adapters/process/token.h"

namespace ballast {
namespace {

TEST(PortRange, IsTwoPortsOrOne) {
  EXPECT_EQ(parse_port_range("9001-9050"), Result(PortRange{9001, 9050}));
  EXPECT_EQ(parse_port_range("80"), Result(PortRange{80, 80}));
  EXPECT_EQ(parse_port_range("1-65535"), Result(PortRange{1, 65535}));
  for (const std::string text :
       {"", "-", "9001-", "-9001", "0-5", "65536", "1-65536", "9002-9001", "a-b", "1-2-3", " 1", "1 "})
    EXPECT_FALSE(parse_port_range(text)) << text;
  EXPECT_EQ(parse_port_range("9002-9001").error().message, "'9002-9001' ends below its begin; write 9001-9002");
}

TEST(PortRange, OverlapsWhenOnePortIsInBoth) {
  EXPECT_TRUE(overlap({1, 5}, {5, 9}));
  EXPECT_TRUE(overlap({5, 9}, {1, 5}));
  EXPECT_TRUE(overlap({1, 9}, {3, 4}));
  EXPECT_FALSE(overlap({1, 4}, {5, 9}));
  EXPECT_FALSE(overlap({5, 9}, {1, 4}));
}

TEST(Template, ReplacesPortAndName) {
  EXPECT_EQ(expand_template("--port={port} {name}{port}", "web-3", 9001), "--port=9001 web-39001");
  EXPECT_EQ(expand_template(R"({{"a":{{"p":{port}}}}})", "w", 1), R"({"a":{"p":1}})");
  EXPECT_EQ(expand_template("a } b {{port}}", "w", 1), "a } b {port}");
}

TEST(Template, SaysWhatIsNoPlaceholder) {
  EXPECT_EQ(check_template("--port={port} {name} {{x}} }", true), std::nullopt);
  EXPECT_EQ(check_template("{prot}", true), "'{prot}' is no placeholder: write {port}, {name}, or {{ for a brace");
  EXPECT_EQ(check_template("{port", true), "'{port' is no placeholder: write {port}, {name}, or {{ for a brace");
  EXPECT_EQ(check_template("{port}", false), "{port} needs ports: write ports: 9001-9050");
  EXPECT_NE(check_template(std::string_view("a\0b", 3), true), std::nullopt);
}

WorkerToken sample() {
  return {.scope = "5f0c",
          .policy_namespace = "shop",
          .policy = "web",
          .name = "web-7",
          .port = 9001,
          .generation = 0xfedcba9876543210U,
          .started = TimePoint{Duration{1'700'000'000'000'001}},
          .pid = 4711,
          .start_ticks = 123456};
}

TEST(WorkerToken, ReadsWhatItWrites) {
  EXPECT_EQ(to_string(sample()), "1/5f0c/shop/web/web-7/9001/fedcba9876543210/1700000000000001/4711/123456");
  EXPECT_EQ(parse_token(to_string(sample())), sample());
}

TEST(WorkerToken, IsNothingElse) {
  const std::string good = to_string(sample());
  for (const std::string& text : std::vector<std::string>{
           "", "1", good + "/1", good + "x", "2" + good.substr(1), "/" + good, "1//shop/web/web-7/9001/1/1/1/1",
           "1/a/shop/web/web-7/99999/1/1/1/1", std::string(600, '/'), "1/a/../web/web-7/9001/1/1/1/1",
           "1/a/shop/web/\x1b[2Jweb-7/9001/1/1/1/1", "1/a/shop/web\xff/web-7/9001/1/1/1/1"})
    EXPECT_EQ(parse_token(text), std::nullopt) << text;
}

TEST(WorkerToken, IsFoundAmongVariables) {
  const std::string block("A=1\0BALLAST_WORKER_X=no\0BALLAST_WORKER=yes\0BALLAST_WORKER=second", 64);
  EXPECT_EQ(find_variable(block, kTokenVariable), "yes");
  EXPECT_EQ(find_variable("A=1", kTokenVariable), std::nullopt);
  EXPECT_EQ(find_variable("", kTokenVariable), std::nullopt);
}

TEST(WorkerName, HasItsNumberBehindThePolicy) {
  EXPECT_EQ(number_of("web-12", "web"), 12);
  EXPECT_EQ(number_of("web-2-12", "web-2"), 12);
  for (const std::string name : {"web-", "web", "web--1", "web-1x", "wob-1", "web-2-12"})
    EXPECT_EQ(number_of(name, "web"), std::nullopt) << name;
}

TEST(SocketAddress, IsNumericWithAPort) {
  EXPECT_EQ(parse_socket_address("127.0.0.1:80"), Result(SocketAddress{"127.0.0.1", 80}));
  EXPECT_EQ(parse_socket_address("[::1]:80"), Result(SocketAddress{"::1", 80}));
  for (const std::string text :
       {"localhost:80", "127.0.0.1", "127.0.0.1:0", "::1:80", "[127.0.0.1]:80", "127.0.0.1:80x", ":80", "[]:80"})
    EXPECT_FALSE(parse_socket_address(text)) << text;
}

struct Refused {
  std::string name{};
  ProcessTarget target{};
  std::string path{};
  std::string part{};  // of the message
};
class ProcessTargetCheck : public testing::TestWithParam<Refused> {};

TEST_P(ProcessTargetCheck, NamesWhatIsWrong) {
  const Problems problems = GetParam().target.check();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, GetParam().path);
  EXPECT_NE(problems[0].message.find(GetParam().part), std::string::npos) << problems[0].message;
}

INSTANTIATE_TEST_SUITE_P(
    All, ProcessTargetCheck,
    testing::Values(
        Refused{"Ports", {.command = {"a"}, .ports = "5-1"}, "ports", "1-5"},
        Refused{"PortWithoutPorts", {.command = {"a", "{port}"}}, "command[1]", "needs ports"},
        Refused{"EmptyProgram", {.command = {""}}, "command[0]", "is empty"},
        Refused{"VariableName", {.command = {"a"}, .environment = {{"1A", ""}}}, "environment[0].name", "'1A'"},
        Refused{"TokenVariable",
                {.command = {"a"}, .environment = {{"BALLAST_WORKER", ""}}},
                "environment[0].name",
                "another name"},
        Refused{"VariableValue", {.command = {"a"}, .environment = {{"A", "{x}"}}}, "environment[0].value", "'{x}'"}),
    [](const auto& test) { return test.param.name; });

TEST(CheckOfAWorker, NamesWhatIsWrongWithItsAddress) {
  const auto first = [](const Problems& problems) { return problems.empty() ? std::string() : problems[0].path; };
  EXPECT_EQ(first(ReadyCheck{.http = "http://127.0.0.1:{port}/{name}"}.check()), "");
  EXPECT_EQ(first(ReadyCheck{.http = "http://127.0.0.1:{prot}/"}.check()), "http");
  EXPECT_EQ(first(ReadyCheck{.http = "tcp://127.0.0.1:{port}"}.check()), "http");
  EXPECT_EQ(first(ReadyCheck{.tcp = "127.0.0.1:{port}"}.check()), "");
  EXPECT_EQ(first(ReadyCheck{.tcp = "localhost:{port}"}.check()), "tcp");
  EXPECT_EQ(first(LiveCheck{.tcp = "localhost:{port}"}.check()), "tcp");
  EXPECT_EQ(first(LiveCheck{.http = "http://127.0.0.1:{port}/"}.check()), "");
}

}  // namespace
}  // namespace ballast
