// Names that are gone, name servers that are sick or slow: the reading is unknown, and the next look-up that works is
// used, for each probe that connects.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "probes/http.h"
#include "probes/redis.h"
#include "probes/tcp.h"
#include "probes/tls.h"
#include "tests/io/certificates.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

enum class NameServer { knows, denies, fails, hangs };

class Names : public testing::Test {
 protected:
  /// `moved.test`, at the end of the answers that a name server gives in turn.
  static LookUp look_up_as(std::shared_ptr<std::atomic<NameServer>> state, std::shared_future<void> end) {
    return [state = std::move(state), end](const std::string& name) {
      if (name == "steady.test") return LookedUp{.addresses = {"127.0.0.1"}};
      switch (state->load()) {
        case NameServer::knows:
          return LookedUp{.addresses = {"127.0.0.1"}};
        case NameServer::denies:
          return LookedUp{.no_such_name = true, .problem = "Name or service not known"};
        case NameServer::fails:
          return LookedUp{.problem = "Temporary failure in name resolution"};
        case NameServer::hangs:
          end.wait();
          break;
      }
      return LookedUp{.problem = "Temporary failure in name resolution"};
    };
  }
  void TearDown() override { end_.set_value(); }

  /// Every probe that connects, asking `host` where its peer is.
  std::vector<CompiledProbe> probes_of(const std::string& host) {
    const auto at = [&host](const RawServer& server) { return host + ":" + std::to_string(server.port()); };
    return {compile(HttpSpec{.url = "http://" + at(http_) + "/", .timeout = kShort}),
            compile(TcpSpec{.address = at(tcp_), .timeout = kShort}),
            compile(TlsSpec{.address = at(tls_), .field = TlsField::valid, .timeout = kShort}),
            compile(RedisSpec{.address = at(redis_), .key = "jobs", .timeout = kShort})};
  }
  void expect_known(const std::string& host) {
    for (const CompiledProbe& probe : probes_of(host)) EXPECT_EQ(value_of(ask(client_, probe)), 1) << probe.type;
  }
  void expect_unknown(Errc code, const std::string& why) {
    for (const CompiledProbe& probe : probes_of("moved.test"))
      EXPECT_THAT(ask(client_, probe), unknown(code, why)) << probe.type;
  }

  static constexpr Duration kShort = 2s;
  Certificate authority_ = make_authority("names authority");
  RawServer http_{always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")};
  RawServer tcp_{[](RawPeer& peer) { peer.hang(); }};
  RawServer tls_{over_tls(issue(authority_, "DNS:moved.test,DNS:steady.test"), "")};
  RawServer redis_{[](RawPeer& peer) {
    peer.read_some();
    peer.send("$0\r\n\r\n:1\r\n+OK\r\n");
  }};
  std::promise<void> end_{};
  std::shared_future<void> ended_ = end_.get_future().share();
  // Shared with threads that look up for longer than the test takes.
  std::shared_ptr<std::atomic<NameServer>> state_ = std::make_shared<std::atomic<NameServer>>(NameServer::denies);
  Client client_{{.network = {.ca_file = write_file("names-ca.pem", authority_.certificate_pem),
                              .look_up_name = look_up_as(state_, ended_)}}};
};

TEST_F(Names, S54_ThatAreGoneOrCannotBeAskedForAreUnknownAndFoundAgain) {
  expect_unknown(Errc::unavailable, "moved.test");
  *state_ = NameServer::fails;
  expect_unknown(Errc::unavailable, "moved.test");
  *state_ = NameServer::knows;
  expect_known("moved.test");
}

TEST_F(Names, S54_ThatWereKnownAreStillWhileTheirServerFailsAndNotOnceTheyAreGone) {
  *state_ = NameServer::knows;
  expect_known("moved.test");
  *state_ = NameServer::fails;
  expect_known("moved.test");
  *state_ = NameServer::denies;
  expect_unknown(Errc::unavailable, "moved.test");
}

TEST_F(Names, S54_ThatTakeForeverEndAtTheDeadlineAndHoldUpNobodyElse) {
  *state_ = NameServer::hangs;
  for (CompiledProbe& probe : probes_of("moved.test")) {
    probe.request.deadline = 50ms;
    EXPECT_THAT(ask(client_, probe), unknown(Errc::timeout, "moved.test")) << probe.type;
  }
  expect_known("steady.test");
}

}  // namespace
}  // namespace ballast
