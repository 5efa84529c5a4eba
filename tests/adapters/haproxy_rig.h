// What a test of the HAProxy balancer needs: a real HAProxy in a folder of its own, real workers behind it, requests
// through it, and an end of all of them, however the test ends.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/haproxy/haproxy_balancer.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "tests/support/real_haproxy.h"

namespace ballast {

/// Answers HTTP on a free port of 127.0.0.1, each request on a thread of its own: 200, to `/hold` once it is released,
/// to `/late` after 100 ms, to `/fail` with 500, and to `/hang-up` by closing the connection.
/// Keeps connections open between requests, as real servers do.
class TestWorker {
 public:
  TestWorker();
  ~TestWorker();
  TestWorker(const TestWorker&) = delete;
  TestWorker& operator=(const TestWorker&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Waits until so many requests are held; false when they do not come.
  [[nodiscard]] bool holds(int count);
  void release();
  /// Requests answered, health checks aside.
  [[nodiscard]] int served();

 private:
  void serve(int connection);
  void answer(const std::string& request);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_{};
  std::condition_variable changed_{};
  int held_ = 0;
  int served_ = 0;
  bool released_ = false;
  bool ending_ = false;
  std::vector<int> connections_{};
  std::vector<std::thread> threads_{};
  std::thread acceptor_{};
};

/// Carries out what is asked; on demand its answer is lost, or the question.
class FaultyFetcher final : public Fetcher {
 public:
  explicit FaultyFetcher(Fetcher& real) : real_(real) {}
  Task<Result<Response>> fetch(Request request) override;
  bool lose_answer = false;    ///< of the next change
  bool lose_question = false;  ///< of the next change
  int changes = 0;             ///< exchanges that were to change something

 private:
  Fetcher& real_;
};

class HaproxyRig {
 public:
  HaproxyRig();
  ~HaproxyRig();
  HaproxyRig(const HaproxyRig&) = delete;
  HaproxyRig& operator=(const HaproxyRig&) = delete;

  [[nodiscard]] static bool installed() { return RealHaproxy::installed(); }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void start_haproxy();
  void kill_haproxy() { haproxy_.kill_hard(); }

  /// Makes the balancer anew, as a restart of Ballast does.
  void bind(HaproxyPool pool, std::vector<std::string> weighed = {});
  [[nodiscard]] HaproxyPool pool(const std::string& backend = "web") const;
  Result<BalancerView> observe();
  Result<Done> apply(std::vector<WantedMember> wanted);
  Result<Done> shed(std::int32_t percent, Duration retry_after);
  /// One member of a view; the test fails when there is none.
  BalancedMember observed(const std::string& member);

  /// What a person types at the admin socket.
  std::string ask(const std::string& commands) const { return haproxy_.ask(commands); }
  /// A column of `show servers state` by server.
  std::map<std::string, std::string> servers(const std::string& column, const std::string& backend = "web") const;
  /// The status of a request through HAProxy to the backend web; 0 when none came.
  int get(const std::string& target) const;
  /// The same, with its head.
  [[nodiscard]] std::string answer_to(const std::string& target) const;
  std::future<int> get_later(const std::string& target) const;
  FaultyFetcher& faults() { return *faults_; }

 private:
  static std::string make_folder();
  void write_configuration() const;

  std::filesystem::path folder_;
  RealHaproxy haproxy_;
  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<FaultyFetcher> faults_;
  std::unique_ptr<Balancer> balancer_{};
};

}  // namespace ballast
