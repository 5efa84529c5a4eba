// Ten members who are asked for 13, behind a pool that refuses what it is told to.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/policies/story.h"

namespace ballast {

/// Pool 7 refuses. Each look is 5 s after the one before; what is measured is what was let in.
class Crowded : public testing::Test {
 protected:
  void SetUp() override {
    workload_ = story::workload();
    workload_.max_replicas = 10;
    workload_.pools = {Pool{.name = "haproxy:web", .fingerprint = 7, .overload = Overload{.utilization_above = 76}}};
  }
  Plan look() {
    second_ += 5;
    Observation o = story::seen(second_, members_);
    o.target->chooses_members = true;
    o.journal_ok = journal_ok_;
    o.orders = {.paused = paused_, .given = orders_};
    if (!target_seen_) o.target.reset();
    for (std::uint32_t id = 1; id <= static_cast<std::uint32_t>(members_); ++id) o.members.push_back(member(id));
    if (hidden_) o.hidden_pools = {{PoolId{0}, {Error{Errc::unavailable, "no answer"}, o.at}}};
    if (refused_ && !hidden_) o.sheds = {{PoolId{0}, *refused_}};
    measure(o);
    o.outcomes = std::exchange(outcomes_, {});
    Plan plan = evaluate(workload_, memory_, o);
    status_ = report(workload_, status_, o, memory_, plan);
    for (const Shed& shed : plan.sheds) take(shed, o.at);
    return plan;
  }
  void wait(int looks) {
    for (int i = 0; i < looks; ++i) look();
  }
  [[nodiscard]] const Condition* condition() const {
    const auto at = std::ranges::find(status_.conditions, ConditionType::overloaded, &Condition::type);
    return at == status_.conditions.end() ? nullptr : &*at;
  }
  [[nodiscard]] std::string said() const { return condition() == nullptr ? std::string{} : condition()->message.get(); }
  [[nodiscard]] bool overloaded() const { return condition() != nullptr && condition()->value; }

  Workload workload_{};
  Memory memory_{};
  Status status_{};
  int second_ = 0;
  std::int32_t members_ = 10;
  std::uint32_t starting_ = 0;          ///< of them, the first
  std::set<std::uint32_t> failed_{};    ///< of them
  std::optional<std::uint32_t> out_{};  ///< of them: it is ejected
  double load_ = 1300;
  int window_ = 0;      ///< seconds; the measurement is a mean over so many
  int hidden_age_ = 0;  ///< seconds; it is so much older than it says
  bool journal_ok_ = true;
  bool paused_ = false;
  std::vector<Order> orders_{};
  bool target_seen_ = true;
  bool hidden_ = false;  ///< the pool
  bool deaf_ = false;    ///< it cannot be told anything
  std::optional<std::int32_t> refused_ = 0;

 private:
  [[nodiscard]] Member member(std::uint32_t id) const {
    Member member{.id = MemberId{id}, .state = id > starting_ ? MemberState::ready : MemberState::starting};
    if (failed_.contains(id)) member.state = MemberState::failed;
    const std::int32_t weight = id == out_ ? 0 : 100;
    if (id > starting_ && !hidden_) member.pools = {{PoolId{0}, weight, 0, !failed_.contains(id), false, {}}};
    return member;
  }
  void take(const Shed& shed, TimePoint now) {
    Outcome outcome{.action = ActionKind::shed, .at = now};
    if (deaf_)
      outcome.failure = Error{Errc::unavailable, "deaf"};
    else if (refused_)
      refused_ = shed.percent;
    outcomes_.push_back(std::move(outcome));
  }
  void measure(Observation& o) {
    let_in_.push_back(load_ * (1 - refused_.value_or(0) / 100.0));
    const auto newest = static_cast<std::ptrdiff_t>(let_in_.size()) - hidden_age_ / 5;
    const auto first = std::max<std::ptrdiff_t>(0, newest - 1 - window_ / 5);
    if (newest <= 0) return;
    double sum = 0;
    for (auto i = first; i < newest; ++i) sum += let_in_[static_cast<std::size_t>(i)];
    const double mean = sum / static_cast<double>(newest - first);
    const std::chrono::seconds window{window_};
    o.arrivals.push_back(
        Arrival{.signal = story::kLoad,
                .at = o.at,
                .reading = Reading{o.at, window, {Sample{.value = mean, .at = o.at, .window = window}}}});
  }

  std::vector<double> let_in_{};
  std::vector<Outcome> outcomes_{};
};

}  // namespace ballast
