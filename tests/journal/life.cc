#include "tests/journal/life.h"

#include <gtest/gtest.h>

#include "controller/journal/codec.h"
#include "tests/journal/support.h"

namespace ballast {

Result<Workload> compile_life(const std::string& text, const std::string& name) {
  if (!text.starts_with("target ")) return Error{Errc::invalid, "line 1: not a target"};
  Workload workload;
  workload.name = name;
  workload.target_kind = "process";
  workload.target_name = "web";
  workload.document = hash_of(text);
  workload.min_replicas = 2;
  workload.max_replicas = 12;
  Signal signal;
  signal.name = "in_flight";
  signal.fingerprint = 5;
  signal.target_type = TargetType::average_value;
  signal.target_milli = std::stoll(text.substr(7)) * 1000;
  workload.signals = {signal};
  Behavior behavior;
  behavior.scale_down.stabilization_window_seconds = 30;
  workload.behavior = behavior;
  return workload;
}

void Life::use(const std::string& text) {
  text_ = text;
  auto workload = compile_life(text, name_);
  ASSERT_TRUE(workload);
  workload_ = *workload;
  ASSERT_TRUE(await(journal_.put_document(workload_.document, std::make_shared<const std::string>(text))));
}

void Life::snapshot() {
  Snapshot snapshot;
  snapshot.workload = name_;
  snapshot.sequence = state_.sequence;
  snapshot.at = now_;
  snapshot.document = workload_.document;
  snapshot.parts = to_parts(state_);
  ASSERT_TRUE(await(journal_.snapshot(std::move(snapshot), nullptr, Durability::full)));
}

void Life::die_and_recover() {
  state_ = WorkloadState{};
  auto recovered = await(journal_.recover(name_));
  ASSERT_TRUE(recovered && *recovered);
  const auto compile = [this](Fingerprint fingerprint) -> Result<Workload> {
    auto text = await(journal_.document(fingerprint));
    if (!text || !*text) return Error{Errc::not_found, "gone"};
    return compile_life(**text, name_);
  };
  state_ = restore(**recovered, workload_, compile);
}

Plan Life::tick(double in_flight, bool answered) {
  if (journal_.needs_snapshot(name_) || journal_.snapshot_due(name_)) snapshot();
  now_ += std::chrono::seconds{5};
  Observation seen;
  seen.at = now_;
  seen.evidence_from = at_second(-3600);
  seen.target = ObservedTarget{.uid = "u1", .desired = desired_, .existing = desired_, .ready = desired_};
  std::vector<MemberName> fresh;
  for (std::int32_t i = 1; i <= desired_; ++i) {
    const MemberId id{static_cast<std::uint32_t>(i)};
    if (state_.names.name_of(id).empty()) fresh.push_back(MemberName{id, "web-" + std::to_string(i)});
    seen.members.push_back(Member{.id = id, .state = MemberState::ready, .since = at_second(0)});
  }
  Arrival arrival;
  arrival.signal = 5;
  arrival.at = now_;
  if (answered)
    arrival.reading = Reading{now_, {}, {Sample{kNoMember, in_flight, now_, {}}}};
  else
    arrival.error = Error{Errc::timeout, "haproxy: no answer in 2 s"};
  seen.arrivals = {arrival};
  if (outcome_) seen.outcomes = {*std::exchange(outcome_, std::nullopt)};

  const auto before = state_.decision;
  Plan plan = fold(workload_, state_, fresh, seen);
  auto record = record_of(workload_, state_, before, seen, plan);
  Frame frame = frame_of(workload_, state_, std::move(fresh), std::move(seen), plan);
  const auto durability = plan.write ? Durability::full : Durability::normal;
  EXPECT_TRUE(await(journal_.append(std::move(frame), std::move(record), durability)));
  if (plan.write) {
    desired_ = *plan.write;
    outcome_ = Outcome{ActionKind::scale, std::nullopt, now_};
  }
  decisions_.push_back(*state_.decision);
  return plan;
}

}  // namespace ballast
