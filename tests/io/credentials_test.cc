// Where secrets are read, what is sent, and what never comes back.
#include "io/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <mutex>
#include <string>

#include "tests/io/certificates.h"
#include "tests/io/fetcher_contract.h"

namespace ballast {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Keeps what it was asked, answers with it.
class Echo {
 public:
  RawServer::Script script(int status) {
    return [this, status](RawPeer& peer) {
      for (std::string asked = peer.read_request(); !asked.empty(); asked = peer.read_request()) {
        {
          const std::lock_guard lock(mutex_);
          seen_ = with_spaces(asked);
        }
        peer.send("HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(asked.size()) +
                  "\r\n\r\n" + asked);
      }
    };
  }
  std::string seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_{};
  std::string seen_{};
};

Request asking(const std::string& url, AuthSpec auth) {
  Request request;
  request.url = url;
  request.deadline = kAmple;
  request.auth = std::move(auth);
  return request;
}

TEST_P(FetcherContract, ShowsBasicBearerAndHeaderSecrets) {
  const SecretRef file{.file = write_file("secret", "canary-3f9\r\n")};
  setenv("BALLAST_TEST_SECRET", "canary-env", 1);
  const SecretRef env{.env = "BALLAST_TEST_SECRET"};
  Echo echo;
  RawServer server(echo.script(200));
  Client client(GetParam());
  ASSERT_TRUE(client.fetch(asking(server.url(), {.basic = BasicAuth{"bob", file}})));
  EXPECT_THAT(echo.seen(), HasSubstr("\r\nAuthorization: Basic Ym9iOmNhbmFyeS0zZjk=\r\n"));
  ASSERT_TRUE(client.fetch(asking(server.url(), {.bearer = env})));
  EXPECT_THAT(echo.seen(), HasSubstr("\r\nAuthorization: Bearer canary-env\r\n"));
  ASSERT_TRUE(client.fetch(asking(server.url(), {.header = HeaderAuth{"X-Api-Key", file}})));
  EXPECT_THAT(echo.seen(), HasSubstr("\r\nX-Api-Key: canary-3f9\r\n"));
  ASSERT_TRUE(client.fetch(asking(server.url(), {})));
  EXPECT_THAT(echo.seen(), Not(HasSubstr("canary")));
}

TEST_P(FetcherContract, ReadsSecretsAtEachUse) {
  const std::string path = write_file("token", "first");
  Echo echo;
  RawServer server(echo.script(200));
  Client client(GetParam());
  const Request request = asking(server.url(), {.bearer = SecretRef{.file = path}});
  ASSERT_TRUE(client.fetch(request));
  write_file("token", "second\n");
  ASSERT_TRUE(client.fetch(request));
  EXPECT_THAT(echo.seen(), HasSubstr("Bearer second\r\n"));
}

TEST_P(FetcherContract, NeverLeavesOutASecretThatCannotBeRead) {
  RawServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  Client client(GetParam());
  const auto with_file = [&](const std::string& path) {
    return client.fetch(asking(server.url(), {.bearer = SecretRef{.file = path}}));
  };
  EXPECT_THAT(with_file("/nowhere/token"), fails(Errc::not_found, "secret in /nowhere/token: No such file"));
  EXPECT_THAT(with_file("/"), fails(Errc::invalid, "not a regular file"));
  EXPECT_THAT(with_file(write_file("empty", "\n")), fails(Errc::invalid, "empty"));
  EXPECT_THAT(with_file(write_file("large", std::string(65537, 'x'))), fails(Errc::invalid, "above 65536 bytes"));
  const auto split = with_file(write_file("split", "canary\r\nX-Evil: 1"));
  EXPECT_THAT(split, fails(Errc::invalid, "line break"));
  EXPECT_THAT(split.error().message, Not(HasSubstr("canary")));
  const std::string fifo = write_file("fifo", "") + "-pipe";
  ASSERT_TRUE(mkfifo(fifo.c_str(), 0600) == 0 || errno == EEXIST);
  EXPECT_THAT(with_file(fifo), fails(Errc::invalid, "not a regular file"));
  EXPECT_THAT(client.fetch(asking(server.url(), {.bearer = SecretRef{.env = "BALLAST_TEST_NO_SUCH"}})),
              fails(Errc::not_found, "secret in the variable BALLAST_TEST_NO_SUCH: not set"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_P(FetcherContract, S60_TakesSecretsOutOfAnswersThatRepeatThem) {
  const SecretRef file{.file = write_file("long-secret", "canary-3f9-of-many-letters")};
  Echo echo;
  RawServer refusing(echo.script(401));
  RawServer good(echo.script(200));
  Client client(GetParam());
  for (const RawServer* server : {&refusing, &good}) {
    for (const AuthSpec& auth : {AuthSpec{.basic = BasicAuth{"bob", file}}, AuthSpec{.bearer = file},
                                 AuthSpec{.header = HeaderAuth{"X-Api-Key", file}}}) {
      const auto answer = client.fetch(asking(server->url(), auth));
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_THAT(answer->body, HasSubstr("***"));
      EXPECT_THAT(answer->body, Not(HasSubstr("canary")));
      EXPECT_THAT(answer->body, Not(HasSubstr("Ym9iOmNhbmFyeS0zZjk")));
    }
  }
  // In what a good answer says a short word may well stand by chance.
  const SecretRef word{.file = write_file("short-secret", "HTTP")};
  EXPECT_THAT(client.fetch(asking(good.url(), {.bearer = word}))->body, HasSubstr("HTTP"));
  EXPECT_THAT(client.fetch(asking(refusing.url(), {.bearer = word}))->body, Not(HasSubstr("HTTP")));
}

TEST(Credentials, AreForHttpAlone) {
  Client client;
  Request request = asking("tcp://127.0.0.1:1", {.bearer = SecretRef{.env = "HOME"}});
  request.channel = Channel::exchange;
  EXPECT_THAT(client.fetch(request), fails(Errc::invalid, "credentials are for http"));
}

}  // namespace
}  // namespace ballast
