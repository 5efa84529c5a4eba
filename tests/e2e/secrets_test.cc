// A daemon that is given secrets in every way there is, and talks to a server that repeats all it is told: none of them
// comes out again, but to that server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "tests/e2e/stage.h"
#include "tests/io/raw_server.h"

namespace ballast::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

/// `canary`, a word that stands nowhere else, is part of every secret.
constexpr const char* kCanary = "c4n4ry";

/// Answers with an error that repeats the request, header by header.
class Gossip {
 public:
  Gossip() : server_([this](RawPeer& peer) { serve(peer); }) {}
  [[nodiscard]] std::string url(const std::string& path) const { return server_.url(path); }
  bool heard(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return heard_.find(text) != std::string::npos;
  }

 private:
  void serve(RawPeer& peer) {
    for (std::string asked = peer.read_request(); !asked.empty(); asked = peer.read_request()) {
      {
        const std::lock_guard lock(mutex_);
        heard_ += asked;
      }
      std::string shown;
      for (const char c : asked) shown += c == '\r' || c == '\n' || c == '"' || c == '\\' ? ' ' : c;
      const std::size_t at = std::min(shown.find("Authorization"), shown.find("X-Api-Key"));
      const std::string body = R"({"status":"error","errorType":"unauthorized","error":")" +
                               shown.substr(at == shown.npos ? 0 : at) + R"("})";
      peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  }
  std::mutex mutex_{};
  std::string heard_{};
  RawServer server_;
};

std::string documents(const Stage& stage, const Gossip& gossip) {
  return "apiVersion: ballast.run/v1alpha1\nkind: MetricSource\nmetadata: {name: basic, namespace: e2e}\n"
         "spec: {prometheus: {serverAddress: \"" +
         gossip.url("") + "\", auth: {basic: {username: bob, password: {file: " + stage.path("password") +
         "}}}}}\n---\n"
         "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: shop, namespace: e2e}\n"
         "spec:\n  interval: 100ms\n  signals:\n"
         "    - {name: basic, prometheus: {sourceRef: {name: basic}, query: up}}\n"
         "    - {name: bearer, prometheus: {serverAddress: \"" +
         gossip.url("") +
         "\", auth: {bearer: {env: E2E_TOKEN}}, query: up}}\n"
         "    - {name: header, openmetrics: {url: \"" +
         gossip.url("/metrics") + "\", auth: {header: {name: X-Api-Key, value: {file: " + stage.path("key") +
         "}}}, metric: up}}\n"
         "    - {name: empty, openmetrics: {url: \"" +
         gossip.url("/metrics") + "\", auth: {bearer: {file: " + stage.path("two-lines") + "}}, metric: up}}\n";
}

/// Every file below a folder, as bytes.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    result[entry.path().string()] = {std::istreambuf_iterator<char>(stream), {}};
  }
  return result;
}

using Secrets = OnStage;

TEST_F(Secrets, S60_ComeOutNowhereButAtTheirServer) {
  Gossip gossip;
  const std::string canary = kCanary;
  stage.write("password", canary + "-password\n");
  stage.write("key", canary + "-key");
  stage.write("two-lines", canary + "\nX-Evil: " + canary);
  setenv("E2E_TOKEN", (canary + "-token").c_str(), 1);
  stage.write("policy/all.yaml", documents(stage, gossip));
  stage.start_daemon();
  EXPECT_TRUE(eventually([&] {
    return gossip.heard("Authorization: Basic Ym9iOmM0bjRyeS1wYXNzd29yZA==") &&
           gossip.heard("Authorization: Bearer " + canary + "-token") && gossip.heard("X-Api-Key: " + canary + "-key");
  })) << stage.daemon_log();
  const int polls = 3;
  EXPECT_TRUE(eventually([&] { return count_of(get(stage.daemon_port(), "/metrics").body, "ballast_") > polls; }));
  EXPECT_TRUE(stage.log_says("401")) << stage.daemon_log();  // the reason itself is told
  std::string said;
  for (const char* page : {"/metrics", "/api/v1/policies", "/healthz", "/readyz"})
    said += get(stage.daemon_port(), page).body;
  for (const std::vector<std::string>& command : {std::vector<std::string>{"status"},
                                                  {"explain", "e2e/monitor:shop"},
                                                  {"explain", "e2e/monitor:shop", "--list"},
                                                  {"validate", stage.path("policy")}}) {
    std::vector<std::string> arguments = command;
    if (command[0] != "validate") arguments.insert(arguments.end(), {"--state-dir", stage.state()});
    const auto finished = stage.ballast(arguments);
    said += finished.out + finished.err;
  }
  // What is wrong with a document is said without what stands in it.
  stage.write("policy/wrong.yaml",
              "apiVersion: ballast.run/v1alpha1\nkind: MetricSource\nmetadata: {name: wrong}\nspec: {prometheus: "
              "{serverAddress: \"http://bob:" +
                  canary + "@h:1\", headers: {Cookie: " + canary + "}, auth: {bearer: " + canary + "}}}\n");
  EXPECT_TRUE(stage.log_says("wrong.yaml")) << stage.daemon_log();
  said += stage.ballast({"validate", stage.path("policy")}).out;
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  said += stage.daemon_log() + stage.content("daemon.err") + stage.content("daemon.out");
  for (const std::string& secret : {canary, std::string("Ym9iOmM0bjRyeS"), std::string("bob:c4")})
    EXPECT_THAT(said, Not(HasSubstr(secret)));
  for (const auto& [name, bytes] : contents(stage.state())) EXPECT_THAT(bytes, Not(HasSubstr(canary))) << name;
}

}  // namespace
}  // namespace ballast::e2e
