#include "tests/sim/fakes.h"

#include <charconv>
#include <cmath>
#include <map>

namespace ballast::sim {
namespace {

TimePoint engine_time(Time t) { return kBegan + from_seconds(t); }

/// A port's call costs time; a slow one more.
Task<const Trouble*> enter(Stage* stage, Target target) {
  const Trouble* trouble = stage->faults.now(target, stage->now());
  const bool slow = trouble != nullptr && trouble->fault == Fault::slow;
  const TimePoint until = stage->time.now() + (slow ? std::chrono::milliseconds{1900} : std::chrono::milliseconds{5});
  co_await Sleep(stage->time, until);
  if (stage->dies_next) stage->kill();
  stage->world.advance(stage->now());
  co_return trouble;
}

bool is(const Trouble* trouble, Fault fault) { return trouble != nullptr && trouble->fault == fault; }

class SimScaler final : public Scaler {
 public:
  explicit SimScaler(Stage& stage) : stage_(stage) {}

  Task<Result<ScalerView>> observe() override {
    if (!stage_.dead()) stage_.last_look = stage_.now();
    const Trouble* trouble = co_await enter(&stage_, Target::scaler);
    if (is(trouble, Fault::observe_fails)) co_return Error{Errc::unavailable, "the target does not answer"};
    ScalerView view;
    view.target = {.uid = "target-1",
                   .version = std::to_string(stage_.world.version()),
                   .desired = stage_.world.told(),
                   .existing = static_cast<std::int32_t>(stage_.world.members().size()),
                   .chooses_members = stage_.world.options().chooses_members};
    for (const auto& [name, member] : stage_.world.members()) {
      const bool ready = member.ready_at <= stage_.world.now();
      if (ready) ++view.target.ready;
      view.members.push_back({.name = name,
                              .address = "10.0.0.1:1",
                              .state = ready ? MemberState::ready : MemberState::starting,
                              .since = engine_time(ready ? member.ready_at : member.started),
                              .started = engine_time(member.started)});
    }
    co_return view;
  }

  Task<Result<Done>> scale(ObservedTarget observed, std::int32_t replicas, std::vector<std::string> remove) override {
    const Trouble* trouble = co_await enter(&stage_, Target::scaler);
    if (!stage_.begin_call()) co_return Error{Errc::cancelled, "killed"};
    if (is(trouble, Fault::write_fails)) co_return Error{Errc::denied, "no right to scale"};
    if (observed.version != std::to_string(stage_.world.version()))
      co_return Error{Errc::conflict, "changed meanwhile"};
    const std::int32_t more = replicas - stage_.world.told();
    stage_.world.scale(replicas, remove);
    const bool lost = is(trouble, Fault::reply_lost);
    if (lost && more > 0 && stage_.bugs.contains(Bug::repeats_relative)) stage_.world.scale(replicas + more, {});
    stage_.end_call();
    if (lost) co_return Error{Errc::outcome_unknown, "no answer"};
    co_return Done{};
  }

 private:
  Stage& stage_;
};

class SimBalancer final : public Balancer {
 public:
  explicit SimBalancer(Stage& stage) : stage_(stage) {}

  Task<Result<BalancerView>> observe() override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer);
    if (is(trouble, Fault::observe_fails)) co_return Error{Errc::unavailable, "the balancer does not answer"};
    BalancerView view;
    for (const auto& [name, member] : stage_.world.members())
      if (member.in_pool_since)
        view.members.push_back(
            {.name = name, .weight = member.weight, .in_flight = static_cast<std::int32_t>(member.in_flight)});
    co_return view;
  }

  Task<Result<Done>> apply(std::vector<WantedMember> wanted) override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer);
    if (!stage_.begin_call()) co_return Error{Errc::cancelled, "killed"};
    if (is(trouble, Fault::write_fails)) co_return Error{Errc::unavailable, "refused"};
    std::map<std::string, std::int32_t> weights;
    for (const WantedMember& member : wanted) {
      if (member.weight == 0 && stage_.bugs.contains(Bug::lost_drain)) continue;
      weights[member.name] = member.weight;
    }
    std::vector<std::string> names;
    for (const auto& [name, member] : stage_.world.members()) names.push_back(name);
    for (const std::string& name : names) {
      const auto at = weights.find(name);
      stage_.world.set_weight(name, at == weights.end() ? std::nullopt : std::optional{at->second});
    }
    stage_.end_call();
    if (is(trouble, Fault::reply_lost)) co_return Error{Errc::outcome_unknown, "no answer"};
    co_return Done{};
  }

 private:
  Stage& stage_;
};

class SimFetcher final : public Fetcher {
 public:
  explicit SimFetcher(Stage& stage) : stage_(stage) {}

  Task<Result<Response>> fetch(Request request) override {
    const std::string signal = request.url.substr(std::string_view{"http://sim/"}.size());
    const Trouble* trouble = stage_.faults.now(Target::source, stage_.now(), signal);
    const bool slow = is(trouble, Fault::source_slow) || is(trouble, Fault::source_times_out);
    const TimePoint until = stage_.time.now() + (slow ? std::chrono::milliseconds{3000} : std::chrono::milliseconds{3});
    co_await Sleep(stage_.time, until);
    if (stage_.dead()) co_return Error{Errc::cancelled, "killed"};
    stage_.world.advance(stage_.now());
    Time measured = stage_.now();
    if (is(trouble, Fault::source_frozen)) measured = trouble->from;
    Result<Response> answer = answer_of(trouble, measured);
    const bool valid = trouble == nullptr || is(trouble, Fault::source_slow) || is(trouble, Fault::source_frozen);
    stage_.world.delivered({signal, stage_.now(), measured, valid});
    if (!valid && stage_.bugs.contains(Bug::unknown_is_zero)) answer = page(0, stage_.now());
    if (stage_.bugs.contains(Bug::stale_is_fresh)) answer = restamped(std::move(answer), measured);
    co_return answer;
  }

 private:
  Result<Response> answer_of(const Trouble* trouble, Time measured) const {
    if (is(trouble, Fault::source_refuses)) return Error{Errc::unavailable, "connection refused"};
    if (is(trouble, Fault::source_times_out)) return Error{Errc::timeout, "no answer within 3 s"};
    if (is(trouble, Fault::source_500))
      return Response{.status = 500, .body = "oops", .received_at = stage_.time.now()};
    if (is(trouble, Fault::source_empty)) return Response{.status = 200, .received_at = stage_.time.now()};
    if (is(trouble, Fault::source_html))
      return Response{.status = 200, .body = "<html>login</html>", .received_at = stage_.time.now()};
    if (is(trouble, Fault::source_nan)) return page(std::nan(""), measured);
    if (is(trouble, Fault::source_infinite)) return page(INFINITY, measured);
    return page(stage_.world.options().demand.at(measured), measured);
  }
  Result<Response> restamped(Result<Response> answer, Time measured) const {
    if (answer && answer->body == page(stage_.world.options().demand.at(measured), measured).body)
      return page(stage_.world.options().demand.at(measured), stage_.now());
    return answer;
  }
  Response page(double value, Time measured) const {
    const auto at = engine_time(measured).time_since_epoch().count();
    return Response{
        .status = 200, .body = std::to_string(value) + " " + std::to_string(at), .received_at = stage_.time.now()};
  }

  Stage& stage_;
};

struct SimPage {
  double value = 0;
  TimePoint at{};
};

Result<Page> decode(const Response& response) {
  if (response.status != 200) return Error{Errc::unavailable, "HTTP " + std::to_string(response.status)};
  SimPage page;
  const char* end = response.body.data() + response.body.size();
  const auto value = std::from_chars(response.body.data(), end, page.value);
  if (value.ec != std::errc{} || !std::isfinite(page.value) || value.ptr == end)
    return Error{Errc::invalid, "no number"};
  std::int64_t at = 0;
  if (std::from_chars(value.ptr + 1, end, at).ec != std::errc{}) return Error{Errc::invalid, "no time"};
  page.at = TimePoint{Duration{at}};
  return Page{std::make_shared<const SimPage>(page), response.received_at};
}

Result<NamedReading> select(const Page& page, const Page* /*previous*/) {
  const auto& content = *static_cast<const SimPage*>(page.content.get());
  return scalar(content.at, content.value);
}

}  // namespace

void Stage::kill() {
  killed = true;
  if (!disk.crashed()) disk.crash_now();
}

bool Stage::begin_call() {
  if (dead()) return false;
  ++calls;
  if (crash && crash->where == Crash::Where::before_call && crash->number == calls) kill();
  return !dead();
}

void Stage::end_call() {
  last_action = now();
  seen_before_action = last_look;
  if (!crash || crash->number != calls) return;
  if (crash->where == Crash::Where::after_without_reply) kill();
  if (crash->where != Crash::Where::after_call) return;
  dies_next = true;
  disk.crash_at(disk.points() + 1, false);
}

std::unique_ptr<Scaler> make_scaler(Stage& stage) { return std::make_unique<SimScaler>(stage); }
std::unique_ptr<Balancer> make_balancer(Stage& stage) { return std::make_unique<SimBalancer>(stage); }
std::unique_ptr<Fetcher> make_fetcher(Stage& stage) { return std::make_unique<SimFetcher>(stage); }

CompiledProbe probe_of(const std::string& signal) {
  return CompiledProbe{
      .request = Request{.url = "http://sim/" + signal}, .type = "sim", .decode = decode, .select = select};
}

}  // namespace ballast::sim
