#include "tests/journal/support.h"

#include <cstdlib>
#include <limits>

namespace ballast {
namespace {

using Rng = std::mt19937_64;

std::int64_t below(Rng& rng, std::int64_t limit) {
  return static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(limit));
}
bool coin(Rng& rng) { return rng() % 2 == 0; }

template <class E>
E any(Rng& rng, E last) {
  return static_cast<E>(below(rng, static_cast<std::int64_t>(last) + 1));
}

std::int32_t any_int(Rng& rng) {
  switch (below(rng, 4)) {
    case 0:
      return std::numeric_limits<std::int32_t>::min();
    case 1:
      return std::numeric_limits<std::int32_t>::max();
    default:
      return static_cast<std::int32_t>(below(rng, 2000) - 1000);
  }
}

double any_double(Rng& rng) {
  switch (below(rng, 6)) {
    case 0:
      return 0;
    case 1:
      return -0.0;
    case 2:
      return std::numeric_limits<double>::infinity();
    case 3:
      return static_cast<double>(below(rng, 100000));
    case 4:
      return std::numeric_limits<double>::denorm_min();
    default:
      return static_cast<double>(rng()) / 3.0;
  }
}

TimePoint any_time(Rng& rng) {
  if (below(rng, 20) == 0) return TimePoint{Duration{static_cast<std::int64_t>(rng())}};
  return at_second(below(rng, 100000)) + Duration{below(rng, 1000000)};
}
Duration any_span(Rng& rng) { return Duration{below(rng, 1'000'000'000) - 1000}; }

std::string any_text(Rng& rng) {
  std::string text(static_cast<std::size_t>(below(rng, 30)), '\0');
  for (char& c : text) c = static_cast<char>(rng());
  return text;
}

template <class T, class Make>
std::vector<T> list(Rng& rng, std::int64_t most, Make make) {
  std::vector<T> values;
  for (std::int64_t n = below(rng, most + 1); n > 0; --n) values.push_back(make(rng));
  return values;
}
template <class T, class Make>
std::optional<T> maybe(Rng& rng, Make make) {
  if (coin(rng)) return std::nullopt;
  return make(rng);
}

Order any_order(Rng& rng) {
  Order order{.kind = any(rng, OrderKind::restart), .replicas = any_int(rng)};
  order.direction = any(rng, Freeze::all);
  order.given = any_time(rng);
  order.until = maybe<TimePoint>(rng, any_time);
  order.who = any_text(rng);
  order.why = any_text(rng);
  return order;
}

Error any_error(Rng& rng) {
  const Errc code = any(rng, Errc::bug);
  return Error{code, any_text(rng)};
}
Failure any_failure(Rng& rng) {
  Failure failure;
  failure.error = any_error(rng);
  failure.since = any_time(rng);
  return failure;
}
MemberId any_member(Rng& rng) { return static_cast<MemberId>(static_cast<std::uint32_t>(rng())); }
PoolId any_pool(Rng& rng) { return static_cast<PoolId>(static_cast<std::uint16_t>(rng())); }

Sample any_sample(Rng& rng) {
  return Sample{any_member(rng), any_double(rng), any_time(rng), any_span(rng)};  // braces: in this order
}
Reading any_reading(Rng& rng) {
  Reading reading;
  reading.at = any_time(rng);
  reading.window = any_span(rng);
  reading.samples = list<Sample>(rng, 5, any_sample);
  return reading;
}
PoolMember any_pool_member(Rng& rng) {
  PoolMember member;
  member.pool = any_pool(rng);
  member.weight = any_int(rng);
  member.in_flight = any_int(rng);
  member.healthy = coin(rng);
  member.contested = coin(rng);
  return member;
}
Shed any_shed(Rng& rng) {
  const PoolId pool = any_pool(rng);
  return Shed{pool, any_int(rng)};
}
Member any_observed_member(Rng& rng) {
  Member member;
  member.id = any_member(rng);
  member.state = any(rng, MemberState::gone);
  member.since = any_time(rng);
  member.started = any_time(rng);
  member.pools = list<PoolMember>(rng, 3, any_pool_member);
  return member;
}
ObservedTarget any_target(Rng& rng) {
  ObservedTarget target;
  target.uid = any_text(rng);
  target.version = any_text(rng);
  target.desired = any_int(rng);
  target.existing = any_int(rng);
  target.ready = any_int(rng);
  target.chooses_members = coin(rng);
  target.zero_is_off = coin(rng);
  return target;
}
HiddenPool any_hidden_pool(Rng& rng) {
  HiddenPool pool;
  pool.pool = any_pool(rng);
  pool.failure = any_failure(rng);
  return pool;
}
Arrival any_arrival(Rng& rng) {
  Arrival arrival;
  arrival.signal = rng();
  arrival.at = any_time(rng);
  arrival.reading = maybe<Reading>(rng, any_reading);
  arrival.error = any_error(rng);
  return arrival;
}
Outcome any_outcome(Rng& rng) {
  Outcome outcome;
  outcome.action = any(rng, ActionKind::shed);
  outcome.failure = maybe<Error>(rng, any_error);
  outcome.at = any_time(rng);
  return outcome;
}
Step any_step(Rng& rng) {
  Step step;
  step.stage = any(rng, Stage::overload);
  step.subject.kind = any(rng, Subject::Kind::window);
  step.subject.index = static_cast<std::uint32_t>(rng());
  step.before = any_int(rng);
  step.after = any_int(rng);
  step.reason = any(rng, static_cast<Reason>(kReasonCount - 1));
  for (double& number : step.numbers) number = any_double(rng);
  step.dry_run = coin(rng);
  return step;
}
SignalMemory any_signal_memory(Rng& rng) {
  SignalMemory signal;
  signal.fingerprint = rng();
  signal.newest = maybe<Reading>(rng, any_reading);
  signal.failure = maybe<Failure>(rng, any_failure);
  signal.repeats = any_int(rng);
  signal.run_since = any_time(rng);
  signal.run_samples = any_int(rng);
  signal.unknown_since = maybe<TimePoint>(rng, any_time);
  return signal;
}
RateEvent any_event(Rng& rng) { return RateEvent{any_time(rng), any_int(rng), coin(rng)}; }
Recommendation any_recommendation(Rng& rng) {
  const TimePoint at = any_time(rng);
  return Recommendation{at, any_int(rng)};
}
PlaceMemory any_place(Rng& rng) {
  PlaceMemory place;
  place.pool = rng();
  place.consecutive = below(rng, 100);
  place.ejected_at = maybe<TimePoint>(rng, any_time);
  place.numbers = {any_double(rng), any_double(rng), 0, 0};
  place.ejections = any_int(rng);
  place.share = any_double(rng);
  return place;
}
MemberMemory any_member_memory(Rng& rng) {
  MemberMemory member{.id = any_member(rng), .retiring = coin(rng), .retiring_since = any_time(rng)};
  member.was_ready = coin(rng);
  member.contested = coin(rng);
  member.busy = coin(rng);
  member.places = list<PlaceMemory>(rng, 2, any_place);
  member.tried = list<PlaceMemory>(rng, 2, any_place);
  return member;
}
ShedChange any_shed_change(Rng& rng) { return ShedChange{.at = any_time(rng), .percent = any_int(rng)}; }
ShedMemory any_shed_memory(Rng& rng) {
  ShedMemory shed;
  shed.pool = rng();
  shed.past = list<ShedChange>(rng, 3, any_shed_change);
  shed.over = maybe<TimePoint>(rng, any_time);
  shed.faded = maybe<ShedChange>(rng, any_shed_change);
  shed.retry_after = any_span(rng);
  return shed;
}
MemberPlan any_member_plan(Rng& rng) {
  MemberPlan member;
  member.id = any_member(rng);
  member.fate = any(rng, Fate::remove);
  member.weights = list<Weight>(rng, 3, [](Rng& r) {
    const PoolId pool = any_pool(r);
    return Weight{pool, any_int(r)};
  });
  return member;
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "ballast-journal-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Observation random_observation(Rng& rng) {
  Observation observation;
  observation.at = any_time(rng);
  observation.target = maybe<ObservedTarget>(rng, any_target);
  observation.hidden = maybe<Failure>(rng, any_failure);
  observation.hidden_pools = list<HiddenPool>(rng, 2, any_hidden_pool);
  observation.members = list<Member>(rng, 5, any_observed_member);
  observation.sheds = list<Shed>(rng, 2, any_shed);
  observation.arrivals = list<Arrival>(rng, 4, any_arrival);
  observation.orders.paused = coin(rng);
  observation.orders.given = list<Order>(rng, 2, any_order);
  observation.allowance = maybe<std::int32_t>(rng, any_int);
  observation.outcomes = list<Outcome>(rng, 2, any_outcome);
  observation.evidence_from = any_time(rng);
  observation.journal_ok = coin(rng);
  observation.windows = list<std::uint16_t>(rng, 3, [](Rng& r) { return static_cast<std::uint16_t>(r()); });
  observation.tzdata = any_text(rng);
  return observation;
}

Memory random_memory(Rng& rng) {
  Memory memory;
  memory.target = any_text(rng);
  memory.uid = any_text(rng);
  memory.evidence_from = any_time(rng);
  memory.signals = list<SignalMemory>(rng, 4, any_signal_memory);
  memory.scale.recommendations = list<Recommendation>(rng, 5, any_recommendation);
  memory.scale.ups = list<RateEvent>(rng, 3, any_event);
  memory.scale.downs = list<RateEvent>(rng, 3, any_event);
  memory.scale.intent = maybe<std::int32_t>(rng, any_int);
  memory.scale.pending_delta = maybe<std::int32_t>(rng, any_int);
  memory.scale.pending_at = any_time(rng);
  memory.scale.last_scale = maybe<TimePoint>(rng, any_time);
  memory.scale.idle_since = maybe<TimePoint>(rng, any_time);
  memory.members = list<MemberMemory>(rng, 4, any_member_memory);
  memory.alerts = list<AlertMemory>(rng, 2, [](Rng& r) {
    AlertMemory alert{.alert = r(), .since = any_time(r)};
    alert.fired = maybe<TimePoint>(r, any_time);
    alert.looked = any_time(r);
    alert.ceased = maybe<TimePoint>(r, any_time);
    return alert;
  });
  memory.sheds = list<ShedMemory>(rng, 2, any_shed_memory);
  return memory;
}

Plan random_plan(Rng& rng) {
  Plan plan;
  plan.replicas = any_int(rng);
  plan.wanted = any_int(rng);
  plan.write = maybe<std::int32_t>(rng, any_int);
  plan.touch_pools = coin(rng);
  plan.members = list<MemberPlan>(rng, 4, any_member_plan);
  plan.sheds = list<Shed>(rng, 2, any_shed);
  plan.steps = list<Step>(rng, 6, any_step);
  plan.alerts = list<AlertTransition>(rng, 2, [](Rng& r) {
    AlertTransition transition{.alert = r(), .firing = coin(r), .started = any_time(r)};
    transition.at = any_time(r);
    transition.value = any_double(r);
    return transition;
  });
  return plan;
}

Status random_status(Rng& rng) {
  Status status;
  status.current_replicas = any_int(rng);
  status.ready_replicas = any_int(rng);
  status.desired_replicas = any_int(rng);
  status.min_replicas = any_int(rng);
  status.max_replicas = any_int(rng);
  status.last_scale = maybe<TimePoint>(rng, any_time);
  status.reason = any(rng, static_cast<Reason>(kReasonCount - 1));
  status.signals = list<SignalStatus>(rng, 3, [](Rng& r) {
    SignalStatus signal;
    signal.name = any_text(r);
    signal.grade = any(r, Grade::suspect);
    signal.value = maybe<double>(r, any_double);
    signal.target = maybe<double>(r, any_double);
    signal.age = any_span(r);
    signal.proposal = maybe<std::int32_t>(r, any_int);
    return signal;
  });
  status.conditions = list<Condition>(rng, 3, [](Rng& r) {
    Condition condition;
    condition.type = any(r, ConditionType::overloaded);
    condition.value = coin(r);
    condition.reason = any(r, static_cast<Reason>(kReasonCount - 1));
    condition.message = any_text(r);
    condition.since = any_time(r);
    return condition;
  });
  return status;
}

WorkloadState random_state(Rng& rng) {
  WorkloadState state;
  state.memory = random_memory(rng);
  state.status = random_status(rng);
  for (std::int64_t n = below(rng, 5); n > 0; --n) {
    const auto id = static_cast<std::uint32_t>(below(rng, 100) + 1);
    state.names.add(MemberName{MemberId{id}, "m" + std::to_string(id)});
  }
  state.sequence = rng();
  if (coin(rng)) {
    const std::int32_t replicas = any_int(rng);
    state.decision = Decision{replicas, Reason::at_target, Reason::scale_up_limit};
  }
  return state;
}

Record random_record(Rng& rng) {
  Record record;
  record.at = any_time(rng);
  record.document = rng();
  record.replicas_before = any_int(rng);
  record.replicas_after = any_int(rng);
  record.reason = any(rng, static_cast<Reason>(kReasonCount - 1));
  record.limit = any(rng, static_cast<Reason>(kReasonCount - 1));
  record.steps = list<Step>(rng, 6, any_step);
  record.names = list<SubjectName>(rng, 3, [](Rng& r) {
    Subject subject{any(r, Subject::Kind::window), 7};
    return SubjectName{subject, any_text(r)};
  });
  record.orders = list<Order>(rng, 2, any_order);
  return record;
}

Frame frame(const std::string& workload, std::uint64_t sequence, std::size_t filler) {
  Frame frame;
  frame.workload = workload;
  frame.sequence = sequence;
  frame.document = 77;
  frame.observation.at = at_second(static_cast<std::int64_t>(sequence) * 5);
  frame.observation.target = ObservedTarget{.uid = std::string(filler, 'x'), .desired = 3};
  frame.digest = sequence * 1000;
  return frame;
}

Snapshot snapshot(const std::string& workload, std::uint64_t sequence, std::size_t filler) {
  Snapshot snapshot;
  snapshot.workload = workload;
  snapshot.sequence = sequence;
  snapshot.at = at_second(static_cast<std::int64_t>(sequence) * 5);
  snapshot.document = 77;
  snapshot.parts = {Part{"scale", 0, 1, std::string(filler + 10, 's')}};
  return snapshot;
}

Record record(const std::string& workload, std::uint64_t sequence) {
  Record record;
  record.workload = workload;
  record.sequence = sequence;
  record.at = at_second(static_cast<std::int64_t>(sequence) * 5);
  record.replicas_before = 3;
  record.replicas_after = 4;
  record.reason = Reason::value_above_target;
  return record;
}

}  // namespace ballast
