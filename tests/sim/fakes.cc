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
  const Trouble* trouble = stage->faults.now(target, stage->now(), {}, service);
  const bool slow = trouble != nullptr && trouble->fault == Fault::slow;
  const TimePoint until = stage->time.now() + (slow ? std::chrono::milliseconds{1900} : std::chrono::milliseconds{5});
  co_await Sleep(stage->time, until);
  if (stage->dies_next) stage->kill();
  stage->sites[service].world->advance(stage->now());
  co_return trouble;
}

bool is(const Trouble* trouble, Fault fault) { return trouble != nullptr && trouble->fault == fault; }

class SimScaler final : public Scaler {
 public:
  SimScaler(Stage& stage, std::size_t service) : stage_(stage), service_(service) {}

  Task<Result<ScalerView>> observe() override {
    if (!stage_.dead() && service_ == 0) stage_.last_look = stage_.now();
    const Trouble* trouble = co_await enter(&stage_, Target::scaler, service_);
    if (is(trouble, Fault::observe_fails)) co_return Error{Errc::unavailable, "the target does not answer"};
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
    co_return view;
  }

  Task<Result<Done>> scale(ObservedTarget observed, std::int32_t replicas, std::vector<std::string> remove) override {
    const Trouble* trouble = co_await enter(&stage_, Target::scaler, service_);
    if (stage_.dead() || (service_ == 0 && !stage_.begin_call())) co_return Error{Errc::cancelled, "killed"};
    if (is(trouble, Fault::write_fails)) co_return Error{Errc::denied, "no right to scale"};
    if (observed.version != std::to_string(world().version())) co_return Error{Errc::conflict, "changed meanwhile"};
    const std::int32_t more = replicas - world().told();
    world().scale(replicas, remove);
    const bool lost = is(trouble, Fault::reply_lost);
    if (lost && more > 0 && stage_.bugs.contains(Bug::repeats_relative)) world().scale(replicas + more, {});
    if (service_ == 0) stage_.end_call();
    if (lost) co_return Error{Errc::outcome_unknown, "no answer"};
    co_return Done{};
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
};

class SimBalancer final : public Balancer {
 public:
  SimBalancer(Stage& stage, std::size_t service) : stage_(stage), service_(service) {}

  Task<Result<BalancerView>> observe() override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer, service_);
    if (is(trouble, Fault::observe_fails)) co_return Error{Errc::unavailable, "the balancer does not answer"};
    BalancerView view;
    for (const auto& [name, member] : world().members())
      if (member.in_pool_since)
        view.members.push_back({.name = name,
                                .weight = member.weight,
                                .in_flight = static_cast<std::int32_t>(member.in_flight),
                                .counters = counters_of(member)});
    co_return view;
  }

  Task<Result<Done>> apply(std::vector<WantedMember> wanted) override {
    const Trouble* trouble = co_await enter(&stage_, Target::balancer, service_);
    if (stage_.dead() || (service_ == 0 && !stage_.begin_call())) co_return Error{Errc::cancelled, "killed"};
    if (is(trouble, Fault::write_fails)) co_return Error{Errc::unavailable, "refused"};
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
        const auto at = weights.find(name);
        const auto weight = at == weights.end() ? std::nullopt : std::optional{at->second};
        if ((weight.value_or(-1) >= world().members().at(name).weight) == raises) world().set_weight(name, weight);
      }
    if (service_ == 0) stage_.end_call();
    if (is(trouble, Fault::reply_lost)) co_return Error{Errc::outcome_unknown, "no answer"};
    co_return Done{};
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
};

class SimReceiver final : public Notifier {
 public:
  explicit SimReceiver(Stage& stage) : stage_(stage) {}
  Task<ballast::Delivery> deliver(Notification notification) override {
    if (stage_.dead()) co_return ballast::Delivery{.failure = Error{Errc::cancelled, "nobody is there"}};
    for (const Alert& alert : notification.alerts)
      stage_.notices.push_back(
          {notification.key,
           alert.labels.at("namespace") + "/" + alert.labels.at("policy") + " " + alert.labels.at("alertname"),
           alert.starts_at, alert.ends_at.has_value()});
    co_return ballast::Delivery{};
  }

 private:
  Stage& stage_;
};

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

std::unique_ptr<Scaler> make_scaler(Stage& stage, std::size_t service) {
  return std::make_unique<SimScaler>(stage, service);
}
std::unique_ptr<Balancer> make_balancer(Stage& stage, std::size_t service) {
  return std::make_unique<SimBalancer>(stage, service);
}

std::shared_ptr<Notifier> make_receiver(Stage& stage) { return std::make_shared<SimReceiver>(stage); }

}  // namespace ballast::sim
