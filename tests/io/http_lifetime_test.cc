#include <dirent.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
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

TEST(HttpClient, AsksAgainWhenAKeptConnectionTurnsOutClosedButNeverRepeatsAWrite) {
  std::atomic<int> requests = 0;
  RawServer server([&](RawPeer& peer) {  // answers once per connection, closes at the second request
    if (!peer.read_request().empty()) ++requests;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (!peer.read_request().empty()) ++requests;
  });
  Client client;
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

TEST(HttpClient, KeepsNoDescriptorsAfterAThousandFailures) {
  RawServer garbage([](RawPeer& peer) {
    peer.read_request();
    peer.send("nonsense\r\n\r\n");
  });
  Client client;
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 500; ++i) {
    ASSERT_FALSE(client.get(garbage.url(), kAmple));
    ASSERT_FALSE(client.get("http://127.0.0.1:1/", kAmple));
  }
  // The server of this process may still be closing its side of the last one.
  EXPECT_LE(open_descriptors(), before + 2);
}

Task<void> fetch_into(Fetcher& fetcher, Request request, bool* came) {
  (void)co_await fetcher.fetch(std::move(request));
  *came = true;
}

TEST(HttpClient, ClosesTheConnectionOfATaskThatIsDestroyedAndNeverResumesIt) {
  std::promise<void> asked;
  std::promise<void> closed;
  RawServer server([&](RawPeer& peer) {
    peer.read_request();
    asked.set_value();
    peer.hang();
    closed.set_value();
  });
  Client client;
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

TEST(HttpClient, MayBeDestroyedAtEveryMomentOfAFetch) {
  RawServer server(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
  for (int turns = 0; turns < 12; ++turns) {
    Client client;
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

TEST(HttpClient, RunsManyFetchesAtOnce) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
  });
  Client client;
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
