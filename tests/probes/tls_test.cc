#include "probes/tls.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/io/certificates.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr long kDay = 86'400;

class TlsProbe : public testing::Test {
 protected:
  Result<NamedReading> ask_about(const Certificate& certificate, TlsField field, const std::string& name = "") {
    RawServer server(over_tls(certificate, ""));
    return ask(client_, compile(TlsSpec{.address = "127.0.0.1:" + std::to_string(server.port()),
                                        .server_name = name,
                                        .field = field,
                                        .timeout = kAmple}));
  }
  double days(const Certificate& certificate) { return value_of(ask_about(certificate, TlsField::days_to_expiry)); }
  double valid(const Certificate& certificate, const std::string& name = "") {
    return value_of(ask_about(certificate, TlsField::valid, name));
  }
  Certificate authority_ = make_authority("test authority");
  Client client_{{.network = {.ca_file = write_file("probe-ca.pem", authority_.certificate_pem)}}};
};

TEST_F(TlsProbe, CountsTheDaysToTheFirstExpiryOfTheChain) {
  EXPECT_NEAR(days(issue(authority_, "IP:127.0.0.1", -kDay, 30 * kDay)), 30, 0.01);
  const Certificate middle = make_authority_below(authority_, "middle", -kDay, 7 * kDay);
  Certificate chained = issue(middle, "IP:127.0.0.1", -kDay, 90 * kDay);
  chained.chain_pem = middle.certificate_pem;
  EXPECT_NEAR(days(chained), 7, 0.01);
}

TEST_F(TlsProbe, CountsBelowZeroOnceItHasExpired) {
  EXPECT_NEAR(days(issue(authority_, "IP:127.0.0.1", -5 * kDay, -2 * kDay)), -2, 0.01);
}

TEST_F(TlsProbe, HasNoDaysOfACertificateThatMayBeAnothers) {
  const auto of = [&](const Certificate& certificate) { return ask_about(certificate, TlsField::days_to_expiry); };
  EXPECT_THAT(of(issue(authority_, "IP:127.0.0.2")), unknown(Errc::unavailable, "not for 127.0.0.1"));
  EXPECT_THAT(of(issue(make_authority("another"), "IP:127.0.0.1")), unknown(Errc::unavailable, "local issuer"));
  EXPECT_THAT(of(issue(authority_, "IP:127.0.0.1", kDay, 2 * kDay)), unknown(Errc::unavailable, "not yet valid"));
  EXPECT_THAT(of(issue(make_authority("another"), "IP:127.0.0.2", -2 * kDay, -kDay)),
              unknown(Errc::unavailable, "not for 127.0.0.1"));
}

TEST_F(TlsProbe, SaysWhetherTheCertificateIsGood) {
  EXPECT_EQ(valid(issue(authority_, "IP:127.0.0.1")), 1);
  EXPECT_EQ(valid(issue(authority_, "DNS:shop.test"), "shop.test"), 1);
  EXPECT_EQ(valid(issue(authority_, "DNS:shop.test")), 0);
  EXPECT_EQ(valid(issue(authority_, "IP:127.0.0.1", -2 * kDay, -kDay)), 0);
  EXPECT_EQ(valid(issue(authority_, "IP:127.0.0.1", kDay, 2 * kDay)), 0);
  EXPECT_EQ(valid(issue(make_authority("another"), "IP:127.0.0.1")), 0);
}

TEST_F(TlsProbe, IsUnknownWhenNoCertificateWasShown) {
  RawServer plain([](RawPeer& peer) { peer.send("220 no TLS here\r\n"); });
  RawServer stalls([](RawPeer& peer) { peer.hang(); });
  const auto of = [&](const RawServer& server, Duration timeout) {
    return ask(client_, compile(TlsSpec{.address = "127.0.0.1:" + std::to_string(server.port()),
                                        .field = TlsField::valid,
                                        .timeout = timeout}));
  };
  EXPECT_THAT(of(plain, kAmple), unknown(Errc::unavailable, "TLS handshake"));
  EXPECT_THAT(of(stalls, 50ms), unknown(Errc::timeout, "TLS handshake"));
}

TEST(TlsSpecCheck, RefusesNamesThatAreNone) {
  EXPECT_TRUE((TlsSpec{.address = "h:443", .server_name = "shop-1.example"}.check().empty()));
  EXPECT_EQ((TlsSpec{.address = "h:0", .server_name = "https://shop.example"}.check().size()), 2U);
}

}  // namespace
}  // namespace ballast
