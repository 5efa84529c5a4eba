// The sources of all worlds as one fetcher, which keeps the contract of the real one: deadlines and byte caps.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "tests/sim/fakes.h"

namespace ballast::sim {
namespace {

bool is(const Trouble* trouble, Fault fault) { return trouble != nullptr && trouble->fault == fault; }

/// Whether what is said in such a trouble is a value, if maybe an old one.
bool gives_value(const Trouble* trouble) {
  return trouble == nullptr || is(trouble, Fault::source_slow) || is(trouble, Fault::source_frozen) ||
         is(trouble, Fault::source_lags) || is(trouble, Fault::source_partial);
}

class SimFetcher final : public Fetcher {
 public:
  explicit SimFetcher(Stage& stage) : stage_(stage) {}

  Task<Result<Response>> fetch(Request request) override {
    const Asked asked = asked_by(request);
    const Site& site = stage_.sites[asked.service];
    const Trouble* trouble = stage_.faults.now(Target::source, stage_.now(), asked.signal, asked.service);
    if (!stage_.dead()) stage_.asked.push_back(stage_.now());
    const TimePoint until = begin(trouble, request.deadline);
    co_await Sleep(stage_.time, until);
    if (stage_.dead()) co_return Error{Errc::cancelled, "killed"};
    site.world->advance(stage_.now());
    Time measured = stage_.now();
    if (is(trouble, Fault::source_frozen)) measured = trouble->from;
    if (is(trouble, Fault::source_lags)) measured = std::max(0.0, measured - trouble->by);
    const Dialect dialect = dialect_of(*site.service, asked.signal);
    const double value = value_of(dialect, *site.world, measured, trouble);
    const bool grew = dialect != Dialect::haproxy_counter || counts_on(asked, value);
    site.world->delivered({asked.signal, stage_.now(), measured, gives_value(trouble) && grew});
    co_return answer(trouble, request, body_of(dialect, value, kBegan + from_seconds(measured)));
  }

 private:
  /// When the answer is there.
  TimePoint begin(const Trouble* trouble, Duration deadline) {
    Duration takes = std::chrono::milliseconds{3};
    if (is(trouble, Fault::source_slow)) takes = std::chrono::milliseconds{3000};
    if (is(trouble, Fault::source_times_out) || is(trouble, Fault::source_drips)) takes = deadline;
    if (!stage_.bugs.contains(Bug::slow_blocks_all)) return stage_.time.now() + takes;
    busy_until_ = std::max(busy_until_, stage_.time.now()) + takes;
    return busy_until_;
  }

  static double value_of(Dialect dialect, const World& world, Time measured, const Trouble* trouble) {
    if (dialect == Dialect::haproxy_counter) return std::floor(world.requests());
    const double value = world.options().demand.at(measured);
    return is(trouble, Fault::source_partial) ? value * trouble->by : value;
  }

  /// A counter's value needs two answers, the second not below the first.
  bool counts_on(const Asked& asked, double total) {
    const auto [at, first] = totals_.try_emplace({asked.service, asked.signal}, total);
    const double before = std::exchange(at->second, total);
    return !first && before <= total;
  }

  [[nodiscard]] Result<Response> answer(const Trouble* trouble, const Request& request, std::string body) const {
    Response response{.status = 200, .body = std::move(body), .received_at = stage_.time.now()};
    if (gives_value(trouble)) return response;
    switch (trouble->fault) {
      case Fault::source_refuses:
        return Error{Errc::unavailable, "connection refused"};
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
