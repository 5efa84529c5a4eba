#include "controller/engine/fold.h"

#include <algorithm>
#include <set>
#include <utility>

#include "controller/journal/codec.h"
#include "policies/alerting/judge.h"
#include "policies/evaluate.h"
#include "policies/headline.h"
#include "policies/scaling/behavior.h"
#include "policies/traffic/ejection.h"

namespace ballast {
namespace {

/// Names of members long gone are kept for a while: a label may come back, and a decision about it may be asked for.
constexpr std::size_t kNamesBeyondTheLiving = 1000;

void forget_names(WorkloadState& state, const Observation& observation) {
  std::set<MemberId> living;
  for (const Member& member : observation.members) living.insert(member.id);
  for (const MemberMemory& member : state.memory.members) living.insert(member.id);
  for (const SignalMemory& signal : state.memory.signals)
    if (signal.newest)
      for (const Sample& sample : signal.newest->samples) living.insert(sample.member);
  std::size_t excess = state.names.by_id().size();
  const std::size_t most = living.size() + kNamesBeyondTheLiving;
  if (excess <= most) return;
  excess -= most;
  std::vector<MemberId> gone;
  for (const auto& [id, name] : state.names.by_id()) {
    if (gone.size() == excess) break;
    if (!living.contains(id)) gone.push_back(id);
  }
  for (const MemberId id : gone) state.names.forget(id);
}

bool limits(const Step& step) {
  const bool stage = step.stage == Stage::bounds_and_behavior || step.stage == Stage::allowance ||
                     step.stage == Stage::approval || step.stage == Stage::guard;
  return stage && step.reason != Reason::desired_within_range;
}

std::string name_of(const Workload& workload, const WorkloadState& state, const Subject& subject) {
  switch (subject.kind) {
    case Subject::Kind::signal:
      return subject.index < workload.signals.size() ? workload.signals[subject.index].name : std::string{};
    case Subject::Kind::pool:
      return subject.index < workload.pools.size() ? workload.pools[subject.index].name : std::string{};
    case Subject::Kind::member:
      return std::string(state.names.name_of(MemberId{subject.index}));
    case Subject::Kind::window:
      return subject.index < workload.schedules.size() ? workload.schedules[subject.index].name : std::string{};
    case Subject::Kind::workload:
      break;
  }
  return workload.name;
}

}  // namespace

Plan fold(const Workload& workload, WorkloadState& state, const std::vector<MemberName>& new_members,
          const Observation& observation) {
  for (const MemberName& member : new_members) state.names.add(member);
  Plan plan = evaluate(workload, state.memory, observation);
  state.status = report(workload, state.status, observation, state.memory, plan);
  plan.alerts = judge_alerts(workload, state.memory, observation, state.status);
  state.decision = decision_of(plan, observation.orders);
  ++state.sequence;
  forget_names(state, observation);
  return plan;
}

Plan fold(const Workload& workload, WorkloadState& state, const Frame& frame) {
  Plan plan = fold(workload, state, frame.new_members, frame.observation);
  state.sequence = frame.sequence;
  return plan;
}

Decision decision_of(const Plan& plan, const Orders& orders) {
  Decision decision;
  for (const Order& order : orders.given) decision.orders.push_back(order.given);
  decision.replicas = plan.replicas;
  if (const Step* step = headline(plan)) decision.reason = step->reason;
  const auto add = [](std::vector<MemberId>& to, const Step& step) {
    const MemberId member{step.subject.index};
    if (std::ranges::find(to, member) == to.end()) to.push_back(member);
  };
  for (const Step& step : plan.steps) {
    if (limits(step)) decision.limit = step.reason;
    if (step.reason == Reason::member_contested) add(decision.contested, step);
    if (is_ejection(step.reason)) add(decision.ejected, step);
    if (step.reason == Reason::overloaded)
      decision.refusing.push_back(PoolId{static_cast<std::uint16_t>(step.subject.index)});
  }
  return decision;
}

Frame frame_of(const Workload& workload, const WorkloadState& state, std::vector<MemberName> new_members,
               Observation observation, const Plan& plan) {
  Frame frame;
  frame.workload = workload.name;
  frame.sequence = state.sequence;
  frame.document = workload.document;
  frame.new_members = std::move(new_members);
  frame.observation = std::move(observation);
  frame.digest = digest(plan, state.memory);
  return frame;
}

Record record_of(const Workload& workload, const WorkloadState& state, const Observation& observation,
                 const Plan& plan) {
  const Decision decision = decision_of(plan, observation.orders);
  Record record;
  record.workload = workload.name;
  record.sequence = state.sequence;
  record.at = observation.at;
  record.document = workload.document;
  record.replicas_before = plan.steps.empty() ? plan.replicas : plan.steps.front().before;
  record.replicas_after = decision.replicas;
  record.reason = decision.reason;
  record.limit = decision.limit;
  record.steps = plan.steps;
  record.orders = observation.orders.given;
  for (const Step& step : plan.steps) {
    SubjectName name{step.subject, name_of(workload, state, step.subject)};
    if (step.subject.kind == Subject::Kind::workload || name.name.empty()) continue;
    if (std::find(record.names.begin(), record.names.end(), name) == record.names.end())
      record.names.push_back(std::move(name));
  }
  return record;
}

std::optional<Record> record_of(const Workload& workload, const WorkloadState& state,
                                const std::optional<Decision>& before, const Observation& observation,
                                const Plan& plan) {
  if (before == decision_of(plan, observation.orders)) return std::nullopt;
  return record_of(workload, state, observation, plan);
}

WorkloadState restore(const Recovered& recovered, const Workload& current, const Compile& compile) {
  std::vector<std::string> dropped;
  WorkloadState state = from_parts(recovered.snapshot.parts, recovered.snapshot.sequence, dropped);
  std::optional<Workload> other;
  for (const Frame& frame : recovered.frames) {
    if (frame.document == current.document) {
      fold(current, state, frame);
      continue;
    }
    if (!other || other->document != frame.document) {
      auto compiled = compile(frame.document);
      if (compiled)
        other = std::move(*compiled);
      else
        other = current;
      other->document = frame.document;
    }
    fold(*other, state, frame);
  }
  return state;
}

void add_unwritten(const Workload& workload, WorkloadState& state, const WorkloadState& unwritten) {
  if (unwritten.sequence == 0) return;  // nothing was decided
  ScaleMemory& scale = state.memory.scale;
  const ScaleMemory& later = unwritten.memory.scale;
  // Its fate was never seen: it counts as made, when it was decided.
  if (scale.pending_delta) record_event(workload, scale, *scale.pending_delta, scale.pending_at);
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(scale.recommendations, later.recommendations);
  append(scale.ups, later.ups);
  append(scale.downs, later.downs);
  scale.pending_delta = later.pending_delta;
  scale.idle_since = later.idle_since;
  scale.pending_at = later.pending_at;
  if (later.intent) scale.intent = later.intent;
  if (later.last_scale) scale.last_scale = later.last_scale;
  state.sequence += unwritten.sequence;
}

}  // namespace ballast
