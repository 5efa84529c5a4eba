#include "probes/tcp.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/io/raw_server.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

std::string address_of(const RawServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

TEST(TcpProbe, IsOneForAPeerThatAnswersAsExpected) {
  RawServer listens([](RawPeer& peer) { peer.hang(); });
  RawServer answers([](RawPeer& peer) {
    peer.send("+PONG " + peer.read_some());
    peer.hang();
  });
  Client client;
  EXPECT_EQ(value_of(ask(client, compile(TcpSpec{.address = address_of(listens)}))), 1);
  const TcpSpec ping{.address = address_of(answers), .send = "PING\r\n", .expect = "+PONG PING"};
  EXPECT_EQ(value_of(ask(client, compile(ping))), 1);
}

TEST(TcpProbe, IsZeroForAPeerThatWasAskedAndDidNotAnswerWell) {
  const std::string nobody = address_of(RawServer([](RawPeer&) {}));
  RawServer closes([](RawPeer& peer) { peer.send("421 busy\r\n"); });
  RawServer resets([](RawPeer& peer) {
    peer.read_some();
    peer.reset();
  });
  RawServer talks([](RawPeer& peer) {
    while (peer.send(std::string(4096, 'x'))) {
    }
  });
  Client client;
  EXPECT_EQ(value_of(ask(client, compile(TcpSpec{.address = nobody}))), 0);
  for (const RawServer* server : {&closes, &resets, &talks})
    EXPECT_EQ(value_of(ask(client, compile(TcpSpec{.address = address_of(*server), .send = "x", .expect = "220"}))), 0);
}

TEST(TcpProbe, IsUnknownWhenNobodyAnswered) {
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  Client client;
  const TcpSpec waits{.address = address_of(silent), .expect = "220", .timeout = 50ms};
  EXPECT_THAT(ask(client, compile(waits)), unknown(Errc::timeout, address_of(silent)));
  EXPECT_THAT(ask(client, compile(TcpSpec{.address = "no-such-host.invalid:25"})),
              unknown(Errc::unavailable, "no-such-host.invalid"));
}

TEST(TcpProbe, RefusesAddressesThatNobodyCanListenOn) {
  EXPECT_TRUE(TcpSpec{.address = "[::1]:25"}.check().empty());
  for (const char* address : {"h:0", "h:00", "*:25", "h:"}) {
    const auto problems = TcpSpec{.address = address}.check();
    ASSERT_EQ(problems.size(), 1U) << address;
    EXPECT_EQ(problems[0].path, "address");
  }
}

}  // namespace
}  // namespace ballast
