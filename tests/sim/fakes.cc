#include "tests/sim/fakes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace ballast::sim {
namespace {

TimePoint engine_time(Time t) { return kBegan + from_seconds(t); }

/// A port's call costs time; a slow one more.
Task<const Trouble*> enter(Stage* stage, Target target, std::size_t service) {
  const Trouble* trouble = stage->strike(target, {}, service);
  const TimePoint until = stage->time.now() + std::chrono::milliseconds{5} + from_seconds(stage->delay(trouble));
  co_await Sleep(stage->time, until);
  if (stage->dies_next) stage->kill();
  stage->sites[service].world->advance(stage->now());
  co_return trouble;
}

bool is(const Trouble* trouble, Fault fault) { return trouble != nullptr && trouble->fault == fault; }
const Mishap* mishap_of(const Trouble* trouble) { return is(trouble, Fault::mishap) ? &trouble->mishap : nullptr; }

Error failed(Errc code) { return {code, "it went wrong: " + std::string(to_string(code))}; }

/// What stands in the way of a look.
std::optional<Error> look_failure(Stage& stage, const Trouble* trouble, const char* why) {
  if (is(trouble, Fault::observe_fails)) return Error{Errc::unavailable, why};
  const Mishap* mishap = mishap_of(trouble);
  if (mishap == nullptr) return std::nullopt;
  if (mishap->throws_looking) stage.blow_up();
  return mishap->looks ? std::optional{failed(*mishap->looks)} : std::nullopt;
}

/// What keeps a write from having an effect.
std::optional<Error> write_failure(Stage& stage, const Trouble* trouble, Error denied) {
  if (is(trouble, Fault::write_fails)) return denied;
  const Mishap* mishap = mishap_of(trouble);
  if (mishap == nullptr || mishap->done) return std::nullopt;
  if (mishap->throws_writing) stage.blow_up();
  return mishap->writes ? std::optional{failed(*mishap->writes)} : std::nullopt;
}

/// What is said of a write that had its effect.
Result<Done> write_answer(Stage& stage, const Trouble* trouble) {
  if (is(trouble, Fault::reply_lost)) return Error{Errc::outcome_unknown, "no answer"};
  const Mishap* mishap = mishap_of(trouble);
  if (mishap == nullptr || !mishap->done) return Done{};
  if (mishap->throws_writing) stage.blow_up();
  if (mishap->writes) return failed(*mishap->writes);
  return Done{};
}

/// What a look shows: what there is, or what a trouble makes of it.
template <class View>
View shown(const Trouble* trouble, View now, std::optional<View>& before, std::function<void(View&)> Mishap::*change) {
  const Mishap* mishap = mishap_of(trouble);
  const bool sees_old = mishap != nullptr && mishap->sees_old;
  if (!sees_old || !before) before = now;
  if (sees_old) return *before;
  if (mishap != nullptr && mishap->*change) (mishap->*change)(now);
  return now;
}

class SimScaler final : public Scaler {
 public:
  SimScaler(Stage& stage, std::size_t service) : stage_(stage), service_(service) {}

  Task<Result<ScalerView>> observe() override {
    if (!stage_.dead() && service_ == 0) stage_.last_look = stage_.now();
    const Trouble* trouble = co_await enter(&stage_, Target::scaler, service_);
    if (auto failure = look_failure(stage_, trouble, "the target does not answer")) co_return *failure;
    ScalerView view;
    view.target = {.uid = "target-1",
                   .version = std::to_string(world().version()),
                   .desired = world().told(),
                   .existing = static_cast<std::int32_t>(world().members().size()),
                   .chooses_members = world().options().chooses_members};
    for (const auto& [name, member] : world().members()) {
      const bool ready = member.ready_at <= world().now();
      if (ready) ++view.target.ready;
      view.members.push_back({.name = name,
                              .address = "10.0.0.1:1",
                              .state = ready ? MemberState::ready : MemberState::starting,
                              .since = engine_time(ready ? member.ready_at : member.started),
                              .started = engine_time(member.started)});
    }
    if (service_ == 0 && stage_.faults.rolls_out(stage_.now())) add_new_version(view);
    co_return shown(trouble, std::move(view), before_, &Mishap::target);
  }

  Task<Result<Done>> scale(ObservedTarget observed, std::int32_t replicas, std::vector<std::string> remove) override {
    const Trouble* trouble = co_await enter(&stage_, Target::scaler, service_);
    if (stage_.dead() || (service_ == 0 && !stage_.begin_call())) co_return Error{Errc::cancelled, "killed"};
    if (auto failure = write_failure(stage_, trouble, {Errc::denied, "no right to scale"})) co_return *failure;
    if (observed.version != std::to_string(world().version())) co_return Error{Errc::conflict, "changed meanwhile"};
    const std::int32_t more = replicas - world().told();
    world().scale(replicas, remove);
    const Mishap* mishap = mishap_of(trouble);
    const bool lost = is(trouble, Fault::reply_lost) || (mishap != nullptr && mishap->done);
    const Bug repeats = more > 0 ? Bug::repeats_relative : Bug::repeats_decrease;
    if (lost && more != 0 && stage_.bugs.contains(repeats)) world().scale(std::max(0, replicas + more), {});
    if (service_ == 0) stage_.end_call();
    co_return write_answer(stage_, trouble);
  }

 private:
  static void add_new_version(ScalerView& view) {
    const std::int32_t more = (view.target.desired + 3) / 4;
    view.target.existing += more;
    view.target.ready += more;
    for (std::int32_t i = 0; i < more; ++i)
      view.members.push_back({.name = "new-" + std::to_string(i), .state = MemberState::ready});
  }

  [[nodiscard]] World& world() const { return *stage_.sites[service_].world; }

  Stage& stage_;
  std::size_t service_;
  std::optional<ScalerView> before_{};
};

class SimBalancer final : public Balancer {
 public:
  SimBalancer(Stage& stage, std::size_t service) : stage_(stage), service_(service) {}

  Task<Result<BalancerView>> observe() override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer, service_);
    if (auto failure = look_failure(stage_, trouble, "the balancer does not answer")) co_return *failure;
    BalancerView view;
    view.shed = world().shed_at(world().now());
    for (const auto& [name, member] : world().members())
      if (member.in_pool_since)
        view.members.push_back({.name = name,
                                .weight = member.weight,
                                .in_flight = static_cast<std::int32_t>(member.in_flight),
                                .contested = member.by_hand && !stage_.bugs.contains(Bug::fights_people),
                                .counters = counters_of(member)});
    co_return shown(trouble, std::move(view), before_, &Mishap::pool);
  }

  Task<Result<Done>> apply(std::vector<WantedMember> wanted) override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer, service_);
    if (stage_.dead() || (service_ == 0 && !stage_.begin_call())) co_return Error{Errc::cancelled, "killed"};
    if (auto failure = write_failure(stage_, trouble, {Errc::unavailable, "refused"})) co_return *failure;
    std::map<std::string, std::int32_t> weights;
    for (const WantedMember& member : wanted) {
      if (member.weight == 0 && stage_.bugs.contains(Bug::lost_drain)) continue;
      weights[member.name] = member.weight;
    }
    std::vector<std::string> names;
    for (const auto& [name, member] : world().members()) names.push_back(name);
    // Raises before cuts, as the real one: the pool is never emptied between.
    for (const bool raises : {true, false})
      for (const std::string& name : names) {
        if (world().members().at(name).by_hand && !stage_.bugs.contains(Bug::fights_people)) continue;
        const auto at = weights.find(name);
        const auto weight = at == weights.end() ? std::nullopt : std::optional{at->second};
        if ((weight.value_or(-1) >= world().members().at(name).weight) == raises) world().set_weight(name, weight);
      }
    if (service_ == 0) stage_.end_call();
    co_return write_answer(stage_, trouble);
  }

  Task<Result<Done>> shed(std::int32_t percent, Duration /*retry_after*/) override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer, service_);
    if (stage_.dead() || (service_ == 0 && !stage_.begin_call())) co_return Error{Errc::cancelled, "killed"};
    if (auto failure = write_failure(stage_, trouble, {Errc::unavailable, "refused"})) co_return *failure;
    world().shed(percent);
    if (service_ == 0) stage_.end_call();
    co_return write_answer(stage_, trouble);
  }

 private:
  [[nodiscard]] World& world() const { return *stage_.sites[service_].world; }

  static Counters counters_of(const WorldMember& member) {
    const auto answered = static_cast<std::int64_t>(member.answered);
    return {.answers = answered,
            .failures = std::min(answered, static_cast<std::int64_t>(std::ceil(member.failed))),
            .timed = answered,
            .answering = from_seconds(member.answering)};
  }

  Stage& stage_;
  std::size_t service_;
  std::optional<BalancerView> before_{};
};

}  // namespace

std::unique_ptr<Scaler> make_scaler(Stage& stage, std::size_t service) {
  return std::make_unique<SimScaler>(stage, service);
}
std::unique_ptr<Balancer> make_balancer(Stage& stage, std::size_t service) {
  return std::make_unique<SimBalancer>(stage, service);
}

}  // namespace ballast::sim
