#include "controller/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/server/http_peer.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ServerResponse echo(const ServerRequest& request) {
  ServerResponse response;
  response.body = request.method + " " + request.path + " " + request.query + " " + request.body;
  return response;
}

std::vector<Route> routes() {
  const auto fails = [](const ServerRequest&) -> ServerResponse { throw std::runtime_error("secret"); };
  const auto big = [](const ServerRequest&) {
    ServerResponse response;
    response.body.resize(50'000'000, 'x');
    return response;
  };
  return {{"GET", "/echo", echo},
          {"POST", "/echo", echo},
          {"GET", "/all/*", echo},
          {"GET", "/fails", fails},
          {"GET", "/big", big}};
}

struct Served {
  std::unique_ptr<Loop> loop = make_loop();
  std::unique_ptr<Server> server{};
  explicit Served(ServerOptions options = {}) : server(*make_server(*loop, std::move(options), routes())) {}
  /// The answer to these bytes, on a connection of its own.
  std::string answer(const std::string& bytes, bool head = false) {
    std::string text;
    run_beside(*loop, [&] {
      HttpPeer peer(server->port());
      peer.send(bytes);
      text = peer.answer(head);
    });
    return text;
  }
};

/// Waits, beside the loop, until as many connections were closed by a deadline.
bool times_out(Served& served, std::uint64_t count) {
  const auto yes = std::make_shared<std::atomic<bool>>(false);
  for (int i = 0; i < 4000 && !*yes; ++i) {
    served.loop->post([&served, yes, count] { *yes = served.server->stats().timeouts == count; });
    std::this_thread::sleep_for(5ms);
  }
  return *yes;
}

std::string get(const std::string& target, const std::string& host = "localhost") {
  return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

TEST(Server, AnswersWithWhatTheRouteSays) {
  Served served;
  EXPECT_THAT(served.answer(get("/echo?a=b")),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Length: 14\r\n"),
                    HasSubstr("Content-Type: text/plain"), HasSubstr("nosniff"), EndsWith("\r\n\r\nGET /echo a=b ")));
  EXPECT_THAT(served.answer("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi"),
              EndsWith("POST /echo  hi"));
  EXPECT_THAT(served.answer("POST /echo HTTP/1.1\r\nHost: h.localhost:1\r\n\r\n"), StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(
      served.answer("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
      EndsWith("POST /echo  hi"));
  EXPECT_EQ(served.server->stats().requests, 4U);
  EXPECT_EQ(served.server->stats().refused, 1U);
}

TEST(Server, AnswersHeadWithoutABody) {
  Served served;
  EXPECT_THAT(served.answer("HEAD /echo HTTP/1.1\r\nHost: localhost\r\n\r\n", true),
              AllOf(HasSubstr("Content-Length: 12\r\n"), EndsWith("\r\n\r\n")));
}

TEST(Server, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  Served served;
  run_beside(*served.loop, [&] {
    HttpPeer peer(served.server->port());
    peer.send(get("/all/1") + get("/all/2") + get("/all/3"));
    for (const char* path : {"/all/1", "/all/2", "/all/3"}) EXPECT_THAT(peer.answer(), HasSubstr(path));
    peer.send("GET /all/4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(peer.rest(), HasSubstr("Connection: close"));
    peer.send("");
    EXPECT_TRUE(peer.is_closed());
  });
}

TEST(Server, TakesARequestByteByByte) {
  Served served;
  run_beside(*served.loop, [&] {
    HttpPeer peer(served.server->port());
    for (const char byte : get("/echo")) peer.send(std::string(1, byte));
    EXPECT_THAT(peer.answer(), StartsWith("HTTP/1.1 200 "));
  });
}

TEST(Server, GivesTheGoAheadToWhoAsksForIt) {
  Served served;
  run_beside(*served.loop, [&] {
    HttpPeer peer(served.server->port());
    peer.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(peer.answer(true), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hi");
    EXPECT_THAT(peer.answer(), EndsWith("POST /echo  hi"));
  });
}

TEST(Server, RefusesWhatItDoesNotServe) {
  Served served;
  EXPECT_THAT(served.answer(get("/nothing")), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(served.answer("DELETE /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD, POST\r\n")));
  EXPECT_THAT(served.answer(get("/fails")), AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("secret"))));
}

TEST(Server, RefusesMalformedAndAmbiguousRequests) {
  Served served;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& bytes : {
           std::string("nonsense\r\n\r\n"),
           std::string("GET /echo HTTP/1.1\r\n\r\n"),
           std::string("GET /echo HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"),
           get("/a/../b"),
           get("/a/%2e%2E/b"),
           get("/a%00b"),
           get("/a%zz"),
           get("http://localhost/echo"),
           head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
           head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           head + "Content-Length: -1\r\n\r\n",
           head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
       })
    EXPECT_THAT(served.answer(bytes), StartsWith("HTTP/1.1 400 ")) << bytes;
  EXPECT_THAT(served.answer("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
  EXPECT_EQ(served.server->stats().refused, 13U);
}

TEST(Server, RefusesNamesThatAreNotItsOwn) {
  ServerOptions options;
  options.hosts = {"ballast.example"};
  Served served(options);
  for (const char* host : {"localhost", "LocalHost:8080", "127.0.0.1:1", "[::1]:80", "10.1.2.3", "ballast.example:443"})
    EXPECT_THAT(served.answer(get("/echo", host)), StartsWith("HTTP/1.1 200 ")) << host;
  for (const char* host :
       {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "localhost:evil", "[::1", ""})
    EXPECT_THAT(served.answer(get("/echo", host)), StartsWith("HTTP/1.1 421 ")) << host;
  EXPECT_THAT(served.answer("GET /echo HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 ")) << "HAProxy's checks";
}

TEST(Server, RefusesHeadersAndBodiesAboveTheirLimits) {
  ServerOptions options;
  options.body_bytes = 10;
  Served served(options);
  EXPECT_THAT(served.answer("GET /echo HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(served.answer(get("/" + std::string(20'000, 'x'))), StartsWith("HTTP/1.1 431 "));
  const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_THAT(served.answer(head + "Content-Length: 10\r\n\r\n0123456789"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(served.answer(head + "Content-Length: 11\r\n\r\n01234567890"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(served.answer(head + "Content-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(served.answer(head + "Transfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST(Server, ClosesConnectionsThatStallInAHeaderInABodyOrBetweenRequests) {
  ServerOptions options;
  options.read_timeout = 50ms;
  options.idle_timeout = 100ms;
  Served served(options);
  run_beside(*served.loop, [&] {
    HttpPeer header(served.server->port());
    HttpPeer body(served.server->port());
    HttpPeer idle(served.server->port());
    HttpPeer after(served.server->port());
    header.send("GET /echo HT");
    body.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf");
    after.send(get("/echo"));
    EXPECT_THAT(after.answer(), StartsWith("HTTP/1.1 200 "));
    for (HttpPeer* peer : {&header, &body, &idle, &after}) EXPECT_TRUE(peer->is_closed());
    EXPECT_TRUE(times_out(served, 4));
  });
}

TEST(Server, ClosesAConnectionThatDripsALongRequest) {
  ServerOptions options;
  options.read_timeout = 50ms;
  Served served(options);
  run_beside(*served.loop, [&] {
    HttpPeer peer(served.server->port());
    while (peer.send("x")) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(times_out(served, 1));
  });
}

TEST(Server, ClosesAConnectionThatDoesNotTakeItsAnswer) {
  ServerOptions options;
  options.write_timeout = 50ms;
  Served served(options);
  run_beside(*served.loop, [&] {
    HttpPeer peer(served.server->port());
    peer.send(get("/big"));
    EXPECT_TRUE(times_out(served, 1));
  });
}

TEST(Server, TurnsConnectionsAboveItsCapAwayAndServesTheOthers) {
  ServerOptions options;
  options.connections = 2;
  Served served(options);
  run_beside(*served.loop, [&] {
    auto first = std::make_unique<HttpPeer>(served.server->port());
    HttpPeer second(served.server->port());
    second.send(get("/echo"));
    EXPECT_THAT(second.answer(), StartsWith("HTTP/1.1 200 "));
    EXPECT_TRUE(HttpPeer(served.server->port()).is_closed());
    first.reset();
    second.send(get("/echo"));
    EXPECT_THAT(second.answer(), StartsWith("HTTP/1.1 200 "));
    HttpPeer third(served.server->port());
    third.send(get("/echo"));
    EXPECT_THAT(third.answer(), StartsWith("HTTP/1.1 200 "));
  });
  EXPECT_EQ(served.server->stats().turned_away, 1U);
}

TEST(Server, DrainsByClosingIdleConnectionsAndFinishingAnswersUnderWay) {
  Served served;
  std::atomic<bool> drained = false;
  run_beside(*served.loop, [&] {
    HttpPeer idle(served.server->port());
    idle.send(get("/echo"));
    idle.answer();
    HttpPeer busy(served.server->port());
    busy.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    busy.answer(true);  // so that its request has begun
    served.loop->post([&] { served.server->drain([&] { drained = true; }); });
    EXPECT_TRUE(idle.is_closed());
    EXPECT_FALSE(drained);
    busy.send("hi");
    EXPECT_THAT(busy.rest(), AllOf(HasSubstr("Connection: close"), EndsWith("POST /echo  hi")));
  });
  served.loop->post([&] { served.loop->stop(); });
  served.loop->run();
  EXPECT_TRUE(drained);
  EXPECT_EQ(served.server->stats().open, 0U);
}

TEST(Server, MayBeDestroyedWithConnectionsOpen) {
  Served served;
  run_beside(*served.loop, [&] {
    HttpPeer peer(served.server->port());
    peer.send("GET /ec");
    served.loop->post([&] { served.server.reset(); });
    EXPECT_TRUE(peer.is_closed());
  });
}

TEST(Server, SaysWhyItCannotListen) {
  Served served;
  const auto again = [&](std::string listen) {
    ServerOptions options;
    options.listen = std::move(listen);
    return make_server(*served.loop, options, routes()).error();
  };
  const std::string taken = "127.0.0.1:" + std::to_string(served.server->port());
  EXPECT_EQ(again(taken).code, Errc::unavailable);
  EXPECT_THAT(again(taken).message, AllOf(HasSubstr(taken), HasSubstr("in use")));
  for (const char* listen : {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "web.example:80"})
    EXPECT_EQ(again(listen).code, Errc::invalid) << listen;
}

}  // namespace
}  // namespace ballast
