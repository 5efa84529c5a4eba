#include "io/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST_P(FetcherContract, GetsAnAnswerWithAContentLength) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\nhello"));
  Client client(GetParam());
  const auto answer = client.get(server.url("/a?b=c"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "text/x");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_GT(answer->took, 0us);
  EXPECT_LE(answer->received_at, client.loop->now());
}

TEST_P(FetcherContract, GetsAChunkedAnswerInSmallPieces) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    const std::string answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n";
    for (const char byte : answer) peer.send(std::string(1, byte));
  });
  Client client(GetParam());
  EXPECT_EQ(client.get(server.url(), kAmple)->body, "abcde");
}

TEST_P(FetcherContract, GetsAnEmptyChunkedAnswerInSmallPieces) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const char byte : std::string("0\r\n\r\n")) {
      peer.send(std::string(1, byte));
      std::this_thread::sleep_for(2ms);  // so that they come one by one
    }
  });
  Client client(GetParam());
  const auto answer = client.get(server.url(), kAmple);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "");
}

TEST_P(FetcherContract, ReadsABodyWithoutALengthToItsEnd) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  Client client(GetParam());
  EXPECT_EQ(client.get(server.url())->body, "all of it");
}

TEST(HttpClient, SendsWhatWasAskedForOnOneConnection) {
  std::promise<std::string> seen;
  RawServer server([&](RawPeer& peer) {
    seen.set_value(peer.read_request());
    peer.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  });
  Client client;
  Request request = write_to("http://bob:hun%3Ater2@127.0.0.1:" + std::to_string(server.port()) + "/x?y=z", "POST");
  request.headers = {{"X-Test", "1"}};
  request.accept = "application/json";
  EXPECT_EQ(client.fetch(request)->status, 201);
  EXPECT_EQ(seen.get_future().get(), "POST /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                         "\r\nUser-Agent: ballast\r\nAccept: application/json\r\n"
                                         "Authorization: Basic Ym9iOmh1bjp0ZXIy\r\nX-Test: 1\r\n"
                                         "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST_P(FetcherContract, GivesErrorStatusesAndRedirectsAsAnswers) {
  for (const int status : {301, 302, 404, 429, 500, 503}) {
    RawServer server(always("HTTP/1.1 " + std::to_string(status) +
                            " X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
    Client client(GetParam());
    const auto answer = client.get(server.url());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, status);
  }
}

TEST_P(FetcherContract, KnowsThatHeadAndSomeStatusesHaveNoBody) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    peer.read_request();
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    peer.hang();
  });
  Client client(GetParam());
  Request head;
  head.method = "HEAD";
  head.url = server.url();
  EXPECT_EQ(client.fetch(head)->status, 200);
  EXPECT_EQ(client.get(server.url())->status, 204);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, SkipsInterimAnswersAndNotForEver) {
  RawServer some(
      always("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  RawServer endless([](RawPeer& peer) {
    peer.read_request();
    while (peer.send("HTTP/1.1 102 Processing\r\n\r\n")) {
    }
  });
  Client client;
  EXPECT_EQ(client.get(some.url())->body, "x");
  EXPECT_THAT(client.get(endless.url(), kAmple), fails(Errc::invalid, "interim"));
}

TEST_P(FetcherContract, ResolvesNames) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  Client client(GetParam());
  EXPECT_EQ(client.get("http://localhost:" + std::to_string(server.port()) + "/", kAmple)->body, "x");
}

TEST(HttpClient, NamesTheUrlWithoutItsSecrets) {
  EXPECT_THAT(Client().get("http://bob:hunter2@127.0.0.1:1/x?token=hunter2"),
              fails(Errc::unavailable, "http://127.0.0.1:1/x?token=***"));
}

TEST(HttpClient, S60_RefusesAddressesThatAreNotAllowed) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  HttpClientOptions options;
  options.network.allow_loopback = false;
  Client strict(options);
  const std::string port = std::to_string(server.port());
  for (const char* host : {"127.0.0.1", "127.1.2.3", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::]"})
    EXPECT_THAT(strict.get("http://" + std::string(host) + ":" + port + "/"), fails(Errc::denied, "not allowed"));
  Client usual;
  EXPECT_THAT(usual.get("http://169.254.169.254/latest/meta-data"), fails(Errc::denied, "not allowed"));
  EXPECT_THAT(usual.get("http://[::ffff:169.254.169.254]/"), fails(Errc::denied, "not allowed"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_P(FetcherContract, S60_ShowsNoSecretInItsMessages) {
  Client client(GetParam());
  const auto answer = client.get("http://bob:hunter2@127.0.0.1:1/x?token=hunter2");
  EXPECT_THAT(answer, fails(Errc::unavailable, "http://127.0.0.1:1"));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(client.get("ftp://bob:hunter2@h/").error().message, Not(HasSubstr("hunter2")));
}

TEST_P(FetcherContract, RefusesRequestsThatCannotBeSent) {
  Client client(GetParam());
  Request request;
  request.url = "http://127.0.0.1:1/";
  request.headers = {{"X", "a\r\nY: b"}};
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "line break"));
  request.headers = {{"Content-Length", "3"}};
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "cannot be set"));
  request.headers = {};
  request.method = "GET /x HTTP/1.1\r\nX:";
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "method"));
  EXPECT_THAT(client.get("tcp://127.0.0.1:1"), fails(Errc::invalid, "channel"));
}

}  // namespace
}  // namespace ballast
