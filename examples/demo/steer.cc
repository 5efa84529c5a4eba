// Steers a lane of the demo as the HPA or KEDA would: a decision each 15 s, told to a daemon whose policy has no
// signals of its own, so that starting, readiness, draining and the pool are the same in all lanes.
//   ballast-demo-steer --rule keda --policy default/demo --state-dir DIR --socket LANE.sock --metrics URL --daemon URL
//     --log FILE
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "controller/cli/commands.h"
#include "examples/demo/clocks.h"
#include "examples/demo/options.h"
#include "examples/demo/steer_rule.h"
#include "formats/exposition.h"
#include "formats/haproxy.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace ballast_demo {
namespace {

using ballast::Duration;
using ballast::Fetcher;
using ballast::Loop;
using ballast::Request;
using ballast::Task;
using ballast::TimePoint;

constexpr Duration kSync = std::chrono::seconds{15};  // --horizontal-pod-autoscaler-sync-period
constexpr Duration kLook = std::chrono::seconds{1};

int number(std::string_view text) {
  int value = 0;
  for (const char c : text)
    if (c >= '0' && c <= '9') value = value * 10 + (c - '0');
  return value;
}

/// Of a backend: servers that are used, and requests in service at them.
struct Pool {
  int used = 0;
  int busy = 0;
};

std::optional<Pool> pool_in(std::string_view stat) {
  const auto table = ballast::parse_haproxy_stat(stat);
  if (!table) return std::nullopt;
  const auto proxy = table->column("pxname");
  const auto server = table->column("svname");
  const auto weight = table->column("weight");
  const auto current = table->column("scur");
  if (!proxy || !server || !weight || !current) return std::nullopt;
  Pool pool;
  for (const auto& row : table->rows) {
    if (row[*proxy] != "web" || row[*server] == "BACKEND") continue;
    if (number(row[*weight]) > 0) ++pool.used;
    pool.busy += number(row[*current]);
  }
  return pool;
}

/// The value of the only sample; nothing: the page has none.
std::optional<double> value_in(std::string page) {
  const auto exposition = ballast::parse_exposition(std::move(page), false);
  if (!exposition || exposition->samples().empty()) return std::nullopt;
  return exposition->samples().front().value;
}

class Steering {
 public:
  Steering(Loop& loop, Fetcher& fetcher, const Options& options, Rule rule, std::FILE* log)
      : loop_(loop), fetcher_(fetcher), options_(options), rule_(rule), steer_(rule, 4, 40), current_(4), log_(log) {}

  Task<void> run() {
    TimePoint next = loop_.now() + kSync;
    while (!stopping_) {
      co_await look();
      if (loop_.now() >= next) {
        next += kSync;
        co_await decide();
      }
      const TimePoint again = loop_.now() + kLook;
      co_await ballast::Sleep(loop_, again);
    }
    loop_.stop();
  }
  void stop() { stopping_ = true; }

 private:
  /// How busy the workers are, as an agent on each node would sample it.
  Task<void> look() {
    Request request;
    request.channel = ballast::Channel::exchange;
    request.url = "unix://" + text_of(options_, "socket");
    request.body = "show stat\n";
    const auto answer = co_await fetcher_.fetch(std::move(request));
    const auto pool = answer ? pool_in(answer->body) : std::nullopt;
    if (!pool) co_return;
    ready_ = pool->used;
    busy_.push_back(pool->busy);
    if (busy_.size() > 15) busy_.pop_front();
  }

  Task<void> decide() {
    Steered seen{.current = current_, .ready = ready_};
    if (rule_ == Rule::hpa) {
      double sum = 0;
      for (const int busy : busy_) sum += busy;
      if (!busy_.empty()) seen.value = sum / static_cast<double>(busy_.size());
    } else {
      Request request;
      request.url = text_of(options_, "metrics");
      const auto answer = co_await fetcher_.fetch(std::move(request));
      seen.answered = answer && answer->status == 200;
      if (seen.answered) seen.value = value_in(answer->body);
    }
    const auto replicas = steer_.decide(seen, loop_.now());
    fmt::print(log_,
               R"({{"event":"decided","mono_us":{},"rule":"{}","value":{},"from":{},"to":{}}})"
               "\n",
               monotonic_us(), text_of(options_, "rule"), seen.value ? fmt::format("{:.3f}", *seen.value) : "null",
               current_, replicas.value_or(current_));
    std::fflush(log_);
    if (replicas) co_await order(*replicas);
  }

  Task<void> order(int replicas) {
    const std::string state = text_of(options_, "state-dir");
    Request request{.method = "POST"};
    request.url =
        fmt::format("{}/api/v1/policies/{}/orders?kind=Scale&replicas={}&for=1h&who={}", text_of(options_, "daemon"),
                    text_of(options_, "policy"), replicas, text_of(options_, "rule"));
    request.auth = ballast::AuthSpec{.bearer = ballast::SecretRef{.file = ballast::token_in(state).string()}};
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (answer && answer->status == 200)
      current_ = replicas;
    else
      fmt::print(stderr, "ballast-demo-steer: {}\n", answer ? answer->body : answer.error().message);
  }

  Loop& loop_;
  Fetcher& fetcher_;
  const Options& options_;
  Rule rule_;
  Steer steer_;
  int current_;
  int ready_ = 0;
  std::deque<int> busy_{};
  std::FILE* log_;
  bool stopping_ = false;
};

int steer(const Options& options, Rule rule) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log{std::fopen(text_of(options, "log").c_str(), "ae"),
                                                            &std::fclose};
  if (!log) {
    std::perror("ballast-demo-steer: --log");
    return 1;
  }
  const auto loop = ballast::make_loop();
  const auto fetcher = ballast::make_http_fetcher(*loop);
  if (!fetcher) {
    fmt::print(stderr, "ballast-demo-steer: {}\n", fetcher.error().message);
    return 1;
  }
  Steering steering(*loop, **fetcher, options, rule, log.get());
  loop->on_signals([&] { steering.stop(); }, [] {});
  auto task = steering.run();
  task.start();
  if (!task.done()) loop->run();
  return 0;
}

}  // namespace
}  // namespace ballast_demo

int main(int argc, char** argv) {
  using namespace ballast_demo;
  constexpr std::array<std::string_view, 7> kKnown{"rule", "policy", "state-dir", "socket", "metrics", "log", "daemon"};
  std::string problem;
  const auto options = parse_options(std::span{argv + 1, static_cast<std::size_t>(argc - 1)}, kKnown, problem);
  const auto rule = options ? rule_named(text_of(*options, "rule")) : std::nullopt;
  if (problem.empty() && !rule) problem = "--rule: hpa or keda";
  if (!problem.empty()) {
    fmt::print(stderr, "ballast-demo-steer: {}\n", problem);
    return 2;
  }
  return steer(*options, *rule);
}
