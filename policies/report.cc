#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "policies/detection/watch.h"
#include "policies/evaluate.h"
#include "policies/headline.h"
#include "policies/quality/grade.h"
#include "policies/scaling/bounds.h"
#include "policies/scaling/fallback.h"
#include "policies/traffic/ejection.h"
#include "policies/traffic/shares.h"

namespace ballast {
namespace {

std::vector<SignalStatus> signals_of(const Workload& workload, const Memory& memory, const Plan& plan, TimePoint now) {
  std::vector<SignalStatus> all;
  for (const GradedSignal& graded : grade(workload, memory, now)) {
    const Signal& spec = workload.signals[graded.index];
    SignalStatus& signal = all.emplace_back(SignalStatus{.name = spec.name, .grade = graded.grade});
    if (graded.grade == Grade::fresh) signal.value = graded.total;
    if (spec.target_type != TargetType::none) signal.target = static_cast<double>(spec.target_milli) / 1000.0;
    if (graded.samples > 0) signal.age = graded.age;
    signal.finding = current_finding(spec, memory, now);
    for (const Step& step : plan.steps)
      if (step.stage == Stage::propose && step.subject == Subject{Subject::Kind::signal, graded.index} &&
          step.reason != Reason::signal_not_usable)
        signal.proposal = step.after;
  }
  return all;
}

class Conditions {
 public:
  Conditions(const Status& before, TimePoint now) : before_(before), now_(now) {
    all_.reserve(before.conditions.size());
  }
  void set(ConditionType type, bool value, Reason reason, std::string message = {}) {
    Condition next{type, value, reason, std::move(message), now_};
    for (const Condition& old : before_.conditions)
      if (old.type == type && old.value == value) next.since = old.since;
    all_.push_back(std::move(next));
  }
  std::vector<Condition> take() { return std::move(all_); }

 private:
  const Status& before_;
  TimePoint now_;
  std::vector<Condition> all_{};
};

bool is_limit(Reason reason) {
  switch (reason) {
    case Reason::scale_up_limit:
    case Reason::scale_down_limit:
    case Reason::too_many_replicas:
    case Reason::too_few_replicas:
    case Reason::zero_cooldown:
      return true;
    default:
      return false;
  }
}

Reason limit_of(const Plan& plan) {
  for (const Step& step : plan.steps)
    if (step.stage == Stage::bounds_and_behavior && is_limit(step.reason)) return step.reason;
  return Reason::desired_within_range;
}

bool at_zero(const Workload& workload, const Observation& observation) {
  return workload.min_replicas == 0 && observation.target && observation.target->desired == 0;
}

/// A signal that only members give is not missed while there are none.
bool is_missed(const Workload& workload, const Observation& observation, std::size_t index,
               const SignalStatus& signal) {
  if (!signal.target || signal.grade == Grade::fresh) return false;
  return workload.signals[index].activation_milli || !at_zero(workload, observation);
}

void set_metrics(const Workload& workload, const Observation& observation, const Status& status, bool& known,
                 Conditions& conditions) {
  std::string unknown;
  for (std::size_t i = 0; i < status.signals.size() && unknown.empty(); ++i)
    if (is_missed(workload, observation, i, status.signals[i]))
      unknown = status.signals[i].name + " is " + to_string(status.signals[i].grade);
  known = unknown.empty();
  conditions.set(ConditionType::metrics_available, known, known ? Reason::signal_fresh : Reason::no_usable_signal,
                 unknown);
  const bool paused = is_paused(observation.orders);
  const bool off = status.reason == Reason::scaling_disabled;
  Reason reason = known ? Reason::signal_fresh : Reason::no_usable_signal;
  if (paused || off) reason = paused ? Reason::paused : Reason::scaling_disabled;
  conditions.set(ConditionType::scaling_active, known && !paused && !off, reason, unknown);
  conditions.set(ConditionType::paused, paused, paused ? Reason::paused : Reason::none);
}

void set_fallback(const Workload& workload, const Memory& memory, TimePoint now, Conditions& conditions) {
  std::string unknown;
  Reason reason = Reason::no_fallback;
  for (const Signal& signal : workload.signals) {
    if (!in_fallback(workload, memory, signal, now)) continue;
    unknown += (unknown.empty() ? "" : ", ") + signal.name;
    reason = Reason::fallback_current;
  }
  conditions.set(ConditionType::fallback, !unknown.empty(), reason, unknown);
}

/// Of what is in the way, the journal counts most: it holds back every pool.
void set_ready(const Observation& observation, bool sees_and_acts, Conditions& conditions) {
  if (!observation.journal_ok) return conditions.set(ConditionType::ready, false, Reason::journal_unwritable);
  if (!observation.hidden_pools.empty())
    return conditions.set(ConditionType::ready, false, Reason::pool_hidden,
                          observation.hidden_pools.front().failure.error.message);
  conditions.set(ConditionType::ready, sees_and_acts, Reason::none);
}

/// Whether it tells of a share that is refused from now on.
bool tells_of_a_share(const Step& step) {
  return step.stage == Stage::overload && !step.dry_run && step.subject.kind == Subject::Kind::pool &&
         step.reason != Reason::overload_over && step.reason != Reason::overload_holds && step.numbers[0] > 0;
}

/// What a pool refuses from now on, or still does though it shall not; empty: nothing.
std::string refusing(const Workload& workload, const Memory& memory, const Observation& observation, const Plan& plan,
                     PoolId pool, Reason& reason) {
  const std::string& name = workload.pools[static_cast<std::size_t>(pool)].name;
  for (const Step& step : plan.steps) {
    if (!tells_of_a_share(step) || step.subject.index != static_cast<std::uint32_t>(pool)) continue;
    reason = step.reason;
    return fmt::format("{} refuses {} % of the requests", name, step.numbers[0]);
  }
  const std::int32_t share = refused_share(workload, memory, observation, pool);
  if (share == 0) return {};
  reason = Reason::overloaded;
  const auto hidden = std::ranges::find(observation.hidden_pools, pool, &HiddenPool::pool);
  if (hidden == observation.hidden_pools.end())
    return fmt::format("{} still refuses {} % of the requests", name, share);
  return fmt::format("{} refused {} % of the requests when it was last seen: {}", name, share,
                     hidden->failure.error.message);
}

/// With the share of each pool, and why it could not be told another one.
void set_overloaded(const Workload& workload, const Memory& memory, const Observation& observation, const Plan& plan,
                    Conditions& conditions) {
  std::string message;
  Reason reason = Reason::none;
  for (std::size_t i = 0; i < workload.pools.size(); ++i) {
    const PoolId pool{static_cast<std::uint16_t>(i)};
    const std::string one = refusing(workload, memory, observation, plan, pool, reason);
    if (!one.empty()) message += (message.empty() ? "" : ", ") + one;
  }
  for (const Outcome& outcome : observation.outcomes)
    if (outcome.failure && outcome.action == ActionKind::shed && reason != Reason::none)
      message += fmt::format("; it could not be told what it shall: {}", outcome.failure->message);
  conditions.set(ConditionType::overloaded, reason != Reason::none, reason, message);
}

void set_conditions(const Workload& workload, const Observation& observation, const Memory& memory,
                    const Status& status, const Plan& plan, Conditions& conditions) {
  const std::string hidden = observation.hidden ? observation.hidden->error.message : std::string{};
  std::string failed = hidden;
  for (const Outcome& outcome : observation.outcomes)
    if (outcome.failure && outcome.action != ActionKind::shed) failed = outcome.failure->message;
  const bool able = observation.target && failed.empty();
  conditions.set(ConditionType::able_to_scale, able, able ? Reason::none : Reason::target_unknown, failed);
  bool known = true;
  set_metrics(workload, observation, status, known, conditions);
  set_fallback(workload, memory, observation.at, conditions);
  const Reason limited = limit_of(plan);
  conditions.set(ConditionType::scaling_limited, limited != Reason::desired_within_range, limited);
  const bool zero = at_zero(workload, observation);
  conditions.set(ConditionType::scaled_to_zero, zero, zero ? Reason::scaled_to_zero : Reason::not_scaled_to_zero);
  const bool contested =
      std::ranges::any_of(plan.steps, [](const Step& step) { return step.reason == Reason::member_contested; });
  conditions.set(ConditionType::member_contested, contested, contested ? Reason::member_contested : Reason::none);
  const auto ejected =
      std::ranges::find_if(plan.steps, [](const Step& step) { return is_ejection(step.reason) && !step.dry_run; });
  const bool sick = ejected != plan.steps.end();
  conditions.set(ConditionType::member_ejected, sick, sick ? ejected->reason : Reason::none);
  set_overloaded(workload, memory, observation, plan, conditions);
  conditions.set(ConditionType::dry_run, workload.mode == Mode::dry_run, Reason::none);
  set_ready(observation, able && known, conditions);
}

}  // namespace

Status report(const Workload& workload, const Status& before, const Observation& observation, const Memory& memory,
              const Plan& plan) {
  Status status;
  status.desired_replicas = plan.replicas;
  const Bounds bounds = bounds_now(workload, observation);
  status.min_replicas = bounds.min;
  status.max_replicas = bounds.max;
  // What cannot be seen now keeps its last known number: unknown is not zero.
  status.current_replicas = observation.target ? observation.target->existing : before.current_replicas;
  status.ready_replicas = observation.target ? observation.target->ready : before.ready_replicas;
  status.last_scale = memory.scale.last_scale;
  if (const Step* step = headline(plan)) status.reason = step->reason;
  status.signals = signals_of(workload, memory, plan, observation.at);
  Conditions conditions(before, observation.at);
  set_conditions(workload, observation, memory, status, plan, conditions);
  const bool surges = memory.surge.has_value();
  conditions.set(ConditionType::surge_found, surges, surges ? Reason::surge_found : Reason::none);
  status.conditions = conditions.take();
  return status;
}

}  // namespace ballast
