#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

#include "io/http_client.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

TEST_P(FetcherContract, S55_EndsASlowDripAtTheTotalDeadline) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.send("x")) std::this_thread::sleep_for(5ms);
  });
  Client client(GetParam());
  const TimePoint start = client.loop->now();
  EXPECT_THAT(client.get(server.url(), 200ms), fails(Errc::timeout, "bytes of the answer (0.2 s)"));
  EXPECT_GE(client.loop->now() - start, 200ms);
  EXPECT_LT(client.loop->now() - start, 1s);
}

TEST_P(FetcherContract, EndsAHangingServerAtTheTotalDeadline) {
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  RawServer half([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Le");
    peer.hang();
  });
  Client client(GetParam());
  EXPECT_THAT(client.get(mute.url(), 50ms), fails(Errc::timeout, "after 0 bytes of the answer (0.05 s)"));
  EXPECT_THAT(client.get(half.url(), 50ms), fails(Errc::timeout, "bytes of the answer (0.05 s)"));
}

TEST_P(FetcherContract, EndsATlsHandshakeThatStalls) {
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  Client client(GetParam());
  EXPECT_THAT(client.get(mute.url("/", "https"), 50ms), fails(Errc::timeout, "TLS handshake"));
}

TEST_P(FetcherContract, ReportsAResetAndACutAnswer) {
  RawServer resets([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    peer.reset();
  });
  RawServer cuts([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!");
  });
  RawServer closes([](RawPeer& peer) { peer.read_request(); });
  Client client(GetParam());
  EXPECT_THAT(client.get(resets.url()), fails(Errc::unavailable, ""));
  EXPECT_THAT(client.get(cuts.url()), fails(Errc::unavailable, "cut short"));
  EXPECT_THAT(client.get(closes.url()), fails(Errc::unavailable, "closed without an answer"));
}

TEST(HttpClient, ReportsAnAnswerThatIsCutAfterAnInterimOne) {
  Client client;
  RawServer interim([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
  });
  EXPECT_THAT(client.get(interim.url()), fails(Errc::unavailable, "cut short"));
}

TEST_P(FetcherContract, S57_StopsAtTheByteCap) {
  RawServer announced(always("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"));
  std::promise<std::size_t> sent;
  RawServer endless([&](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    std::size_t bytes = 0;
    while (bytes < 10'000'000'000 && peer.send(chunk)) bytes += chunk.size();
    sent.set_value(bytes);
  });
  RawServer unframed([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.0 200 OK\r\n\r\n");
    while (peer.send(std::string(0x10000, 'x'))) {
    }
  });
  Client client(GetParam());
  Request request;
  request.deadline = kAmple;
  request.max_bytes = 1'000'000;
  for (const RawServer* server : {&announced, &endless, &unframed}) {
    request.url = server->url();
    EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "above its limit of 1000000 bytes"));
  }
  EXPECT_LT(sent.get_future().get(), 100'000'000U);
}

TEST_P(FetcherContract, AcceptsABodyOfExactlyTheCap) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  Client client(GetParam());
  Request request;
  request.url = server.url();
  request.max_bytes = 5;
  EXPECT_EQ(client.fetch(request)->body, "hello");
  request.max_bytes = 4;
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "4 bytes"));
}

TEST(HttpClient, StopsAtTheHeaderCap) {
  RawServer one_line([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    while (peer.send(std::string(1000, 'x'))) {
    }
  });
  RawServer many_lines([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-Header: value\r\n")) {
    }
  });
  RawServer chunk_line([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;");
    while (peer.send(std::string(1000, 'x'))) {
    }
  });
  Client client;
  EXPECT_THAT(client.get(one_line.url(), kAmple), fails(Errc::invalid, "16384 bytes"));
  EXPECT_THAT(client.get(many_lines.url(), kAmple), fails(Errc::invalid, "16384 bytes"));
  EXPECT_THAT(client.get(chunk_line.url(), kAmple), fails(Errc::invalid, ""));
}

TEST_P(FetcherContract, RefusesAnswersThatAreNotHttpOrContradictThemselves) {
  for (const char* answer : {
           "SSH-2.0-OpenSSH_9.2\r\n\r\n",
           "<html>hello</html>\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
       }) {
    RawServer server([&](RawPeer& peer) {
      peer.read_request();
      peer.send(answer);
    });
    Client client(GetParam());
    EXPECT_THAT(client.get(server.url()), fails(Errc::invalid, server.url("")));
  }
}

TEST_P(FetcherContract, ReportsARefusedConnectionAndAnUnknownName) {
  std::string gone;
  {
    RawServer server([](RawPeer&) {});
    gone = server.url();
  }
  Client client(GetParam());
  EXPECT_THAT(client.get(gone), fails(Errc::unavailable, "refused"));
  EXPECT_THAT(client.get("http://no-such-name.invalid/", kAmple),
              fails(Errc::unavailable, "no-such-name.invalid not found"));
}

TEST_P(FetcherContract, SaysThatTheOutcomeOfAWriteIsUnknownOnceItWasSent) {
  RawServer closes([](RawPeer& peer) { peer.read_request(); });
  RawServer hangs([](RawPeer& peer) { peer.hang(); });
  Client client(GetParam());
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_THAT(client.fetch(write_to(closes.url(), method)), fails(Errc::outcome_unknown, method));
  }
  Request request = write_to(hangs.url());
  request.deadline = 50ms;
  EXPECT_THAT(client.fetch(request), fails(Errc::outcome_unknown, "not answered"));
  EXPECT_THAT(client.fetch(write_to("http://127.0.0.1:1/")), fails(Errc::unavailable, "refused"));
}

}  // namespace
}  // namespace ballast
