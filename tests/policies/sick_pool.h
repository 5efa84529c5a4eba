// A pool whose members answer as a test says, steered by `evaluate`: each look is a second.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "policies/evaluate.h"
#include "tests/policies/story.h"

namespace ballast {

/// A pool that answers as the test says, a look a second. Weights are those of the last plan.
class Sick : public testing::Test {
 protected:
  void SetUp() override {
    workload_ = story::workload();
    workload_.min_replicas = 1;
    workload_.max_replicas = 20;
    workload_.behavior = Behavior{};
    Pool pool{.name = "haproxy:web", .fingerprint = 7};
    pool.outlier_detection.emplace();
    workload_.pools = {pool};
    members(5);
  }
  void members(std::uint32_t count) {
    worlds_.clear();
    for (std::uint32_t id = 1; id <= count; ++id) worlds_[id] = {};
  }
  struct Served {
    std::int32_t weight = 100;
    Counters counters{};
    bool healthy = true;
    bool contested = false;
    MemberState state = MemberState::ready;
    bool in_pool = true;
    int started = 1;  ///< second
  };
  OutlierDetection& rules() { return *workload_.pools[0].outlier_detection; }

  /// Each second those with weight answer `good` times, but for the sick, who fail.
  Plan look(std::vector<std::uint32_t> failing = {}, std::int64_t answers = 10) {
    for (auto& [id, member] : worlds_) {
      if (member.weight == 0) continue;
      member.counters.answers += answers;
      if (std::ranges::find(failing, id) != failing.end()) member.counters.failures += answers;
    }
    return look_as_it_is();
  }
  Plan look_as_it_is() {
    Observation o = story::seen(++second_, static_cast<int>(worlds_.size()));
    o.target->chooses_members = true;
    o.target->existing = o.target->ready = static_cast<int>(worlds_.size());
    o.journal_ok = journal_ok_;
    o.evidence_from = evidence_from_;
    o.orders = orders_;
    o.windows = windows_;
    if (!values_.empty()) o.arrivals.push_back(member_values(o.at));
    for (const auto& [id, member] : worlds_) {
      Member seen{.id = MemberId{id}, .state = member.state, .since = story::at(1)};
      seen.started = story::at(member.started);
      if (member.in_pool)
        seen.pools = {{PoolId{0}, member.weight, 0, member.healthy, member.contested, member.counters}};
      o.members.push_back(std::move(seen));
    }
    if (knows_load_) {
      story::add_value(o, load_);
    } else {
      story::add_error(o, Errc::timeout);
    }
    Plan plan = evaluate(workload_, memory_, o);
    for (const MemberPlan& member : plan.members)
      for (const Weight& weight : member.weights) worlds_[static_cast<std::uint32_t>(member.id)].weight = weight.weight;
    last_ = plan;
    return plan;
  }
  /// As after a restart: the next look is the first.
  void restart() { evidence_from_ = story::at(second_ + 1); }
  [[nodiscard]] std::int32_t weight(std::uint32_t id) const { return worlds_.at(id).weight; }
  [[nodiscard]] std::vector<std::uint32_t> out() const {
    std::vector<std::uint32_t> list;
    for (const auto& [id, member] : worlds_)
      if (member.weight == 0) list.push_back(id);
    return list;
  }
  [[nodiscard]] bool tells(Reason reason) const { return story::has(last_, reason); }
  void wait(int seconds, const std::vector<std::uint32_t>& failing = {}) {
    for (int i = 0; i < seconds; ++i) look(failing);
  }

  /// A reading of the signal 77, which gives a value for each member.
  [[nodiscard]] Arrival member_values(TimePoint now) const {
    Reading reading{.at = now};
    for (const auto& [id, value] : values_) reading.samples.push_back({MemberId{id}, value, now, {}});
    return {.signal = 77, .at = now, .reading = reading};
  }

  Workload workload_{};
  Orders orders_{};
  std::map<std::uint32_t, double> values_{};
  Memory memory_{};
  std::map<std::uint32_t, Served> worlds_{};
  int second_ = 100;
  double load_ = 450;  // four carry what five shall
  TimePoint evidence_from_{};
  std::vector<std::uint16_t> windows_{};
  bool journal_ok_ = true;
  bool knows_load_ = true;
  Plan last_{};
};

}  // namespace ballast
