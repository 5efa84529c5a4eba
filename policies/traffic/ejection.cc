#include "policies/traffic/ejection.h"

#include <algorithm>
#include <utility>

#include "policies/traffic/balance.h"
#include "policies/traffic/outlier.h"

namespace ballast {
namespace {

PoolMemory& pool_of(Memory& memory, Fingerprint pool, TimePoint now) {
  const auto at = std::ranges::find(memory.pools, pool, &PoolMemory::pool);
  return at != memory.pools.end() ? *at : memory.pools.emplace_back(PoolMemory{pool, now});
}

bool fell(const Counters& before, const Counters& now) {
  return now.answers < before.answers || now.failures < before.failures || now.timed < before.timed;
}

/// Counters that fell began anew: what was before is not known any more.
void count(PlaceMemory& place, const Counters& now) {
  if (!place.newest || fell(*place.newest, now)) {
    place.compared = now;
    place.consecutive = 0;
  } else if (const auto answers = now.answers - place.newest->answers; answers > 0) {
    const auto failures = now.failures - place.newest->failures;
    place.consecutive = failures >= answers ? place.consecutive + failures : 0;
  }
  place.newest = now;
}

/// A member of one pool, seen and remembered.
struct Candidate {
  MemberMemory& member;
  PlaceMemory& place;
  const PoolMember& seen;
  bool ready = false;
};

/// One pool at one look.
class Judge {
 public:
  /// `room`: whether one more may be started than shall serve.
  Judge(const Pool& pool, const Observation& observation, const Need& need, bool room, std::vector<Step>& steps)
      : rules_(pool.outlier_detection.value_or(nobody())),
        balance_(pool.balance),
        slow_start_(pool.slow_start.value_or(SlowStart{})),
        observation_(observation),
        need_(need),
        room_(room),
        steps_(steps) {}

  /// What a signal says of members now; of the whole workload.
  void add(const MemberSignal& rule, std::vector<MemberValue> values) {
    signals_.emplace_back(rule, std::move(values));
  }
  void add(const Candidate& candidate) { members_.push_back(candidate); }

  void run(PoolMemory& pool) {
    for (const Candidate& each : members_) look_at(each);
    if (!observation_.journal_ok) forget_what_was_not_done();
    let_return();
    if (observation_.at - pool.compared_at >= rules_.interval) {
      compare();
      pool.compared_at = observation_.at;
    }
    eject_failing();
    distrust();
    for (const Candidate& each : members_)
      if (each.place.cause != Reason::none) tell(each, each.place.cause, each.place.numbers);
  }

 private:
  static void look_at(const Candidate& candidate) {
    PlaceMemory& place = candidate.place;
    if (candidate.seen.counters) count(place, *candidate.seen.counters);
    if (!serves(candidate)) place.consecutive = 0;  // what it did before it was out says nothing of now
    place.load += candidate.seen.in_flight;
    ++place.looks;
  }

  /// At the end of an interval.
  void compare() {
    for (const Candidate& each : members_)
      if (!each.place.ejected_at && !each.member.replacing) each.place.cause = Reason::none;
    eject_outliers();
    shift_weights();
    end_interval();
  }

  /// No outliers, and who was one returns at once.
  static OutlierDetection nobody() {
    OutlierDetection off{.consecutive_5xx = 0, .base_ejection_time = {}};
    off.success_rate.stdev_factor = 0;
    off.failure_percentage.threshold = 0;
    off.latency.factor = 0;
    return off;
  }

  void tell(const Candidate& candidate, Reason reason, std::array<double, 4> numbers) {
    steps_.push_back(Step{Stage::members,
                          {Subject::Kind::member, static_cast<std::uint32_t>(candidate.member.id)},
                          0,
                          0,
                          reason,
                          numbers});
  }

  static bool serves(const Candidate& candidate) {
    return candidate.ready && !candidate.place.ejected_at && candidate.seen.healthy && !candidate.seen.contested &&
           candidate.seen.weight > 0;
  }
  [[nodiscard]] std::int64_t serving() const { return std::ranges::count_if(members_, serves); }
  [[nodiscard]] std::int64_t ejected() const {
    return std::ranges::count_if(members_, [](const Candidate& each) { return each.place.ejected_at.has_value(); });
  }
  [[nodiscard]] double percent(std::int64_t of_members) const {
    return 100.0 * static_cast<double>(of_members) / static_cast<double>(members_.size());
  }

  /// Envoy's limit, and Istio's.
  [[nodiscard]] bool within_limits() const {
    const bool share = percent(ejected() + 1) <= rules_.max_ejection_percent;
    const bool one = rules_.always_eject_one_host && ejected() == 0;
    return (share || one) && percent(serving() - 1) >= rules_.min_health_percent;
  }
  /// A load that is unknown is no small one: as many as shall serve.
  [[nodiscard]] std::int32_t asked_for() const { return need_.members.value_or(need_.replicas); }
  /// In members; who begins slowly counts for what it carries by now.
  [[nodiscard]] double capacity_without(const Candidate& candidate) const {
    double capacity = 0;
    for (const Candidate& each : members_)
      if (&each != &candidate && serves(each))
        capacity += each.place.begins_at ? slow_start_share(slow_start_, observation_.at - *each.place.begins_at) : 1;
    return capacity;
  }
  [[nodiscard]] bool others_can_carry(const Candidate& candidate) const {
    return asked_for() <= kHeadroom * capacity_without(candidate);
  }

  void eject(const Candidate& candidate, const Outlier& outlier) {
    if (!serves(candidate) || !observation_.journal_ok) return;
    PlaceMemory& place = candidate.place;
    if (!within_limits()) {
      place.cause = Reason::ejection_limit;
      place.numbers = {static_cast<double>(ejected()), static_cast<double>(members_.size()),
                       static_cast<double>(rules_.max_ejection_percent),
                       static_cast<double>(rules_.min_health_percent)};
      return;
    }
    if (!others_can_carry(candidate)) return replace(candidate);
    place.ejected_at = observation_.at;
    place.cause = outlier.reason;
    place.numbers = outlier.numbers;
    if (place.ejections * rules_.base_ejection_time < rules_.max_ejection_time + rules_.base_ejection_time)
      ++place.ejections;
  }

  void replace(const Candidate& candidate) {
    MemberMemory& member = candidate.member;
    if (room_) member.replacing = true;
    room_ = false;  // one at a time
    candidate.place.cause = member.replacing ? Reason::member_replaced : Reason::ejection_no_capacity;
    candidate.place.numbers = {static_cast<double>(asked_for()), static_cast<double>(serving() - 1)};
  }

  void eject_failing() {
    if (rules_.consecutive_5xx == 0) return;
    for (const Candidate& each : members_)
      if (each.place.consecutive >= rules_.consecutive_5xx)
        eject(each, {each.member.id,
                     Reason::ejected_consecutive_5xx,
                     {static_cast<double>(each.place.consecutive), static_cast<double>(rules_.consecutive_5xx)}});
  }

  void eject_outliers() {
    std::vector<Answered> answered;
    for (const Candidate& each : members_)
      if (serves(each) && each.place.compared && each.place.newest) answered.push_back(since_compared(each));
    for (const Outlier& outlier : outliers(rules_, answered)) eject_member(outlier);
    for (const auto& [rule, said] : signals_) {
      std::vector<MemberValue> values;
      for (const Candidate& each : members_)
        if (const auto at = std::ranges::find(said, each.member.id, &MemberValue::id);
            at != said.end() && tells_of_now(each, *at))
          values.push_back(*at);
      for (const Outlier& outlier : outliers(rule, values)) eject_member(outlier);
    }
  }

  /// A weight of 0 makes other values; and what was measured before a member returned is what it was ejected for.
  [[nodiscard]] bool tells_of_now(const Candidate& each, const MemberValue& value) const {
    return serves(each) && (!each.place.returned_at || value.at > *each.place.returned_at);
  }

  void eject_member(const Outlier& outlier) {
    const auto at = std::ranges::find(members_, outlier.id, [](const Candidate& each) { return each.member.id; });
    eject(*at, outlier);
  }

  [[nodiscard]] std::optional<double> heat_of(const Candidate& candidate) const {
    const PlaceMemory& place = candidate.place;
    if (balance_.by == BalanceBy::load)
      return place.looks == 0 ? std::nullopt : std::optional{place.load / place.looks};
    if (!place.compared || !place.newest) return std::nullopt;
    const Answered answered = since_compared(candidate);
    if (answered.timed < rules_.latency.request_volume) return std::nullopt;
    return std::max(0.0, seconds(answered.answering) / static_cast<double>(answered.timed));
  }

  [[nodiscard]] bool starts_slowly(const PlaceMemory& place) const {
    return place.begins_at && observation_.at - *place.begins_at < slow_start_.window;
  }

  /// Among those that serve with their whole share: who starts slowly is no measure.
  void shift_weights() {
    std::vector<Heat> heats;
    std::vector<PlaceMemory*> places;
    for (const Candidate& each : members_) {
      if (!serves(each) || starts_slowly(each.place)) continue;
      heats.push_back({heat_of(each), each.place.share});
      places.push_back(&each.place);
    }
    const std::vector<double> shares = balanced(balance_, heats);
    for (std::size_t i = 0; i < places.size(); ++i) places[i]->share = shares[i];
  }

  static Answered since_compared(const Candidate& candidate) {
    const Counters& before = *candidate.place.compared;
    const Counters& now = *candidate.place.newest;
    return {.id = candidate.member.id,
            .answers = now.answers - before.answers,
            .failures = now.failures - before.failures,
            .timed = now.timed - before.timed,
            .answering = now.answering - before.answering,
            .answering_error = now.answering_error};
  }

  /// A member that behaved for an interval is forgiven one of its ejections.
  void end_interval() {
    for (const Candidate& each : members_) {
      PlaceMemory& place = each.place;
      place.compared = place.newest;
      place.load = 0;
      place.looks = 0;
      const bool behaved =
          !place.ejected_at && place.returned_at && observation_.at - *place.returned_at >= rules_.interval;
      if (behaved && place.ejections > 0) --place.ejections;
    }
  }

  void give_back(const Candidate& candidate) {
    PlaceMemory& place = candidate.place;
    end_ejection(place);
    place.consecutive = 0;
    place.compared = place.newest;
    place.returned_at = observation_.at;
    place.begins_at = observation_.at;
  }

  /// Weights are cut only once that is written down.
  void forget_what_was_not_done() {
    for (const Candidate& each : members_)
      if (each.place.ejected_at && each.seen.weight != 0) end_ejection(each.place);
  }

  void let_return() {
    for (const Candidate& each : members_) {
      if (!each.place.ejected_at || !is_due(rules_, each.place, observation_.at)) continue;
      const Duration out = observation_.at - *each.place.ejected_at;
      tell(each, Reason::member_returned, {seconds(out), static_cast<double>(each.place.ejections)});
      give_back(each);
    }
  }

  /// When so few are left, more are out than can be sick.
  void distrust() {
    const auto left = serving();
    if (ejected() == 0 || percent(left) >= rules_.min_health_percent) return;
    for (const Candidate& each : members_) {
      if (!each.place.ejected_at) continue;
      tell(each, Reason::outliers_distrusted,
           {static_cast<double>(left), static_cast<double>(members_.size()),
            static_cast<double>(rules_.min_health_percent)});
      give_back(each);
    }
  }

  OutlierDetection rules_;
  Balance balance_;
  SlowStart slow_start_;
  const Observation& observation_;
  const Need& need_;
  bool room_;
  std::vector<Step>& steps_;
  std::vector<Candidate> members_{};
  std::vector<std::pair<MemberSignal, std::vector<MemberValue>>> signals_{};
};

/// Of what is fresh. What is unknown ejects nobody.
std::vector<MemberValue> values_of(const Workload& workload, const Memory& memory, Fingerprint signal, TimePoint now) {
  std::vector<MemberValue> values;
  const auto asked = std::ranges::find(workload.signals, signal, &Signal::fingerprint);
  const auto known = std::ranges::find(memory.signals, signal, &SignalMemory::fingerprint);
  if (asked == workload.signals.end() || known == memory.signals.end() || known->failure || !known->newest) return {};
  for (const Sample& sample : known->newest->samples)
    if (sample.member != kNoMember && now - sample.at <= asked->stale_after)
      values.push_back({sample.member, sample.value, sample.at});
  return values;
}

void judge_pool(const Workload& workload, PoolId id, Memory& memory, const Observation& observation, const Need& need,
                std::vector<Step>& steps) {
  const Pool& pool = workload.pools[static_cast<std::size_t>(id)];
  const std::size_t mine = steps.size();
  const bool replacing = std::ranges::any_of(memory.members, &MemberMemory::replacing);
  const bool may = !pool.dry_run && may_replace(workload, observation);
  const bool room = !replacing && need.replicas < need.max_replicas && may;
  Judge judge(pool, observation, need, room, steps);
  for (const Member& seen : observation.members) {
    const auto member = std::ranges::find(memory.members, seen.id, &MemberMemory::id);
    const PoolMember* place = in_pool(seen, id);
    if (member == memory.members.end() || member->retiring || place == nullptr) continue;
    PlaceMemory& known = pool.dry_run ? tried_place_of(*member, pool.fingerprint) : place_of(*member, pool.fingerprint);
    judge.add({*member, known, *place, seen.state == MemberState::ready});
  }
  for (const MemberSignal& rule : pool.member_signals)
    judge.add(rule, values_of(workload, memory, rule.signal, observation.at));
  judge.run(pool_of(memory, pool.fingerprint, observation.at));
  for (std::size_t i = mine; i < steps.size(); ++i) steps[i].dry_run = steps[i].dry_run || pool.dry_run;
}

/// Of a pool whose members are not compared, any more or at all, or not in earnest.
void forget_places(Memory& memory, Fingerprint pool) {
  for (MemberMemory& member : memory.members)
    for (PlaceMemory& place : member.places) {
      if (place.pool != pool) continue;
      if (place.cause == Reason::member_replaced && !member.retiring) member.replacing = false;
      place = PlaceMemory{.pool = pool, .begins_at = place.begins_at};
    }
}

void forget_tried(Memory& memory, Fingerprint pool) {
  for (MemberMemory& member : memory.members)
    std::erase_if(member.tried, [&](const PlaceMemory& place) { return place.pool == pool; });
}

}  // namespace

bool may_replace(const Workload& workload, const Observation& observation) {
  const auto forbids = [](const ScalingRules& rules) { return rules.select_policy == SelectPolicy::disabled; };
  const bool rules =
      workload.behavior && (forbids(workload.behavior->scale_up) || forbids(workload.behavior->scale_down));
  const bool frozen = std::ranges::any_of(observation.windows, [&](std::uint16_t window) {
    return window < workload.schedules.size() && workload.schedules[window].freeze;
  });
  const bool free = !rules && !frozen && find(observation.orders, OrderKind::freeze) == nullptr;
  return workload.mode == Mode::enforce && observation.target->chooses_members && free;
}

void judge_members(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                   std::vector<Step>& steps) {
  for (std::size_t i = 0; i < workload.pools.size(); ++i) {
    const Pool& pool = workload.pools[i];
    const PoolId id{static_cast<std::uint16_t>(i)};
    const bool compares = pool.outlier_detection || pool.balance.by != BalanceBy::none;
    if (!compares) std::erase_if(memory.pools, [&](const PoolMemory& known) { return known.pool == pool.fingerprint; });
    if (!compares || pool.dry_run) forget_places(memory, pool.fingerprint);
    if (!compares || !pool.dry_run) forget_tried(memory, pool.fingerprint);
    if (compares && !is_hidden(observation, id)) judge_pool(workload, id, memory, observation, need, steps);
  }
}

}  // namespace ballast
