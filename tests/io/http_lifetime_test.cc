#include <dirent.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <future>
#include <string>
#include <thread>

#include "io/http_client.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

TEST_P(FetcherContract, AsksAgainWhenAKeptConnectionTurnsOutClosedButNeverRepeatsAWrite) {
  std::atomic<int> requests = 0;
  RawServer server([&](RawPeer& peer) {  // answers once per connection, closes at the second request
    if (!peer.read_request().empty()) ++requests;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (!peer.read_request().empty()) ++requests;
  });
  Client client(GetParam());
  EXPECT_TRUE(client.get(server.url()));
  EXPECT_TRUE(client.get(server.url()));
  EXPECT_EQ(requests, 3);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_TRUE(client.fetch(write_to(server.url())));
  EXPECT_EQ(requests, 4);
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpClient, AsksAThousandTimesOverOneConnectionAndKeepsNoDescriptors) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  Client client;
  ASSERT_TRUE(client.get(server.url()));
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(client.get(server.url(), kAmple));
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(server.connections(), 1);
}

/// Bytes that the program holds; 0 where a sanitizer has its own allocator, which looks for leaks itself.
std::size_t heap_in_use() { return mallinfo2().uordblks; }

/// A server in a process of its own, whose memory is not ours.
class ServerApart {
 public:
  explicit ServerApart(const RawServer::Script& script) {
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      RawServer server(script);
      const std::string url = server.url();
      if (write(pipe_ends[1], url.data(), url.size()) < 0) _exit(1);
      for (;;) pause();
    }
    std::array<char, 64> text{};
    const auto length = read(pipe_ends[0], text.data(), text.size());
    url_.assign(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    for (const int end : pipe_ends) close(end);
  }
  ~ServerApart() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  ServerApart(const ServerApart&) = delete;
  ServerApart& operator=(const ServerApart&) = delete;
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  pid_t child_ = -1;
  std::string url_{};
};

/// What `bytes` are to a request, and the end of the connection.
RawServer::Script once(std::string bytes) {
  return [bytes = std::move(bytes)](RawPeer& peer) {
    peer.read_request();
    peer.send(bytes);
  };
}

TEST(HttpClient, S58_KeepsNoDescriptorsAndNoMemoryAfterFailures) {
  const ServerApart garbage(once("nonsense\r\n\r\n"));
  const ServerApart errors(once("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops"));
  const ServerApart cuts(once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!"));
  const ServerApart mute([](RawPeer& peer) { peer.hang(); });
  Client client;
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_FALSE(client.get(garbage.url(), kAmple));
      ASSERT_FALSE(client.get("http://127.0.0.1:1/", kAmple));
      ASSERT_FALSE(client.get(cuts.url(), kAmple));
      ASSERT_FALSE(client.get(mute.url(), 1ms));
      ASSERT_EQ(client.get(errors.url(), kAmple)->status, 503);
    }
  };
  fail(50);  // buffers and caches have their size by then
  const std::size_t descriptors = open_descriptors();
  const std::size_t heap = heap_in_use();
  fail(400);
  EXPECT_LE(open_descriptors(), descriptors);
  EXPECT_LE(heap_in_use(), heap + 2000 * 8) << "8 bytes a failure";
}

Task<void> fetch_into(Fetcher& fetcher, Request request, bool* came) {
  (void)co_await fetcher.fetch(std::move(request));
  *came = true;
}

TEST_P(FetcherContract, ClosesTheConnectionOfATaskThatIsDestroyedAndNeverResumesIt) {
  std::promise<void> asked;
  std::promise<void> closed;
  RawServer server([&](RawPeer& peer) {
    peer.read_request();
    asked.set_value();
    peer.hang();
    closed.set_value();
  });
  Client client(GetParam());
  bool came = false;
  Request request;
  request.url = server.url();
  {
    TaskGroup group;
    group.spawn(fetch_into(*client.fetcher, request, &came));
    std::thread stopper([&] {
      asked.get_future().wait();
      client.loop->stop();
    });
    client.loop->run();
    stopper.join();
  }
  EXPECT_EQ(closed.get_future().wait_for(10s), std::future_status::ready);
  client.loop->post([&] { client.loop->stop(); });
  client.loop->run();
  EXPECT_FALSE(came);
}

TEST_P(FetcherContract, MayBeDestroyedAtEveryMomentOfAFetch) {
  RawServer server(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
  for (int turns = 0; turns < 12; ++turns) {
    Client client(GetParam());
    bool came = false;
    Request request;
    request.url = "http://localhost:" + std::to_string(server.port()) + "/";
    TaskGroup group;
    group.spawn(fetch_into(*client.fetcher, request, &came));
    for (int i = 0; i < turns; ++i) {
      client.loop->post([&] { client.loop->stop(); });
      client.loop->run();
    }
  }
}

TEST_P(FetcherContract, RunsManyFetchesAtOnce) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
  });
  Client client(GetParam());
  std::array<bool, 100> came{};
  TaskGroup group;
  Request request;
  request.url = server.url();
  request.deadline = kAmple;
  for (bool& one : came) group.spawn(fetch_into(*client.fetcher, request, &one));
  const TimePoint give_up = client.loop->now() + kAmple;
  while (!group.idle() && client.loop->now() < give_up) {
    client.loop->post([&] { client.loop->stop(); });
    client.loop->run();
  }
  EXPECT_TRUE(std::ranges::all_of(came, [](bool one) { return one; }));
  EXPECT_EQ(server.connections(), 100);
}

}  // namespace
}  // namespace ballast
