// The sources of all worlds as one fetcher, which keeps the contract of the real one: deadlines and byte caps.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "tests/sim/canary.h"
#include "tests/sim/fakes.h"

namespace ballast::sim {
namespace {

bool is(const Trouble* trouble, Fault fault) { return trouble != nullptr && trouble->fault == fault; }
/// Its answers are not there before the deadline of who asks.
bool hangs(const Trouble& trouble, Duration deadline) {
  return trouble.fault == Fault::mishap && from_seconds(trouble.mishap.takes) >= deadline;
}

/// An error page that repeats what was asked; other bodies are what they are.
bool tells_all(const Trouble* trouble, const Response& response) {
  return is(trouble, Fault::source_500) || is(trouble, Fault::source_html) ||
         (is(trouble, Fault::mishap) && response.status >= 400);
}

/// Whether what is said in such a trouble is a value, if maybe an old one.
bool gives_value(const Trouble* trouble) {
  return trouble == nullptr || is(trouble, Fault::source_slow) || is(trouble, Fault::source_frozen) ||
         is(trouble, Fault::source_lags) || is(trouble, Fault::source_partial) ||
         (is(trouble, Fault::mishap) && trouble->mishap.holds_value);
}

class SimFetcher final : public Fetcher {
 public:
  explicit SimFetcher(Stage& stage) : stage_(stage) {}

  Task<Result<Response>> fetch(Request request) override {
    const Asked asked = asked_by(request);
    const Site& site = stage_.sites[asked.service];
    const Trouble* trouble = stage_.strike(Target::source, asked.signal, asked.service);
    if (!stage_.dead()) stage_.asked.push_back(stage_.now());
    const TimePoint until = begin(trouble, request.deadline);
    co_await Sleep(stage_.time, until);
    if (stage_.dead()) co_return Error{Errc::cancelled, "killed"};
    site.world->advance(stage_.now());
    Time measured = stage_.now();
    if (is(trouble, Fault::source_frozen)) measured = trouble->from;
    if (is(trouble, Fault::source_lags)) measured = std::max(0.0, measured - trouble->by);
    const Dialect dialect = dialect_of(*site.service, asked.signal);
    const Said said = say(dialect, site, asked.signal, measured, trouble);
    const bool grew = dialect != Dialect::haproxy_counter || counts_on(asked, said.value);
    site.world->delivered({asked.signal, stage_.now(), measured, gives_value(trouble) && grew});
    auto answered = answer(trouble, request, body_of(dialect, said));
    if (answered && tells_all(trouble, *answered)) repeat_secret(request, *answered);
    if (answered && !stage_.bugs.contains(Bug::leaks_secret)) scrub_secret(*answered);
    co_return answered;
  }

 private:
  [[nodiscard]] int third_of(const Trouble& trouble) const {
    return static_cast<int>(3 * (stage_.now() - trouble.from) / (trouble.to - trouble.from));
  }

  /// When the answer is there.
  TimePoint begin(const Trouble* trouble, Duration deadline) {
    Duration takes = std::chrono::milliseconds{3};
    if (is(trouble, Fault::source_slow)) takes = std::chrono::milliseconds{3000};
    if (is(trouble, Fault::source_times_out) || is(trouble, Fault::source_drips)) takes = deadline;
    takes = std::min(takes + from_seconds(stage_.delay(trouble)), deadline);
    const bool in_second_third = is(trouble, Fault::source_nameless) && third_of(*trouble) == 1;
    if (in_second_third) takes = deadline;
    if (!stage_.bugs.contains(Bug::slow_blocks_all)) return stage_.time.now() + takes;
    busy_until_ = std::max(busy_until_, stage_.time.now()) + takes;
    return busy_until_;
  }

  static Said say(Dialect dialect, const Site& site, const std::string& name, Time measured, const Trouble* trouble) {
    const World& world = *site.world;
    Said said{.value = world.let_in_at(measured), .measured = kBegan + from_seconds(measured)};
    const auto signal = std::ranges::find(site.service->workload.signals, name, &Signal::name);
    if (dialect == Dialect::mean) said.value = world.mean_let_in(measured - kMeanWindow, measured);
    if (signal->target_type == TargetType::value) said.value = world.utilization();
    if (dialect == Dialect::haproxy_servers) said.members = world.utilizations();
    if (dialect == Dialect::haproxy_counter) said.value = std::floor(world.requests());
    if (is(trouble, Fault::source_partial)) said.value *= trouble->by;
    return said;
  }

  /// A counter's value needs two answers, the second not below the first.
  bool counts_on(const Asked& asked, double total) {
    const auto [at, first] = totals_.try_emplace({asked.service, asked.signal}, total);
    const double before = std::exchange(at->second, total);
    return !first && before <= total;
  }

  /// What has no name: as it says.
  [[nodiscard]] Result<Response> answer_to(const Trouble& trouble, const Request& request, Response response) const {
    const Mishap& mishap = trouble.mishap;
    if (mishap.throws_looking) stage_.blow_up();
    if (hangs(trouble, request.deadline)) return Error{Errc::timeout, "no answer before the deadline"};
    if (mishap.looks) return Error{*mishap.looks, "the source: " + std::string(to_string(*mishap.looks))};
    if (mishap.answer) mishap.answer(response);
    return response;
  }

  [[nodiscard]] Result<Response> answer(const Trouble* trouble, const Request& request, std::string body) const {
    Response response{.status = 200, .body = std::move(body), .received_at = stage_.time.now()};
    response.wall = stage_.time.wall();
    if (is(trouble, Fault::mishap)) return answer_to(*trouble, request, std::move(response));
    if (gives_value(trouble)) return response;
    switch (trouble->fault) {
      case Fault::source_refuses:
        return Error{Errc::unavailable, "connection refused"};
      case Fault::source_nameless:
        if (third_of(*trouble) == 1) break;
        return Error{Errc::unavailable, "the name of the source is not found"};
      case Fault::source_drips:
      case Fault::source_huge:
        if (stage_.bugs.contains(Bug::reads_what_came)) {
          response.body.resize(1);
          return response;
        }
        if (trouble->fault == Fault::source_drips) break;
        return Error{Errc::invalid, "the answer is larger than " + std::to_string(request.max_bytes) + " bytes"};
      case Fault::source_500:
        response.status = 500;
        response.body = "oops";
        return response;
      case Fault::source_empty:
        response.body.clear();
        return response;
      case Fault::source_html:
        response.body = "<html>login</html>";
        return response;
      case Fault::source_nan:
        response.body = "NaN 1700000000000000";
        return response;
      case Fault::source_infinite:
        response.body = "+Inf 1700000000000000";
        return response;
      case Fault::source_answers:
        response.status = trouble->status;
        response.body = trouble->body;
        return response;
      default:
        break;
    }
    return Error{Errc::timeout, "no answer before the deadline"};
  }

  Stage& stage_;
  TimePoint busy_until_{};
  std::map<std::pair<std::size_t, std::string>, double> totals_{};
};

}  // namespace

std::unique_ptr<Fetcher> make_fetcher(Stage& stage) { return std::make_unique<SimFetcher>(stage); }

}  // namespace ballast::sim
