// What a dial calls an answer of the peer, and what it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <string>

#include "tests/io/fetcher_contract.h"
#include "tests/io/no_descriptors.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

Request dial_to(std::string url, std::string send = "", std::string until = "") {
  Request request{.channel = Channel::dial, .url = std::move(url), .body = std::move(send), .until = std::move(until)};
  request.deadline = kAmple;
  request.max_bytes = 4096;
  return request;
}

auto dialled(Dialled how, const std::string& text) {
  return testing::ResultOf(
      [how](const Result<Response>& answer) -> std::string {
        if (!answer) return "failed: " + answer.error().message;
        return answer->dialled == how ? answer->body : "another ending, after: " + answer->body;
      },
      testing::HasSubstr(text));
}

/// A port that nobody listens on: its server is gone.
std::string url_of_nobody() {
  return RawServer([](RawPeer&) {}).url("", "tcp");
}

TEST(Dial, IsAnsweredByAConnectionAloneWhenNothingIsExpected) {
  std::promise<std::string> heard;
  RawServer mute([&](RawPeer& peer) {
    heard.set_value(peer.read_some());
    peer.hang();
  });
  Client client;
  EXPECT_THAT(client.fetch(dial_to(mute.url("", "tcp"), "hello")), dialled(Dialled::answered, ""));
  EXPECT_EQ(heard.get_future().get(), "hello");
}

TEST(Dial, EndsWithTheExpectedTextHoweverItIsCutAndDoesNotWaitForTheEnd) {
  RawServer drip([](RawPeer& peer) {
    for (const char byte : std::string("220 mail.test ESMTP\r\n")) peer.send(std::string(1, byte));
    peer.hang();
  });
  RawServer echo([](RawPeer& peer) {
    peer.send("+" + peer.read_some());
    peer.hang();
  });
  Client client;
  EXPECT_THAT(client.fetch(dial_to(drip.url("", "tcp"), "", "ESMTP")),
              dialled(Dialled::answered, "220 mail.test ESMTP"));
  EXPECT_THAT(client.fetch(dial_to(echo.url("", "tcp"), "PONG", "+PONG")), dialled(Dialled::answered, "+PONG"));
}

TEST(Dial, CallsARefusalAHangUpAndOtherTalkAnswersOfThePeer) {
  RawServer closes([](RawPeer& peer) { peer.send("421 too busy\r\n"); });
  RawServer resets([](RawPeer& peer) {
    peer.read_some();
    peer.reset();
  });
  RawServer talks([](RawPeer& peer) {
    while (peer.send(std::string(1000, 'x'))) {
    }
  });
  Client client;
  EXPECT_THAT(client.fetch(dial_to(url_of_nobody())), dialled(Dialled::refused, "refused"));
  EXPECT_THAT(client.fetch(dial_to(closes.url("", "tcp"), "", "220")), dialled(Dialled::hung_up, "421 too busy"));
  EXPECT_THAT(client.fetch(dial_to(resets.url("", "tcp"), "x", "220")), dialled(Dialled::hung_up, ""));
  EXPECT_THAT(client.fetch(dial_to(talks.url("", "tcp"), "", "220")), dialled(Dialled::talked, "xxx"));
}

TEST(Dial, DoesNotCallItAnAnswerWhenNobodyWasAsked) {
  Client client;
  EXPECT_THAT(client.fetch(dial_to("tcp://no-such-host.invalid:1")), fails(Errc::unavailable, "no-such-host.invalid"));
  EXPECT_THAT(client.fetch(dial_to("tcp://[fe80::1]:1")), fails(Errc::denied, "not allowed"));
  EXPECT_THAT(client.fetch(dial_to("http://127.0.0.1:1/")), fails(Errc::invalid, "do not fit"));
}

TEST(Dial, DoesNotCallSilenceAnAnswer) {
  RawServer mute([](RawPeer& peer) {
    peer.send("2");
    peer.hang();
  });
  Client client;
  Request request = dial_to(mute.url("", "tcp"), "", "220");
  request.deadline = 50ms;
  EXPECT_THAT(client.fetch(request), fails(Errc::timeout, "1 bytes"));
}

TEST(Dial, DoesNotBlameThePeerForOurLackOfDescriptors) {
  RawServer server([](RawPeer& peer) { peer.hang(); });
  Client client;
  const NoDescriptors none;
  EXPECT_THAT(client.fetch(dial_to(server.url("", "tcp"))), fails(Errc::unavailable, "Too many open files"));
}

/// An even port that nobody listens on; Linux gives even ones to clients.
std::uint16_t port_of_clients() {
  for (auto port = static_cast<std::uint16_t>(40'000 + 2 * (getpid() % 5000)); port < 60'000; port += 2) {
    const int tried = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    const bool free = bind(tried, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(tried);
    if (free) return port;
  }
  return 0;
}

TEST(Dial, IsNotFooledByAConnectionThatMeetsItself) {
  // The kernel goes round its local ports, half of 28,000 by default, with jumps: among as many tries most often one
  // gets the very port that it dials.
  constexpr int kRound = 8'000;
  const std::string url = "tcp://127.0.0.1:" + std::to_string(port_of_clients());
  Client client;
  for (int i = 0; i < kRound; ++i) ASSERT_THAT(client.fetch(dial_to(url)), dialled(Dialled::refused, "refused")) << i;
}

TEST(ExchangeUntil, EndsWithTheTextWhileThePeerStaysAndWithoutTellingItToGo) {
  RawServer server([](RawPeer& peer) {
    peer.send("+" + peer.read_some() + "END\r\n");
    peer.hang();
  });
  Client client;
  Request request{
      .channel = Channel::exchange, .url = server.url("", "tcp"), .body = "stats\r\n", .until = std::string("END\r\n")};
  request.half_close = false;
  const auto answer = client.fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "+stats\r\nEND\r\n");
}

}  // namespace
}  // namespace ballast
