// Peers that never come to an end, on every channel: in bytes, the cap ends it and memory stays flat; in time, the
// deadline counts for the whole answer, however often something comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "io/channels.h"
#include "io/command.h"
#include "io/http_client.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/peak_memory.h"
#include "tests/io/raw_server.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

struct Way {
  std::string name{};
  Channel channel = Channel::http;
  const char* scheme = "http";
  std::string head{};  ///< what comes before the endless part
};
void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

const std::array kWays{
    Way{"headers", Channel::http, "http", "HTTP/1.1 200 OK\r\n"},
    Way{"announced", Channel::http, "http", "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n"},
    Way{"to_the_end", Channel::http, "http", "HTTP/1.0 200 OK\r\n\r\n"},
    Way{"exchange", Channel::exchange, "tcp", ""},
    Way{"dial", Channel::dial, "tcp", ""},
    Way{"command", Channel::command, "", ""},
};

class Endless : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    network_ = *make_http_fetcher(*loop_, {.network = {.ca_file = ""}});
    commands_ = make_command_fetcher(*loop_);
    channels_ = make_channels({.network = *network_, .commands = commands_.get()});
  }
  Result<Response> fetch(const RawServer& server, const std::string& script, Duration deadline) {
    Request request{.channel = GetParam().channel, .url = server.url("", GetParam().scheme)};
    if (request.channel == Channel::dial) request.until = std::string("a greeting that never comes");
    if (request.channel == Channel::command) request.command.edit().arguments = {"/bin/sh", "-c", script};
    if (request.channel == Channel::command) request.url = "exec:/bin/sh";
    request.deadline = deadline;
    return run_task(*loop_, channels_->fetch(std::move(request)));
  }
  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<Fetcher> network_{};
  std::unique_ptr<Fetcher> commands_{};
  std::unique_ptr<Fetcher> channels_{};
};

TEST_P(Endless, PagesEndAtTheCapAndMemoryStaysFlat) {
  std::atomic<std::int64_t> sent = 0;
  RawServer server([&](RawPeer& peer) {
    if (GetParam().channel == Channel::http) peer.read_request();
    peer.send(GetParam().head);
    const std::string much(0x10000, 'x');
    while (sent < 10'737'418'240 && peer.send(much)) sent += 0x10000;
  });
  forget_peak();
  const std::int64_t before = peak_bytes();
  const auto answer = fetch(server, "exec tr '\\\\0' x </dev/zero", kAmple);
  EXPECT_LT(peak_bytes() - before, kFlatBytes);
  EXPECT_LT(sent, 100'000'000);
  if (GetParam().channel == Channel::dial && answer) {
    EXPECT_EQ(answer->dialled, Dialled::talked) << "the peer was reached and said something else";
    return;
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::invalid) << answer.error().message;
  EXPECT_THAT(answer.error().message, testing::ContainsRegex("limit of (8388608|16384) bytes")) << "names the limit";
}

TEST_P(Endless, DripsEndAtTheDeadlineOfTheWholeAnswer) {
  RawServer server([&](RawPeer& peer) {
    if (GetParam().channel == Channel::http) peer.read_request();
    std::string head = GetParam().head;
    const auto length = head.find("10737418240");
    if (length != head.npos) head = head.substr(0, length) + "1000\r\n\r\n";
    peer.send(head);
    while (peer.send("x")) std::this_thread::sleep_for(20ms);
  });
  const TimePoint start = loop_->now();
  const auto answer = fetch(server, "while :; do printf x; sleep 0.02; done", 300ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timeout) << answer.error().message;
  EXPECT_THAT(answer.error().message, testing::HasSubstr("0.3 s")) << "names the limit";
  EXPECT_GE(loop_->now() - start, 300ms) << "not cut short by the pauses";
  EXPECT_LT(loop_->now() - start, 5 * 300ms) << "not prolonged by what comes";
}

INSTANTIATE_TEST_SUITE_P(Ways, Endless, testing::ValuesIn(kWays), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ballast
