#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <future>
#include <string>

#include "io/http_client.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

Request exchange_with(std::string url, std::string body) {
  Request request;
  request.channel = Channel::exchange;
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

TEST(Exchange, SendsAndReadsToTheEndOverTcpAndTellsThatNoMoreComes) {
  RawServer server([](RawPeer& peer) {
    std::string all;
    for (std::string some = peer.read_some(); !some.empty(); some = peer.read_some()) all += some;
    peer.send("got " + all);
  });
  Client client;
  const auto answer = client.fetch(exchange_with(server.url("", "tcp"), "PING\r\n"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "got PING\r\n");
}

TEST(Exchange, LeavesAUnixSocketOpenForWriting) {
  const std::string path = testing::TempDir() + "ballast-exchange.sock";
  RawServer server(
      [](RawPeer& peer) {
        const std::string line = peer.read_some();
        pollfd more{peer.descriptor(), POLLIN, 0};  // a half-closed peer would be readable
        peer.send(poll(&more, 1, 100) == 0 ? "open " + line : "half-closed");
      },
      path);
  Client client;
  EXPECT_EQ(client.fetch(exchange_with("unix://" + path, "show stat\n"))->body, "open show stat\n");
  unlink(path.c_str());
}

TEST(Exchange, HasACapADeadlineAndErrors) {
  RawServer endless([](RawPeer& peer) {
    while (peer.send(std::string(1000, 'x'))) {
    }
  });
  std::promise<void> over;
  RawServer mute([&](RawPeer& peer) {
    peer.hang();
    over.get_future().wait();  // half-closed: the client still reads
  });
  Client client;
  Request request = exchange_with(endless.url("", "tcp"), "");
  request.max_bytes = 10'000;
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "10000 bytes"));
  request = exchange_with(mute.url("", "tcp"), "x");
  request.deadline = 50ms;
  EXPECT_THAT(client.fetch(request), fails(Errc::timeout, "0 bytes"));
  over.set_value();
  EXPECT_THAT(client.fetch(exchange_with("unix:///nowhere/x.sock", "")), fails(Errc::unavailable, "No such file"));
  EXPECT_THAT(client.fetch(exchange_with("unix:///" + std::string(200, 'x'), "")), fails(Errc::invalid, "107"));
  EXPECT_THAT(client.fetch(exchange_with("http://127.0.0.1:1/", "")), fails(Errc::invalid, "channel"));
}

}  // namespace
}  // namespace ballast
