// What a Prometheus, an exporter or somebody in their place can do wrong on the wire: a named reason in time, no
// number.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "probes/openmetrics.h"
#include "probes/prometheus.h"
#include "tests/io/certificates.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

const std::string kJson =
    R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"5"]}]}})";

std::string answer(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

CompiledProbe prometheus(const RawServer& server, Duration timeout = kAmple) {
  return compile(PrometheusSpec{.server_address = server.url(""), .query = "up", .timeout = timeout});
}
CompiledProbe openmetrics(const RawServer& server, Duration timeout = kAmple) {
  return compile(OpenMetricsSpec{.url = server.url("/metrics"), .metric = "depth", .timeout = timeout});
}

class Faults : public testing::TestWithParam<bool> {
 protected:
  Result<NamedReading> read(const std::string& bytes) {
    RawServer server([bytes](RawPeer& peer) {
      peer.read_request();
      peer.send(bytes);
    });
    return ask(client_, probe(server));
  }
  static CompiledProbe probe(const RawServer& server, Duration timeout = kAmple) {
    return GetParam() ? prometheus(server, timeout) : openmetrics(server, timeout);
  }
  static std::string good() { return GetParam() ? kJson : "depth 5\n"; }
  Client client_{};
};
INSTANTIATE_TEST_SUITE_P(Probes, Faults, testing::Bool(),
                         [](const auto& which) { return which.param ? "prometheus" : "openmetrics"; });

TEST_P(Faults, AGoodAnswerIsANumber) { EXPECT_EQ(value_of(read(answer("200 OK", good()))), 5); }

TEST_P(Faults, HtmlIsNoNumber) {
  EXPECT_THAT(read(answer("200 OK", "<!doctype html><p>5</p>")), unknown(Errc::invalid, "HTML or XML instead of"));
}

TEST_P(Faults, AnErrorWithAGoodBodyIsNoNumber) {
  for (const std::string status : {"500 Internal Server Error", "503 Service Unavailable", "502 Bad Gateway"})
    EXPECT_THAT(read(answer(status, good())), unknown(Errc::unavailable, "HTTP " + status.substr(0, 3)));
  EXPECT_THAT(read(answer("401 Unauthorized", good())), unknown(Errc::denied, "HTTP 401"));
  EXPECT_THAT(read(answer("429 Too Many Requests", good())), unknown(Errc::rate_limited, "HTTP 429"));
}

TEST_P(Faults, ARedirectIsNotFollowed) {
  RawServer other(always(answer("200 OK", good())));
  EXPECT_THAT(read(answer("302 Found", good(), "Location: " + other.url() + "\r\n")),
              unknown(Errc::unavailable, "redirects are not followed"));
  EXPECT_EQ(other.connections(), 0);
}

TEST_P(Faults, ACutAnswerIsNoNumber) {
  const std::string whole = answer("200 OK", good());
  EXPECT_THAT(read(whole.substr(0, whole.size() - 1)), unknown(Errc::unavailable, "cut short"));
  // No length, and the connection ends in the middle: only the format itself tells.
  const std::string body = good().substr(0, good().size() - 1);
  const auto cut = read("HTTP/1.0 200 OK\r\n\r\n" + body);
  ASSERT_FALSE(cut);
}

TEST_P(Faults, AWrongLengthIsNoNumber) {
  const std::string longer = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + good();
  EXPECT_THAT(read(longer), unknown(Errc::unavailable, "cut short"));
  const std::string shorter = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + good();
  ASSERT_FALSE(read(shorter));
  EXPECT_THAT(read("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + good()), unknown(Errc::invalid, "malformed"));
}

TEST_P(Faults, WhatIsCompressedWasNotAskedFor) {
  EXPECT_THAT(read(answer("200 OK", "\x1f\x8b\x08 a bomb", "Content-Encoding: gzip\r\n")),
              unknown(Errc::invalid, "content encoding gzip, which was not asked for"));
}

TEST_P(Faults, AnEndlessPageStopsAtTheLimit) {
  const auto endless = [](const std::string& header, const std::string& piece) {
    return [header, piece](RawPeer& peer) {
      peer.read_request();
      peer.send(header);
      while (peer.send(piece)) {
      }
    };
  };
  const std::string line = "depth{a=\"b\"} 1\n";
  std::string lines;
  while (lines.size() + line.size() < 65536) lines += line;
  RawServer announced(endless("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", lines));
  RawServer silent(endless("HTTP/1.0 200 OK\r\n\r\n", lines));
  RawServer chunked(
      endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n" + std::string(65536, 'x') + "\r\n"));
  for (const RawServer* server : {&announced, &silent, &chunked})
    EXPECT_THAT(ask(client_, probe(*server)), unknown(Errc::invalid, "above its limit of 8388608 bytes"));
}

TEST_P(Faults, ASlowDripEndsAtTheDeadline) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
    peer.hang();
  });
  EXPECT_THAT(ask(client_, probe(server, std::chrono::milliseconds{200})), unknown(Errc::timeout, "deadline"));
}

TEST_P(Faults, NobodyThereIsUnknown) {
  auto gone = std::make_unique<RawServer>(always(""));
  const auto asked = probe(*gone);
  gone.reset();
  EXPECT_THAT(ask(client_, asked), unknown(Errc::unavailable, "connect to 127.0.0.1"));
}

TEST(PrometheusSecrets, AreInNoMessageWhateverTheServerRepeats) {
  const SecretRef token{.file = write_file("canary-token", "canary-3f9a7c")};
  RawServer echo([](RawPeer& peer) {
    for (std::string asked = peer.read_request(); !asked.empty(); asked = peer.read_request()) {
      const std::size_t at = asked.find("Authorization: ");
      const std::string shown = at == asked.npos ? "" : asked.substr(at, asked.find("\r\n", at) - at);
      peer.send(
          answer("401 Unauthorized", R"({"status":"error","errorType":"unauthorized","error":")" + shown + R"("})"));
    }
  });
  Client client;
  for (const AuthSpec& auth : {AuthSpec{.bearer = token}, AuthSpec{.basic = BasicAuth{"bob", token}}}) {
    PrometheusSpec spec{.server_address = echo.url(""), .query = "up", .timeout = kAmple};
    spec.auth = auth;
    const auto reading = ask(client, compile(spec));
    EXPECT_THAT(reading, unknown(Errc::denied, "unauthorized: Authorization: "));
    EXPECT_THAT(reading.error().message, testing::Not(testing::HasSubstr("canary")));
    EXPECT_THAT(reading.error().message, testing::Not(testing::HasSubstr("Ym9i")));
  }
}

TEST(PrometheusSecrets, AreNeverSentToAServerWhoseCertificateIsNotTrusted) {
  const Certificate authority = make_authority("test authority");
  RawServer server(over_tls(issue(authority, "IP:127.0.0.1"), answer("200 OK", kJson)));
  PrometheusSpec spec{.server_address = server.url("", "https"), .query = "up", .timeout = kAmple};
  spec.auth = AuthSpec{.bearer = SecretRef{.file = write_file("another-token", "canary")}};
  Client client;
  EXPECT_THAT(ask(client, compile(spec)), unknown(Errc::unavailable, "not trusted"));
  spec.tls = TlsOptions{.ca_file = write_file("probe-ca.pem", authority.certificate_pem)};
  EXPECT_EQ(value_of(ask(client, compile(spec))), 5);
}

}  // namespace
}  // namespace ballast
