#include "io/http_client.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>
#include <string>

#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// Far more than any test that is not about time needs.
constexpr Duration kAmple = 20s;

auto fails(Errc code, const std::string& text) {
  return testing::ResultOf(
      [](const Result<Response>& answer) -> std::string {
        return answer ? "answered " + std::to_string(answer->status) + " " + answer->body
                      : std::string(to_string(answer.error().code)) + ": " + answer.error().message;
      },
      testing::AllOf(testing::StartsWith(std::string(to_string(code)) + ": "), HasSubstr(text)));
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

Request write_to(std::string url, std::string method = "PUT") {
  Request request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.content_type = "application/json";
  request.body = "{}";
  return request;
}

TEST(HttpClient, GetsAnAnswerWithAContentLength) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\nhello"));
  Client client;
  const auto answer = client.get(server.url("/a?b=c"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "text/x");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_GT(answer->took, 0us);
  EXPECT_LE(answer->received_at, client.loop->now());
}

TEST(HttpClient, GetsAChunkedAnswerInSmallPieces) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    const std::string answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n";
    for (const char byte : answer) peer.send(std::string(1, byte));
  });
  Client client;
  EXPECT_EQ(client.get(server.url(), kAmple)->body, "abcde");
}

TEST(HttpClient, ReadsABodyWithoutALengthToItsEnd) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  Client client;
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
  EXPECT_EQ(client.fetch(request)->status, 201);
  EXPECT_EQ(seen.get_future().get(), "POST /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                         "\r\nUser-Agent: ballast\r\nAccept: */*\r\n"
                                         "Authorization: Basic Ym9iOmh1bjp0ZXIy\r\nX-Test: 1\r\n"
                                         "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(HttpClient, GivesErrorStatusesAndRedirectsAsAnswers) {
  for (const int status : {301, 302, 404, 429, 500, 503}) {
    RawServer server(always("HTTP/1.1 " + std::to_string(status) +
                            " X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
    Client client;
    const auto answer = client.get(server.url());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, status);
  }
}

TEST(HttpClient, KnowsThatHeadAndSomeStatusesHaveNoBody) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    peer.read_request();
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    peer.hang();
  });
  Client client;
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

TEST(HttpClient, EndsASlowDripAtTheTotalDeadline) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.send("x")) std::this_thread::sleep_for(5ms);
  });
  Client client;
  const TimePoint start = client.loop->now();
  EXPECT_THAT(client.get(server.url(), 200ms), fails(Errc::timeout, "bytes of the answer (0.2 s)"));
  EXPECT_GE(client.loop->now() - start, 200ms);
  EXPECT_LT(client.loop->now() - start, 1s);
}

TEST(HttpClient, EndsAHangingServerAtTheTotalDeadline) {
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  RawServer half([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Le");
    peer.hang();
  });
  Client client;
  EXPECT_THAT(client.get(mute.url(), 50ms), fails(Errc::timeout, "after 0 bytes of the answer (0.05 s)"));
  EXPECT_THAT(client.get(half.url(), 50ms), fails(Errc::timeout, "after 27 bytes of the answer"));
}

TEST(HttpClient, EndsATlsHandshakeThatStalls) {
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  Client client;
  EXPECT_THAT(client.get(mute.url("/", "https"), 50ms), fails(Errc::timeout, "TLS handshake"));
}

TEST(HttpClient, ReportsAResetAndACutAnswer) {
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
  Client client;
  EXPECT_THAT(client.get(resets.url()), fails(Errc::unavailable, ""));
  EXPECT_THAT(client.get(cuts.url()), fails(Errc::unavailable, "cut short"));
  EXPECT_THAT(client.get(closes.url()), fails(Errc::unavailable, "closed without an answer"));
}

TEST(HttpClient, StopsAtTheByteCap) {
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
  Client client;
  Request request;
  request.deadline = kAmple;
  request.max_bytes = 1'000'000;
  for (const RawServer* server : {&announced, &endless, &unframed}) {
    request.url = server->url();
    EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "above its limit of 1000000 bytes"));
  }
  EXPECT_LT(sent.get_future().get(), 100'000'000U);
}

TEST(HttpClient, AcceptsABodyOfExactlyTheCap) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  Client client;
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

TEST(HttpClient, RefusesAnswersThatAreNotHttpOrContradictThemselves) {
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
    Client client;
    EXPECT_THAT(client.get(server.url()), fails(Errc::invalid, server.url()));
  }
}

TEST(HttpClient, ReportsARefusedConnectionAndAnUnknownName) {
  std::string gone;
  {
    RawServer server([](RawPeer&) {});
    gone = server.url();
  }
  Client client;
  EXPECT_THAT(client.get(gone), fails(Errc::unavailable, "Connection refused"));
  EXPECT_THAT(client.get("http://no-such-name.invalid/", kAmple),
              fails(Errc::unavailable, "no-such-name.invalid not found"));
}

TEST(HttpClient, ResolvesNames) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
  Client client;
  EXPECT_EQ(client.get("http://localhost:" + std::to_string(server.port()) + "/", kAmple)->body, "x");
}

TEST(HttpClient, RefusesAddressesThatAreNotAllowed) {
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

TEST(HttpClient, ShowsNoSecretInItsMessages) {
  Client client;
  const auto answer = client.get("http://bob:hunter2@127.0.0.1:1/x?token=hunter2");
  EXPECT_THAT(answer, fails(Errc::unavailable, "http://127.0.0.1:1/x?token=***"));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(client.get("ftp://bob:hunter2@h/").error().message, Not(HasSubstr("hunter2")));
}

TEST(HttpClient, RefusesRequestsThatCannotBeSent) {
  Client client;
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

TEST(HttpClient, SaysThatTheOutcomeOfAWriteIsUnknownOnceItWasSent) {
  RawServer closes([](RawPeer& peer) { peer.read_request(); });
  RawServer hangs([](RawPeer& peer) { peer.hang(); });
  Client client;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_THAT(client.fetch(write_to(closes.url(), method)), fails(Errc::outcome_unknown, method));
  }
  Request request = write_to(hangs.url());
  request.deadline = 50ms;
  EXPECT_THAT(client.fetch(request), fails(Errc::outcome_unknown, "not answered"));
  EXPECT_THAT(client.fetch(write_to("http://127.0.0.1:1/")), fails(Errc::unavailable, "refused"));
}

TEST(HttpClient, AsksAgainWhenAKeptConnectionTurnsOutClosedButNeverRepeatsAWrite) {
  std::atomic<int> requests = 0;
  RawServer server([&](RawPeer& peer) {  // answers once per connection, closes at the second request
    if (!peer.read_request().empty()) ++requests;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (!peer.read_request().empty()) ++requests;
  });
  Client client;
  EXPECT_TRUE(client.get(server.url()));
  EXPECT_TRUE(client.get(server.url()));
  EXPECT_EQ(requests, 3);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_TRUE(client.fetch(write_to(server.url())));
  EXPECT_EQ(requests, 4);
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpClient, AsksAThousandTimesOverOneConnectionAndKeepsNoDescriptors) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  Client client;
  ASSERT_TRUE(client.get(server.url()));
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(client.get(server.url(), kAmple));
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, KeepsNoDescriptorsAfterAThousandFailures) {
  RawServer garbage([](RawPeer& peer) {
    peer.read_request();
    peer.send("nonsense\r\n\r\n");
  });
  Client client;
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 500; ++i) {
    ASSERT_FALSE(client.get(garbage.url(), kAmple));
    ASSERT_FALSE(client.get("http://127.0.0.1:1/", kAmple));
  }
  // The server of this process may still be closing its side of the last one.
  EXPECT_LE(open_descriptors(), before + 2);
}

Task<void> fetch_into(Fetcher& fetcher, Request request, bool* came) {
  (void)co_await fetcher.fetch(std::move(request));
  *came = true;
}

TEST(HttpClient, ClosesTheConnectionOfATaskThatIsDestroyedAndNeverResumesIt) {
  std::promise<void> asked;
  std::promise<void> closed;
  RawServer server([&](RawPeer& peer) {
    peer.read_request();
    asked.set_value();
    peer.hang();
    closed.set_value();
  });
  Client client;
  bool came = false;
  Request request;
  request.url = server.url();
  {
    TaskGroup group;
    group.spawn(fetch_into(*client.fetcher, request, &came));
    std::thread stopper([&] {
      asked.get_future().wait();
      client.loop->stop();
    });
    client.loop->run();
    stopper.join();
  }
  EXPECT_EQ(closed.get_future().wait_for(10s), std::future_status::ready);
  client.loop->post([&] { client.loop->stop(); });
  client.loop->run();
  EXPECT_FALSE(came);
}

TEST(HttpClient, MayBeDestroyedAtEveryMomentOfAFetch) {
  RawServer server(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
  for (int turns = 0; turns < 12; ++turns) {
    Client client;
    bool came = false;
    Request request;
    request.url = "http://localhost:" + std::to_string(server.port()) + "/";
    TaskGroup group;
    group.spawn(fetch_into(*client.fetcher, request, &came));
    for (int i = 0; i < turns; ++i) {
      client.loop->post([&] { client.loop->stop(); });
      client.loop->run();
    }
  }
}

TEST(HttpClient, RunsManyFetchesAtOnce) {
  RawServer server([](RawPeer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
  });
  Client client;
  std::array<bool, 100> came{};
  TaskGroup group;
  Request request;
  request.url = server.url();
  request.deadline = kAmple;
  for (bool& one : came) group.spawn(fetch_into(*client.fetcher, request, &one));
  const TimePoint give_up = client.loop->now() + kAmple;
  while (!group.idle() && client.loop->now() < give_up) {
    client.loop->post([&] { client.loop->stop(); });
    client.loop->run();
  }
  EXPECT_TRUE(std::ranges::all_of(came, [](bool one) { return one; }));
  EXPECT_EQ(server.connections(), 100);
}

Request exchange_with(std::string url, std::string body) {
  Request request;
  request.channel = Channel::exchange;
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

TEST(Exchange, SendsAndReadsToTheEndOverTcpAndTellsThatNoMoreComes) {
  RawServer server([](RawPeer& peer) {
    std::string all;
    for (std::string some = peer.read_some(); !some.empty(); some = peer.read_some()) all += some;
    peer.send("got " + all);
  });
  Client client;
  const auto answer = client.fetch(exchange_with(server.url("", "tcp"), "PING\r\n"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "got PING\r\n");
}

TEST(Exchange, LeavesAUnixSocketOpenForWriting) {
  const std::string path = testing::TempDir() + "ballast-exchange.sock";
  RawServer server(
      [](RawPeer& peer) {
        const std::string line = peer.read_some();
        pollfd more{peer.descriptor(), POLLIN, 0};  // a half-closed peer would be readable
        peer.send(poll(&more, 1, 100) == 0 ? "open " + line : "half-closed");
      },
      path);
  Client client;
  EXPECT_EQ(client.fetch(exchange_with("unix://" + path, "show stat\n"))->body, "open show stat\n");
  unlink(path.c_str());
}

TEST(Exchange, HasACapADeadlineAndErrors) {
  RawServer endless([](RawPeer& peer) {
    while (peer.send(std::string(1000, 'x'))) {
    }
  });
  std::promise<void> over;
  RawServer mute([&](RawPeer& peer) {
    peer.hang();
    over.get_future().wait();  // half-closed: the client still reads
  });
  Client client;
  Request request = exchange_with(endless.url("", "tcp"), "");
  request.max_bytes = 10'000;
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "10000 bytes"));
  request = exchange_with(mute.url("", "tcp"), "x");
  request.deadline = 50ms;
  EXPECT_THAT(client.fetch(request), fails(Errc::timeout, "0 bytes"));
  over.set_value();
  EXPECT_THAT(client.fetch(exchange_with("unix:///nowhere/x.sock", "")), fails(Errc::unavailable, "No such file"));
  EXPECT_THAT(client.fetch(exchange_with("unix:///" + std::string(200, 'x'), "")), fails(Errc::invalid, "107"));
  EXPECT_THAT(client.fetch(exchange_with("http://127.0.0.1:1/", "")), fails(Errc::invalid, "channel"));
}

}  // namespace
}  // namespace ballast
