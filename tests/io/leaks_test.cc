// Thousands of failures of each channel leave nothing behind: no descriptor, no child, no memory.
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/bulkhead.h"
#include "io/channels.h"
#include "io/command.h"
#include "tests/io/certificates.h"
#include "tests/io/fetcher_contract.h"

#ifdef BALLAST_SANITIZED
#include <sanitizer/allocator_interface.h>
#endif

namespace ballast {
namespace {

using namespace std::chrono_literals;

int open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  int count = 0;
  while (readdir(folder.get()) != nullptr) ++count;
  return count;
}

/// Resident, or where a sanitizer keeps what was freed: allocated, the records of each server's threads too.
#ifdef BALLAST_SANITIZED
constexpr std::int64_t kFlat = std::int64_t{16} << 20;
#else
constexpr std::int64_t kFlat = std::int64_t{6} << 20;
#endif
std::int64_t bytes_in_use() {
#ifdef BALLAST_SANITIZED
  return static_cast<std::int64_t>(__sanitizer_get_current_allocated_bytes());
#else
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
#endif
}

RawServer::Script says(std::string text) {
  return [text = std::move(text)](RawPeer& peer) {
    peer.read_some();
    peer.send(text);
  };
}

struct Failing {
  const char* name;
  std::function<Request(int turn)> request;
  int turns = 1000;
};

class Leaks : public testing::Test {
 protected:
  /// As the daemon puts it together.
  void SetUp() override {
    network_ = *make_http_fetcher(*loop_, {.network = {.ca_file = "", .look_up_name = [](const std::string&) {
                                                         return LookedUp{.no_such_name = true, .problem = "not known"};
                                                       }}});
    commands_ = make_command_fetcher(*loop_);
    channels_ = make_channels({.network = *network_, .commands = commands_.get()});
    bulkhead_ = make_bulkhead(*channels_, *loop_);
  }

  void fail(const Failing& failing, int turns) {
    for (int turn = 0; turn < turns; ++turn) {
      Request request = failing.request(turn);
      if (request.deadline == Request{}.deadline) request.deadline = kAmple;
      const auto answer = run_task(*loop_, bulkhead_->fetch(std::move(request)));
      ASSERT_FALSE(answer && answer->dialled == Dialled::answered && answer->status < 300 && !answer->tls)
          << failing.name << " did not fail";
    }
  }

  void expect_nothing_left(const Failing& failing) {
    fail(failing, failing.turns / 10);  // what is kept for good is there now
    const int descriptors = open_descriptors();
    const std::int64_t bytes = bytes_in_use();
    fail(failing, failing.turns);
    EXPECT_LE(open_descriptors(), descriptors + 4) << failing.name;  // a server thread may close its end later
    EXPECT_LE(bytes_in_use(), bytes + kFlat) << failing.name;
  }

  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<Fetcher> network_{};
  std::unique_ptr<Fetcher> commands_{};
  std::unique_ptr<Fetcher> channels_{};
  std::unique_ptr<Fetcher> bulkhead_{};
};

Request to(Channel channel, std::string url) {
  Request request{.channel = channel, .url = std::move(url)};
  if (channel == Channel::dial) request.until = std::string("220");
  if (channel != Channel::http) request.body = "x";
  return request;
}

TEST_F(Leaks, S58_NothingOfFailuresBeforeAnythingIsSent) {
  for (const auto& [channel, scheme] : {std::pair{Channel::http, "http"}, std::pair{Channel::exchange, "tcp"},
                                        std::pair{Channel::dial, "tcp"}, std::pair{Channel::tls, "tls"}}) {
    const std::string nobody = RawServer([](RawPeer&) {}).url("", scheme);
    const std::string text = scheme;
    expect_nothing_left({"refused", [&, channel = channel](int) { return to(channel, nobody); }});
    // Another name each time: nothing is remembered for each.
    expect_nothing_left({"no such name", [&, channel = channel](int turn) {
                           return to(channel, text + "://n" + std::to_string(turn) + ".test:1");
                         }});
    expect_nothing_left({"wrong url", [&, channel = channel](int) { return to(channel, "gopher://h"); }});
  }
}

TEST_F(Leaks, S58_NothingOfBadAnswers) {
  RawServer garbage(says("garbage\r\n\r\n"));
  RawServer silent([](RawPeer&) {});
  RawServer resets([](RawPeer& peer) { peer.reset(); });
  for (const auto& [channel, scheme] :
       {std::pair{Channel::http, "http"}, std::pair{Channel::dial, "tcp"}, std::pair{Channel::tls, "tls"}})
    for (const RawServer* server : {&garbage, &silent, &resets})
      expect_nothing_left(
          {scheme, [&, channel = channel, scheme = scheme](int) { return to(channel, server->url("", scheme)); }, 500});
  expect_nothing_left({"above the cap",
                       [&](int) {
                         Request request = to(Channel::exchange, garbage.url("", "tcp"));
                         request.max_bytes = 3;
                         return request;
                       },
                       500});
}

TEST_F(Leaks, S58_NothingOfHandshakes) {
  RawServer untrusted(over_tls(issue(make_authority("unknown"), "IP:127.0.0.1"), "x"));
  expect_nothing_left({"looks", [&](int) { return to(Channel::tls, untrusted.url("", "tls")); }, 200});
  expect_nothing_left({"distrust", [&](int) { return to(Channel::http, untrusted.url("/", "https")); }, 200});
}

TEST_F(Leaks, S58_NothingOfDeadlines) {
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  for (const auto& [channel, scheme] :
       {std::pair{Channel::http, "http"}, std::pair{Channel::dial, "tcp"}, std::pair{Channel::tls, "tls"}})
    expect_nothing_left({scheme,
                         [&, channel = channel, scheme = scheme](int) {
                           Request request = to(channel, mute.url("", scheme));
                           request.deadline = 1ms;
                           return request;
                         },
                         200});
}

TEST_F(Leaks, S58_NothingOfCommands) {
  const auto command = [](std::vector<std::string> arguments, Duration deadline) {
    Request request{.channel = Channel::command, .url = "exec:x", .deadline = deadline};
    request.command.edit().arguments = std::move(arguments);
    return request;
  };
  expect_nothing_left({"nothing", [&](int) { return command({"/no/such/program"}, kAmple); }});
  expect_nothing_left({"status", [&](int) { return command({"/bin/false"}, kAmple); }, 500});
  expect_nothing_left({"deadline", [&](int) { return command({"/bin/sleep", "1000"}, 1ms); }, 200});
  bulkhead_.reset();
  channels_.reset();
  commands_.reset();
  network_.reset();
  loop_.reset();
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace ballast
