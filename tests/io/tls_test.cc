// What the client trusts, and what it says when it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/io/certificates.h"
#include "tests/io/fetcher_contract.h"

namespace ballast {
namespace {

const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class Tls : public testing::Test {
 protected:
  Certificate authority_ = make_authority("test authority");
  HttpClientOptions trusting_{.network = {.ca_file = write_file("ca.pem", authority_.certificate_pem)}};
};

/// What clients of every kind do.
class TlsContract : public Tls, public testing::WithParamInterface<FetcherKind> {
 protected:
  Client client_{GetParam(), trusting_.network.ca_file};
};
INSTANTIATE_TEST_SUITE_P(Clients, TlsContract, testing::ValuesIn(kFetcherKinds), name_of_kind);

TEST_P(TlsContract, TrustsACertificateOfItsAuthorityForTheRightNameOrAddress) {
  RawServer by_address(over_tls(issue(authority_, "IP:127.0.0.1"), kHello));
  RawServer by_name(over_tls(issue(authority_, "DNS:localhost"), kHello));
  for (const std::string& url : {by_address.url("/", "https"), "https://localhost:" + std::to_string(by_name.port())}) {
    const auto answer = client_.get(url, kAmple);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "hello");
  }
}

TEST_P(TlsContract, RefusesWrongNamesExpiredAndEarlyCertificatesAndUnknownAuthorities) {
  RawServer wrong_name(over_tls(issue(authority_, "DNS:other.test,IP:127.0.0.2"), kHello));
  RawServer expired(over_tls(issue(authority_, "IP:127.0.0.1", -7200, -3600), kHello));
  RawServer early(over_tls(issue(authority_, "IP:127.0.0.1", 3600, 7200), kHello));
  RawServer unknown(over_tls(issue(make_authority("another"), "IP:127.0.0.1"), kHello));
  RawServer self_signed(over_tls(make_authority("self"), kHello));
  EXPECT_THAT(client_.get(wrong_name.url("/", "https")), fails(Errc::unavailable, "IP address mismatch"));
  EXPECT_THAT(client_.get("https://localhost:" + std::to_string(wrong_name.port()) + "/"),
              fails(Errc::unavailable, "localhost is not trusted: hostname mismatch"));
  EXPECT_THAT(client_.get(expired.url("/", "https")), fails(Errc::unavailable, "expired"));
  EXPECT_THAT(client_.get(early.url("/", "https")), fails(Errc::unavailable, "not yet valid"));
  EXPECT_THAT(client_.get(unknown.url("/", "https")), fails(Errc::unavailable, "unable to get local issuer"));
  EXPECT_THAT(client_.get(self_signed.url("/", "https")), fails(Errc::unavailable, "self-signed"));
}

TEST_P(TlsContract, DoesNotSendAWriteToAServerThatItDoesNotTrust) {
  RawServer unknown(over_tls(issue(make_authority("another"), "IP:127.0.0.1"), kHello));
  EXPECT_THAT(client_.fetch(write_to(unknown.url("/", "https"))), fails(Errc::unavailable, "not trusted"));
}

TEST_F(Tls, ShowsItsOwnCertificateWhenItHasOne) {
  RawServer server(over_tls(issue(authority_, "IP:127.0.0.1"), kHello, true, authority_.certificate_pem));
  const Certificate own = issue(authority_, "DNS:client.test");
  HttpClientOptions options = trusting_;
  EXPECT_THAT(Client(options).get(server.url("/", "https")), fails(Errc::unavailable, ""));
  options.network.client_certificate_file = write_file("client.pem", own.certificate_pem);
  options.network.client_key_file = write_file("client.key", own.key_pem);
  EXPECT_EQ(Client(options).get(server.url("/", "https"))->body, "hello");
}

TEST_P(TlsContract, DoesNotTakeACutConnectionForTheEndOfAnAnswer) {
  RawServer server(over_tls(issue(authority_, "IP:127.0.0.1"), "HTTP/1.0 200 OK\r\n\r\nhalf of i", false));
  RawServer whole(over_tls(issue(authority_, "IP:127.0.0.1"), "HTTP/1.0 200 OK\r\n\r\nall of it", true));
  EXPECT_THAT(client_.get(server.url("/", "https")), fails(Errc::unavailable, ""));
  EXPECT_EQ(client_.get(whole.url("/", "https"))->body, "all of it");
}

TEST_F(Tls, SpeaksPlainHttpToNobodyWhoAsksForTls) {
  RawServer plain(always(kHello));
  Client client(trusting_);
  EXPECT_THAT(client.get(plain.url("/", "https"), std::chrono::milliseconds{100}), fails(Errc::timeout, "handshake"));
  RawServer talks_first([](RawPeer& peer) {
    peer.send("220 mail ESMTP\r\n");
    peer.hang();
  });
  EXPECT_THAT(client.get(talks_first.url("/", "https")), fails(Errc::unavailable, "TLS handshake"));
}

TEST_F(Tls, ExchangesOverTls) {
  RawServer server(over_tls(issue(authority_, "IP:127.0.0.1"), "+PONG\r\n"));
  Client client(trusting_);
  Request request;
  request.channel = Channel::exchange;
  request.url = server.url("", "tls");
  request.body = "PING\r\n";
  EXPECT_EQ(client.fetch(request)->body, "+PONG\r\n");
}

TEST_F(Tls, NamesTheFileThatItCannotUse) {
  const auto loop = make_loop();
  HttpClientOptions options;
  options.network.ca_file = write_file("garbage.pem", "no certificate");
  const auto fetcher = make_http_fetcher(*loop, options);
  ASSERT_FALSE(fetcher);
  EXPECT_EQ(fetcher.error().code, Errc::invalid);
  EXPECT_THAT(fetcher.error().message, testing::HasSubstr("garbage.pem"));
  options = trusting_;
  options.network.client_key_file = "/nowhere/key.pem";
  EXPECT_THAT(make_http_fetcher(*loop, options).error().message, testing::HasSubstr("/nowhere/key.pem"));
}

/// A request with TLS options of its own, by a client that by itself trusts nobody here.
Request with_tls(const std::string& url, TlsOptions tls) {
  Request request;
  request.url = url;
  request.deadline = kAmple;
  request.tls = std::move(tls);
  return request;
}

TEST_F(Tls, TrustsShowsAndExpectsWhatTheRequestSays) {
  RawServer server(over_tls(issue(authority_, "DNS:web.test"), kHello, true, authority_.certificate_pem));
  const Certificate own = issue(authority_, "DNS:client.test");
  TlsOptions tls{.ca_file = write_file("request-ca.pem", authority_.certificate_pem),
                 .cert_file = write_file("request.pem", own.certificate_pem),
                 .key_file = write_file("request.key", own.key_pem),
                 .server_name = "web.test"};
  Client client;
  const auto get = [&](const TlsOptions& with) { return client.fetch(with_tls(server.url("/", "https"), with)); };
  ASSERT_TRUE(get(tls)) << get(tls).error().message;
  TlsOptions other = tls;
  other.server_name.clear();
  EXPECT_THAT(get(other), fails(Errc::unavailable, "IP address mismatch"));
  other = tls;
  other.ca_file.clear();
  EXPECT_THAT(get(other), fails(Errc::unavailable, "not trusted"));
  other = tls;
  other.cert_file.clear();
  other.key_file.clear();
  EXPECT_THAT(get(other), fails(Errc::unavailable, ""));
  other = tls;
  other.key_file = "/nowhere/key.pem";
  EXPECT_THAT(get(other), fails(Errc::invalid, "/nowhere/key.pem"));
}

TEST_F(Tls, TrustsAnybodyOnlyWhenTheRequestSaysSo) {
  RawServer expired(over_tls(issue(make_authority("another"), "DNS:other.test", -7200, -3600), kHello));
  Client client;
  EXPECT_THAT(client.fetch(with_tls(expired.url("/", "https"), {})), fails(Errc::unavailable, "not trusted"));
  const auto answer = client.fetch(with_tls(expired.url("/", "https"), {.insecure_skip_verify = true}));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "hello");
}

TEST_F(Tls, SharesNoKeptConnectionBetweenRequestsThatTrustOthers) {
  const Certificate certificate = issue(authority_, "IP:127.0.0.1");
  RawServer server(over_tls(certificate, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  Client client;
  const std::string url = server.url("/", "https");
  ASSERT_TRUE(client.fetch(with_tls(url, {.insecure_skip_verify = true})));
  EXPECT_THAT(client.fetch(with_tls(url, {})), fails(Errc::unavailable, "not trusted"));
}

TEST_F(Tls, ReadsChangedFilesAtTheNextConnection) {
  const Certificate next = make_authority("next authority");
  RawServer rotated(over_tls(issue(next, "IP:127.0.0.1"), kHello));
  TlsOptions tls{.ca_file = write_file("rotating.pem", authority_.certificate_pem)};
  Client client;
  EXPECT_THAT(client.fetch(with_tls(rotated.url("/", "https"), tls)), fails(Errc::unavailable, "not trusted"));
  write_file("rotating.pem", authority_.certificate_pem + next.certificate_pem);
  const auto answer = client.fetch(with_tls(rotated.url("/", "https"), tls));
  EXPECT_TRUE(answer) << answer.error().message;
}

}  // namespace
}  // namespace ballast
