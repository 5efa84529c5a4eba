#include "probes/http.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "probes/http_value.h"
#include "tests/io/no_descriptors.h"
#include "tests/io/raw_server.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::seconds{7}};

Result<NamedReading> read(const CompiledProbe& probe, int status, const std::string& body) {
  const auto page = probe.decode(Response{.status = status, .body = body, .received_at = kNow});
  if (!page) return page.error();
  return probe.select(*page, nullptr);
}

TEST(HttpProbe, IsOneForTheExpectedAnswerAndZeroForAnother) {
  const auto plain = compile(HttpSpec{.url = "http://h/healthz"});
  const auto strict =
      compile(HttpSpec{.url = "http://h/healthz", .expect_status = {"200", "300-302"}, .expect_body = "all good"});
  struct Case {
    const CompiledProbe& probe;
    int status;
    const char* body;
    double value;
  };
  for (const auto& [probe, status, body, value] : {
           Case{plain, 200, "", 1},
           Case{plain, 204, "", 1},
           Case{plain, 299, "", 1},
           Case{plain, 301, "", 0},
           Case{plain, 404, "", 0},
           Case{plain, 503, "ok", 0},
           Case{strict, 200, "yes, all good here", 1},
           Case{strict, 301, "all good", 1},
           Case{strict, 201, "all good", 0},
           Case{strict, 303, "all good", 0},
           Case{strict, 200, "all goo", 0},
           Case{strict, 200, "", 0},
       })
    EXPECT_EQ(*read(probe, status, body), scalar(kNow, value)) << status << " " << body;
}

/// The url of a port that nobody listens on: its server is gone.
std::string url_of_nobody(std::string_view scheme = "http") {
  return RawServer([](RawPeer&) {}).url("/", scheme);
}

TEST(HttpProbe, IsZeroForAPeerThatRefusesAndOthersWhoAskThereKnowNothing) {
  Client client;
  for (const char* scheme : {"http", "https"})
    EXPECT_EQ(value_of(ask(client, compile(HttpSpec{.url = url_of_nobody(scheme)}))), 0) << scheme;
  const auto whatever = HttpSpec{.url = url_of_nobody(), .expect_status = {"100-599"}, .expect_body = "refused"};
  EXPECT_EQ(value_of(ask(client, compile(whatever))), 0) << "what we say of it is no body";
  EXPECT_THAT(ask(client, compile(HttpValueSpec{.url = url_of_nobody()})), unknown(Errc::unavailable, "refused"));
}

TEST(HttpProbe, IsUnknownWhenNobodyAnswered) {
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  RawServer closes([](RawPeer& peer) { peer.read_request(); });
  RawServer plain([](RawPeer& peer) {
    peer.read_some();
    peer.send("no TLS here\r\n");
  });
  RawServer resets([](RawPeer& peer) {
    peer.read_request();
    peer.reset();
  });
  Client client;
  EXPECT_THAT(ask(client, compile(HttpSpec{.url = silent.url(), .timeout = 50ms})), unknown(Errc::timeout, ""));
  EXPECT_THAT(ask(client, compile(HttpSpec{.url = closes.url()})), unknown(Errc::unavailable, "closed"));
  EXPECT_THAT(ask(client, compile(HttpSpec{.url = plain.url("/", "https")})), unknown(Errc::unavailable, "TLS"));
  EXPECT_THAT(ask(client, compile(HttpSpec{.url = resets.url()})), unknown(Errc::unavailable, "reset"));
}

TEST(HttpProbe, IsUnknownWhenNobodyWasAsked) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  Client client;
  Client shy({.network = {.allow_loopback = false}});
  EXPECT_THAT(ask(client, compile(HttpSpec{.url = "http://no-such-host.invalid/"})),
              unknown(Errc::unavailable, "no-such-host.invalid"));
  EXPECT_THAT(ask(shy, compile(HttpSpec{.url = url_of_nobody()})), unknown(Errc::denied, "not allowed"));
  const NoDescriptors none;
  EXPECT_THAT(ask(client, compile(HttpSpec{.url = server.url()})), unknown(Errc::unavailable, "Too many open files"));
}

TEST(HttpProbe, DoesNotTakeAKeptConnectionThatDiesForARefusal) {
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  std::atomic<int> connections = 0;
  auto server = std::make_unique<RawServer>([&](RawPeer& peer) {
    const int connection = ++connections;
    peer.read_request();
    if (connection == 2) return;  // hangs up
    peer.send(ok);
    peer.read_request();
    if (connection == 1) peer.reset();
  });
  const auto probe = compile(HttpSpec{.url = server->url()});
  Client client;
  EXPECT_EQ(value_of(ask(client, probe)), 1);
  EXPECT_THAT(ask(client, probe), unknown(Errc::unavailable, "closed without an answer"))
      << "the 1st is reset, the 2nd closed";
  EXPECT_EQ(value_of(ask(client, probe)), 1);
  EXPECT_EQ(value_of(ask(client, probe)), 1) << "the 3rd is closed, the 4th answers";
  EXPECT_EQ(connections, 4);
  server.reset();
  EXPECT_EQ(value_of(ask(client, probe)), 0) << "the kept one is closed, and the next is refused";
}

TEST(HttpProbe, AsksWithItsOwnDeadline) {
  const auto probe = compile(HttpSpec{.url = "https://h/healthz", .timeout = std::chrono::milliseconds{1500}});
  EXPECT_EQ(probe.request.channel, Channel::http);
  EXPECT_EQ(probe.request.method, "GET");
  EXPECT_EQ(probe.request.url, "https://h/healthz");
  EXPECT_EQ(probe.request.deadline, std::chrono::milliseconds{1500});
}

TEST(HttpProbe, StatusRangesAreWithinHttp) {
  EXPECT_EQ(parse_status_range("204"), (StatusRange{204, 204}));
  EXPECT_EQ(parse_status_range("200-399"), (StatusRange{200, 399}));
  for (const char* text : {"", "2xx", "99", "600", "299-200", "200-", "-200", "200-299-300", "200 ", "+200", "200,204"})
    EXPECT_EQ(parse_status_range(text), std::nullopt) << text;
  const auto problems = HttpSpec{.url = "http://h", .expect_status = {"200", "2xx"}}.check();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, "expectStatus[1]");
  EXPECT_NE(problems[0].message.find("'2xx'"), std::string::npos);
}

TEST(HttpValueProbe, ReadsTheNumberAtThePointerOrTheWholeBody) {
  const auto pointed = compile(HttpValueSpec{.url = "http://h/v", .json_pointer = "/queue/depth"});
  const auto whole = compile(HttpValueSpec{.url = "http://h/v"});
  EXPECT_EQ(*read(pointed, 200, R"({"queue":{"depth":12}})"), scalar(kNow, 12));
  EXPECT_EQ(*read(pointed, 206, R"({"queue":{"depth":"1.5k"}})"), scalar(kNow, 1500));
  EXPECT_EQ(*read(whole, 200, " 42.5\n"), scalar(kNow, 42.5));
  EXPECT_EQ(*read(whole, 200, "250m"), scalar(kNow, 0.25));
  EXPECT_EQ(*read(whole, 200, "\"7\""), scalar(kNow, 7));
}

TEST(HttpValueProbe, WhatIsNoNumberIsAnErrorNotZero) {
  const auto pointed = compile(HttpValueSpec{.url = "http://h/v", .json_pointer = "/depth"});
  const auto whole = compile(HttpValueSpec{.url = "http://h/v"});
  struct Case {
    const CompiledProbe& probe;
    int status;
    const char* body;
    Errc code;
  };
  for (const auto& [probe, status, body, code] : {
           Case{pointed, 200, R"({"width":1})", Errc::not_found},
           Case{pointed, 200, R"({"depth":null})", Errc::invalid},
           Case{pointed, 200, "<html>", Errc::invalid},
           Case{whole, 200, "", Errc::invalid},
           Case{whole, 200, "nan", Errc::invalid},
           Case{whole, 200, R"({"depth":1})", Errc::invalid},
           Case{whole, 301, "1", Errc::unavailable},
           Case{whole, 401, "1", Errc::denied},
           Case{whole, 404, "1", Errc::not_found},
           Case{whole, 429, "1", Errc::rate_limited},
           Case{whole, 500, "1", Errc::unavailable},
       }) {
    const auto reading = read(probe, status, body);
    ASSERT_FALSE(reading.has_value()) << status << " " << body;
    EXPECT_EQ(reading.error().code, code) << status << " " << body;
  }
}

TEST(HttpValueProbe, SignalsOfOneUrlShareOneRequestAndCheckTheirPointers) {
  const HttpValueSpec a{.url = "http://h/v", .json_pointer = "/a"};
  const HttpValueSpec b{.url = "http://h/v", .json_pointer = "/b"};
  EXPECT_EQ(compile(a).request, compile(b).request);
  EXPECT_TRUE(a.check().empty());
  const auto problems = HttpValueSpec{.url = "http://h/v", .json_pointer = "queue.depth"}.check();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, "jsonPointer");
}

}  // namespace
}  // namespace ballast
