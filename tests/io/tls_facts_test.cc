// What a look at certificates shows, against real TLS servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/io/certificates.h"
#include "tests/io/fetcher_contract.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class TlsFactsTest : public testing::Test {
 protected:
  Result<Response> look(const RawServer& server, const std::string& name = "", const std::string& host = "127.0.0.1") {
    Request request{.channel = Channel::tls, .url = "tls://" + host + ":" + std::to_string(server.port())};
    request.server_name = name;
    request.deadline = kAmple;
    return client_.fetch(request);
  }
  TlsFacts facts(const Certificate& certificate, const std::string& name = "") {
    RawServer server(over_tls(certificate, ""));
    const auto answer = look(server, name);
    if (answer) return *answer->tls;
    ADD_FAILURE() << answer.error().message;
    return {};
  }
  static std::vector<TlsProblem> problems(const TlsFacts& facts) {
    std::vector<TlsProblem> all;
    for (const auto& finding : facts.findings) all.push_back(finding.problem);
    return all;
  }
  Certificate authority_ = make_authority("test authority");
  Client client_{{.network = {.ca_file = write_file("facts-ca.pem", authority_.certificate_pem)}}};
};

TEST_F(TlsFactsTest, ShowWhoItIsUntilWhenAndThatNothingIsWrong) {
  const TlsFacts seen = facts(issue(authority_, "IP:127.0.0.1", -3600, 86400));
  ASSERT_EQ(seen.chain.size(), 1U);
  EXPECT_EQ(seen.chain[0].subject, "CN=server");
  EXPECT_NEAR(seconds(seen.chain[0].not_after - seen.at), 86400, 60);
  EXPECT_NEAR(seconds(seen.chain[0].not_before - seen.at), -3600, 60);
  EXPECT_THAT(seen.findings, IsEmpty());
}

TEST_F(TlsFactsTest, NameEachProblem) {
  EXPECT_THAT(problems(facts(issue(authority_, "IP:127.0.0.1", -7200, -3600))), ElementsAre(TlsProblem::expired));
  EXPECT_THAT(problems(facts(issue(authority_, "IP:127.0.0.1", 3600, 7200))), ElementsAre(TlsProblem::not_yet_valid));
  EXPECT_THAT(problems(facts(issue(authority_, "IP:127.0.0.2"))), ElementsAre(TlsProblem::wrong_name));
  EXPECT_THAT(problems(facts(issue(make_authority("another"), "IP:127.0.0.1"))), ElementsAre(TlsProblem::untrusted));
}

TEST_F(TlsFactsTest, NameAllProblemsAtOnce) {
  const TlsFacts seen = facts(issue(make_authority("another"), "DNS:other.test", -7200, -3600));
  EXPECT_THAT(problems(seen), UnorderedElementsAre(TlsProblem::expired, TlsProblem::untrusted, TlsProblem::wrong_name));
  EXPECT_NEAR(seconds(seen.chain[0].not_after - seen.at), -3600, 60);
  for (const auto& finding : seen.findings) EXPECT_NE(finding.detail, "");
}

TEST_F(TlsFactsTest, AreForTheNameThatIsAskedForAndTheServerHearsIt) {
  const Certificate named = issue(authority_, "DNS:shop.test,DNS:*.web.test");
  EXPECT_THAT(facts(named, "shop.test").findings, IsEmpty());
  EXPECT_THAT(facts(named, "a.web.test").findings, IsEmpty());
  EXPECT_THAT(problems(facts(named, "a.b.web.test")), ElementsAre(TlsProblem::wrong_name));
  EXPECT_THAT(problems(facts(named)), ElementsAre(TlsProblem::wrong_name));
}

TEST_F(TlsFactsTest, ShowTheWholeChainAndAreTrustedThroughIt) {
  const Certificate middle = make_authority_below(authority_, "middle", -3600, 900);
  Certificate server = issue(middle, "IP:127.0.0.1", -3600, 1800);
  EXPECT_THAT(problems(facts(server)), ElementsAre(TlsProblem::untrusted)) << "the middle is missing";
  server.chain_pem = middle.certificate_pem;
  const TlsFacts seen = facts(server);
  ASSERT_EQ(seen.chain.size(), 2U);
  EXPECT_EQ(seen.chain[1].subject, "CN=middle");
  EXPECT_NEAR(seconds(seen.chain[1].not_after - seen.at), 900, 60);
  EXPECT_THAT(seen.findings, IsEmpty());
}

TEST_F(TlsFactsTest, AreKnownThoughTheServerRefusesClientsWithoutACertificate) {
  const Certificate certificate = issue(authority_, "IP:127.0.0.1");
  RawServer modern(over_tls(certificate, "", true, authority_.certificate_pem));
  RawServer old(over_old_tls_for_known_clients(certificate, authority_.certificate_pem));
  for (const RawServer* server : {&modern, &old}) {
    const auto answer = look(*server);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(answer->tls->findings, IsEmpty());
  }
}

TEST_F(TlsFactsTest, AreNotKnownOfWhatDoesNotShakeHands) {
  RawServer plain([](RawPeer& peer) {
    peer.read_some();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  RawServer closes([](RawPeer& peer) { peer.read_some(); });
  RawServer stalls([](RawPeer& peer) { peer.hang(); });
  EXPECT_THAT(look(plain), fails(Errc::unavailable, "TLS handshake"));
  EXPECT_THAT(look(closes), fails(Errc::unavailable, "TLS handshake"));
  Request request{.channel = Channel::tls, .url = stalls.url("", "tls"), .deadline = 50ms};
  EXPECT_THAT(client_.fetch(request), fails(Errc::timeout, "TLS handshake"));
  EXPECT_THAT(client_.fetch(Request{.channel = Channel::tls, .url = "tcp://127.0.0.1:1"}),
              fails(Errc::invalid, "do not fit"));
}

}  // namespace
}  // namespace ballast
