// What is the vendor client's own: whom it asks, and that what its library does not bound is bounded. The promises that
// it shares with the other client are in the cases of FetcherContract and TlsContract.
#include "io/vendor_client.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "tests/io/certificates.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/peak_memory.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const FetcherKind kVendor{"Vendor", make_vendor};

Request asking(const std::string& url, Duration deadline = kAmple) {
  Request request;
  request.url = url;
  request.deadline = deadline;
  return request;
}

std::size_t open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  std::size_t count = 0;
  while (readdir(folder.get()) != nullptr) ++count;
  return count;
}

TEST(VendorClient, AsksOnlyTheHostsThatAreListedAndOnlyOverTls) {
  RawServer server(always(kOk));
  const auto loop = make_loop();
  VendorClientOptions options{.hosts = {"127.0.0.1", "hooks.slack.com"}, .ca_file = ""};
  const auto fetcher = *make_vendor_fetcher(*loop, options);
  const auto get = [&](const std::string& url) { return run_task(*loop, fetcher->fetch(asking(url))); };
  EXPECT_THAT(get(server.url("/", "https").replace(8, 9, "localhost")), fails(Errc::denied, "localhost is none of"));
  EXPECT_THAT(get("https://evil.hooks.slack.com/"), fails(Errc::denied, "evil.hooks.slack.com is none of"));
  EXPECT_THAT(get("https://hooks.slack.com.evil.test/"), fails(Errc::denied, "hooks.slack.com.evil.test is none of"));
  EXPECT_THAT(get("https://hooks.slack.com@169.254.169.254/"), fails(Errc::denied, "169.254.169.254 is none of"));
  EXPECT_THAT(get(server.url()), fails(Errc::denied, "only https"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(VendorClient, RefusesWhatItCannotDoAsItIsAsked) {
  RawServer server(always(kOk));
  Client client(kVendor);
  Request request = asking(server.url("/", "https"));
  request.tls.edit().insecure_skip_verify = true;
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "TLS options"));
  request = asking("tls://127.0.0.1:1");
  request.channel = Channel::tls;
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "channel"));
  for (const char* target : {"//a", "/a|b", "/a?", "/{x}"}) {
    EXPECT_THAT(client.get(server.url(target), kAmple), fails(Errc::invalid, "% escapes")) << target;
    EXPECT_THAT(client.fetch(write_to(server.url(target))), fails(Errc::invalid, "% escapes")) << "never unknown";
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(VendorClient, NamesTheFileOfAuthoritiesThatItCannotUse) {
  const auto loop = make_loop();
  const auto fetcher =
      make_vendor_fetcher(*loop, {.hosts = {}, .ca_file = write_file("vendor-garbage.pem", "no certificate")});
  ASSERT_FALSE(fetcher);
  EXPECT_EQ(fetcher.error().code, Errc::invalid);
  EXPECT_THAT(fetcher.error().message, HasSubstr("vendor-garbage.pem"));
}

/// The lines of a request's header, in any order.
std::set<std::string> lines_of(const std::string& text) {
  std::istringstream in(text.substr(0, text.find("\r\n\r\n")));
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.insert(line.substr(0, line.find('\r')));
  return lines;
}

TEST(VendorClient, SendsWhatTheOtherClientSends) {
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    for (const char* body : {"", "{\"a\": 1}"}) {
      std::promise<std::string> others;
      std::promise<std::string> ours;
      RawServer server([&, turn = std::make_shared<std::atomic<int>>(0)](RawPeer& peer) {
        (++*turn == 1 ? others : ours).set_value(with_spaces(peer.read_request()));
        peer.send("HTTP/1.1 204 x\r\nConnection: close\r\n\r\n");
      });
      Request request =
          asking("http://bob:hun%3Ater2@localhost:" + std::to_string(server.port()) + "/x%20/?y=z&&b=%26");
      request.method = method;
      request.headers = {{"X-Test", "1"}};
      request.body = body;
      if (*body != '\0') request.content_type = std::string("application/json");
      ASSERT_TRUE(Client().fetch(request));
      ASSERT_TRUE(Client(kVendor).fetch(request));
      const std::string expected = others.get_future().get();
      const std::string sent = ours.get_future().get();
      std::set<std::string> lines = lines_of(expected);
      lines.insert("Connection: Keep-Alive");
      EXPECT_EQ(lines_of(sent), lines);
      EXPECT_EQ(sent.substr(sent.find("\r\n\r\n")), expected.substr(expected.find("\r\n\r\n")));
    }
  }
}

TEST(VendorClient, KeepsItsConnection) {
  RawServer server(always(kOk));
  Client client(kVendor);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.get(server.url(), kAmple)->body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST(VendorClient, KeepsNoConnectionOfAWrite) {
  RawServer server(always(kOk));
  Client client(kVendor);
  for (const char* method : {"POST", "PUT", "DELETE"}) ASSERT_TRUE(client.fetch(write_to(server.url(), method)));
  EXPECT_EQ(client.get(server.url(), kAmple)->body, "ok");
  EXPECT_EQ(server.connections(), 4);
  EXPECT_EQ(client.get(server.url(), kAmple)->body, "ok");
  EXPECT_EQ(server.connections(), 4) << "that of the GET is kept";
}

TEST(VendorClient, TakesNothingThatWasInAKeptConnectionForAnAnswer) {
  const std::string forged = "HTTP/1.1 200 OK\r\nX: " + std::string(8000, 'x') + "\r\nContent-Length: 6\r\n\r\nforged";
  RawServer server(always(kOk + forged));
  Client client(kVendor);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get(server.url(), kAmple)->body, "ok");
  EXPECT_EQ(server.connections(), 3);
}

TEST(VendorClient, RefusesInterimAnswers) {
  RawServer server(always("HTTP/1.1 103 Early Hints\r\n\r\n" + kOk));
  Client client(kVendor);
  EXPECT_THAT(client.get(server.url(), kAmple), fails(Errc::invalid, "interim"));
}

TEST(VendorClient, RefusesALongHeader) {
  RawServer server(always("HTTP/1.1 200 OK\r\nX: " + std::string(60000, 'x') + "\r\nContent-Length: 2\r\n\r\nok"));
  Client client(kVendor);
  EXPECT_THAT(client.get(server.url(), kAmple), fails(Errc::invalid, "limit of 16384 bytes"));
}

/// Over TLS, where the library's reading can be stopped.
class VendorBounds : public testing::Test {
 protected:
  void expect_flat(const std::string& head, const std::string& piece, const std::string& limit) {
    RawServer server(over_tls_endlessly(issue(authority_, "IP:127.0.0.1"), head, piece));
    Client client(kVendor, write_file("vendor-ca.pem", authority_.certificate_pem));
    Request request = asking(server.url("/", "https"));
    request.max_bytes = 1'000'000;
    forget_peak();
    const std::int64_t before = peak_bytes();
    EXPECT_THAT(client.fetch(request), fails(Errc::invalid, limit));
    EXPECT_LT(peak_bytes() - before, kFlatBytes);
    request.method = "POST";
    EXPECT_THAT(client.fetch(request), fails(Errc::outcome_unknown, limit));
  }
  Certificate authority_ = make_authority("test authority");
};

TEST_F(VendorBounds, EndBodiesAtTheCap) {
  const std::string much(16384, 'x');
  expect_flat("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", much, "limit of 1000000 bytes");
  expect_flat("HTTP/1.0 200 OK\r\n\r\n", much, "limit of 1000000 bytes");
  expect_flat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + much + "\r\n",
              "limit of 1000000 bytes");
}

TEST_F(VendorBounds, EndWhatTheLibraryKeepsBeforeItShowsIt) {
  const std::string much(16384, 'x');
  expect_flat("HTTP/1.1 200 OK\r\nX: ", much, "limit of 1000000 bytes");
  expect_flat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n", much, "limit of 1000000 bytes");
  expect_flat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", much, "limit of 1000000 bytes");
}

TEST_F(VendorBounds, LetThroughWhatIsBelowTheCap) {
  std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1000; ++i) chunks += "64\r\n" + std::string(100, 'x') + "\r\n";
  RawServer server(over_tls(issue(authority_, "IP:127.0.0.1"), chunks + "0\r\n\r\n"));
  Client client(kVendor, write_file("vendor-ca.pem", authority_.certificate_pem));
  Request request = asking(server.url("/", "https"));
  request.max_bytes = 100'000;
  const auto answer = client.fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, std::string(100'000, 'x'));
}

TEST(VendorClient, TriesOneAddressAfterTheOther) {
  RawServer server(always(kOk));
  const auto loop = make_loop();
  VendorClientOptions options{.hosts = {"web.test"}, .ca_file = ""};
  options.allow_plain = true;
  options.look_up_name = [](const std::string&) { return LookedUp{.addresses = {"127.0.0.2", "127.0.0.1"}}; };
  const auto fetcher = *make_vendor_fetcher(*loop, options);
  const std::string url = server.url().replace(7, 9, "web.test");
  const auto answer = run_task(*loop, fetcher->fetch(asking(url)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_TRUE(run_task(*loop, fetcher->fetch(write_to(url))));
}

TEST(VendorClient, EndsASlowLookUpAtTheDeadline) {
  const auto loop = make_loop();
  auto asked = std::make_shared<std::promise<void>>();
  VendorClientOptions options{.hosts = {"web.test"}, .ca_file = ""};
  options.look_up_name = [wait = asked->get_future().share()](const std::string&) {
    wait.wait();
    return LookedUp{};
  };
  const auto fetcher = *make_vendor_fetcher(*loop, options);
  EXPECT_THAT(run_task(*loop, fetcher->fetch(asking("https://web.test/", 50ms))),
              fails(Errc::timeout, "look-up of name"));
  asked->set_value();
}

TEST(VendorClient, ShowsNothingOfTheRequestInItsMessages) {
  setenv("BALLAST_TEST_VENDOR_SECRET", "canary-bearer", 1);
  RawServer closes([](RawPeer& peer) { peer.read_request(); });
  RawServer garbage(always("canary\r\n\r\n"));
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  RawServer endless(always("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"));
  Client client(kVendor);
  const std::string path = "/services/canary-path?token=canary-query";
  for (const std::string& url :
       {closes.url(path), garbage.url(path), mute.url(path), mute.url(path, "https"), endless.url(path),
        closes.url("/|canary"), std::string("http://127.0.0.1:1") + path, "http://bob:canary@127.0.0.1:1" + path,
        "http://bob:canary@127.0.0.1:no" + path, "canary://127.0.0.1" + path}) {
    for (const char* method : {"GET", "POST"}) {
      Request request = asking(url, 300ms);
      request.method = method;
      request.body = "canary-body";
      request.auth.edit().bearer = SecretRef{.env = "BALLAST_TEST_VENDOR_SECRET"};
      const auto answer = client.fetch(request);
      ASSERT_FALSE(answer) << url;
      EXPECT_THAT(answer.error().message, Not(HasSubstr("canary")));
    }
  }
}

TEST(VendorClient, KeepsNoDescriptorsAfterFailures) {
  RawServer garbage(always("nonsense\r\n\r\n"));
  RawServer closes([](RawPeer& peer) { peer.read_request(); });
  RawServer mute([](RawPeer& peer) { peer.hang(); });
  Client client(kVendor);
  const auto fail = [&](int times) {
    for (int i = 0; i < times; ++i) {
      for (const RawServer* server : {&garbage, &closes}) {
        ASSERT_FALSE(client.get(server->url(), kAmple));
        ASSERT_FALSE(client.fetch(write_to(server->url())));
      }
      ASSERT_FALSE(client.get("http://127.0.0.1:1/", kAmple));
      ASSERT_FALSE(client.get(mute.url(), 1ms));
    }
  };
  fail(10);
  const std::size_t before = open_descriptors();
  fail(100);
  EXPECT_LE(open_descriptors(), before + 8) << "a server's thread may close its end later";
}

}  // namespace
}  // namespace ballast
