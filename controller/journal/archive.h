// One function per struct that names its members to an archive (bytes.h), in the order of the format. A member that is
// added later goes to the end of its struct, behind a new revision of what holds it; the bindings do not compile while
// one is forgotten.
#pragma once

#include <type_traits>

#include "controller/journal/archive_memory.h"
#include "controller/journal/bytes.h"
#include "controller/journal/frame.h"
#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/status.h"

namespace ballast {

/// The last value of each enum that is stored; greater ones are refused.
constexpr auto last_of(MemberState) { return MemberState::gone; }
constexpr auto last_of(ActionKind) { return ActionKind::shed; }
constexpr auto last_of(OrderKind) { return OrderKind::restart; }
constexpr auto last_of(Freeze) { return Freeze::all; }
constexpr auto last_of(Errc) { return Errc::bug; }
constexpr auto last_of(Stage) { return Stage::overload; }
constexpr auto last_of(Subject::Kind) { return Subject::Kind::window; }
constexpr auto last_of(Fate) { return Fate::remove; }
constexpr auto last_of(FindingKind) { return FindingKind::drop; }
constexpr auto last_of(ConditionType) { return ConditionType::overloaded; }
constexpr auto last_of(Grade) { return Grade::suspect; }
constexpr auto last_of(Reason) { return static_cast<Reason>(kReasonCount - 1); }
constexpr auto last_of(MemberId) { return MemberId{std::numeric_limits<std::uint32_t>::max()}; }
constexpr auto last_of(PoolId) { return PoolId{std::numeric_limits<std::uint16_t>::max()}; }

template <class Ar>
void archive(Ar& ar, Is<Error> auto& x) {
  auto& [code, message] = x;
  items(ar, code, message);
}
template <class Ar>
void archive(Ar& ar, Is<Failure> auto& x) {
  auto& [error, since] = x;
  items(ar, error, since);
}
template <class Ar>
void archive(Ar& ar, Is<Sample> auto& x) {
  auto& [member, value, at, window] = x;
  items(ar, member, value, at, window);
}
template <class Ar>
void archive(Ar& ar, Is<Reading> auto& x) {
  auto& [at, window, samples] = x;
  items(ar, at, window, samples);
}
template <class Ar>
void archive(Ar& ar, Is<Counters> auto& x) {
  auto& [answers, failures, timed, answering, answering_error] = x;
  items(ar, answers, failures, timed, answering, answering_error);
}
template <class Ar>
void archive(Ar& ar, Is<PoolMember> auto& x) {
  auto& [pool, weight, in_flight, healthy, contested, counters] = x;
  items(ar, pool, weight, in_flight, healthy, contested, counters);
}
template <class Ar>
void archive(Ar& ar, Is<Member> auto& x) {
  auto& [id, state, since, started, pools] = x;
  items(ar, id, state, since, started, pools);
}
template <class Ar>
void archive(Ar& ar, Is<ObservedTarget> auto& x) {
  auto& [uid, version, desired, existing, ready, chooses_members, zero_is_off] = x;
  items(ar, uid, version, desired, existing, ready, chooses_members, zero_is_off);
}
template <class Ar>
void archive(Ar& ar, Is<HiddenPool> auto& x) {
  auto& [pool, failure] = x;
  items(ar, pool, failure);
}
template <class Ar>
void archive(Ar& ar, Is<Arrival> auto& x) {
  auto& [signal, at, reading, error] = x;
  items(ar, signal, at, reading, error);
}
template <class Ar>
void archive(Ar& ar, Is<Outcome> auto& x) {
  auto& [action, failure, at] = x;
  items(ar, action, failure, at);
}
template <class Ar>
void archive(Ar& ar, Is<Order> auto& x) {
  auto& [kind, replicas, direction, given, until, who, why] = x;
  items(ar, kind, replicas, direction, given, until, who, why);
}
template <class Ar>
void archive(Ar& ar, Is<Orders> auto& x) {
  auto& [paused, given] = x;
  items(ar, paused, given);
}
template <class Ar>
void archive(Ar& ar, Is<Shed> auto& x) {
  auto& [pool, percent] = x;
  items(ar, pool, percent);
}
template <class Ar>
void archive(Ar& ar, Is<Observation> auto& x) {
  auto& [at, target, hidden, hidden_pools, members, sheds, arrivals, orders, windows, tzdata, allowance, outcomes,
         evidence_from, journal_ok] = x;
  items(ar, at, target, hidden, hidden_pools, members, arrivals, orders, allowance, outcomes, evidence_from, journal_ok,
        windows, tzdata, sheds);
}

template <class Ar>
void archive(Ar& ar, Is<Subject> auto& x) {
  auto& [kind, index] = x;
  items(ar, kind, index);
}
template <class Ar>
void archive(Ar& ar, Is<Step> auto& x) {
  auto& [stage, subject, before, after, reason, numbers, dry_run] = x;
  items(ar, stage, subject, before, after, reason);
  for (auto& number : numbers) item(ar, number);
  items(ar, dry_run);
}
template <class Ar>
void archive(Ar& ar, Is<Weight> auto& x) {
  auto& [pool, weight] = x;
  items(ar, pool, weight);
}
template <class Ar>
void archive(Ar& ar, Is<MemberPlan> auto& x) {
  auto& [id, fate, weights] = x;
  items(ar, id, fate, weights);
}
template <class Ar>
void archive(Ar& ar, Is<AlertTransition> auto& x) {
  auto& [alert, firing, started, at, value, member] = x;
  items(ar, alert, firing, started, at, value, member);
}
template <class Ar>
void archive(Ar& ar, Is<Plan> auto& x) {
  auto& [replicas, wanted, write, touch_pools, members, sheds, steps, alerts] = x;
  items(ar, replicas, wanted, write, touch_pools, members, steps, alerts, sheds);
}

template <class Ar>
void archive(Ar& ar, Is<Condition> auto& x) {
  auto& [type, value, reason, message, since] = x;
  items(ar, type, value, reason, message, since);
}
template <class Ar>
void archive(Ar& ar, Is<Finding> auto& x) {
  auto& [kind, score, confidence, since, expected_low, expected_high, value] = x;
  items(ar, kind, score, confidence, since, expected_low, expected_high, value);
}
template <class Ar>
void archive(Ar& ar, Is<SignalStatus> auto& x) {
  auto& [name, grade, value, target, age, proposal, finding] = x;
  items(ar, name, grade, value, target, age, proposal, finding);
}
template <class Ar>
void archive(Ar& ar, Is<Status> auto& x) {
  auto& [current_replicas, ready_replicas, desired_replicas, min_replicas, max_replicas, last_scale, reason, signals,
         conditions] = x;
  items(ar, current_replicas, ready_replicas, desired_replicas, min_replicas, max_replicas, last_scale, reason, signals,
        conditions);
}

template <class Ar>
void archive(Ar& ar, Is<MemberName> auto& x) {
  auto& [id, name] = x;
  items(ar, id, name);
}
template <class Ar>
void archive(Ar& ar, Is<SubjectName> auto& x) {
  auto& [subject, name] = x;
  items(ar, subject, name);
}
template <class Ar>
void archive(Ar& ar, Is<Decision> auto& x) {
  auto& [replicas, reason, limit, contested, ejected, refusing, orders] = x;
  items(ar, replicas, reason, limit, contested, ejected, orders, refusing);
}
template <class Ar>
void archive(Ar& ar, Is<Part> auto& x) {
  auto& [name, fingerprint, revision, bytes] = x;
  items(ar, name, fingerprint, revision, bytes);
}
/// Workload, sequence and, in Frame, nothing else stand in columns beside the bytes.
template <class Ar>
void archive(Ar& ar, Is<Frame> auto& x) {
  auto& [workload, sequence, document, new_members, observation, digest] = x;
  items(ar, document, new_members, observation, digest);
}
template <class Ar>
void archive(Ar& ar, Is<Record> auto& x) {
  auto& [workload, sequence, at, document, replicas_before, replicas_after, reason, limit, steps, names, orders] = x;
  items(ar, at, document, replicas_before, replicas_after, reason, limit, steps, names, orders);
}
template <class Ar>
void archive(Ar& ar, Is<Snapshot> auto& x) {
  auto& [workload, sequence, at, document, parts] = x;
  items(ar, at, document, parts);
}

namespace archived {

template <class T>
constexpr bool kIsList = false;
template <class T>
constexpr bool kIsList<std::vector<T>> = true;
template <class T>
constexpr bool kIsBoxed = false;
template <class T>
constexpr bool kIsBoxed<Boxed<T>> = true;
template <class T>
constexpr bool kIsOptional = false;
template <class T>
constexpr bool kIsOptional<std::optional<T>> = true;

/// A signed or unsigned integer of any width; out of range is refused.
template <class T, class Ar>
void integer(Ar& ar, auto& value) {
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  if constexpr (Ar::kReads) {
    Wide wide{};
    if constexpr (std::is_signed_v<T>)
      wide = unzigzag(ar.number());
    else
      wide = ar.number();
    if (wide < Wide{std::numeric_limits<T>::min()} || wide > Wide{std::numeric_limits<T>::max()}) return ar.fail();
    value = static_cast<T>(wide);
  } else {
    ar.number(static_cast<Wide>(value));
  }
}

template <class T, class Ar>
void enumeration(Ar& ar, auto& value) {
  using Number = std::underlying_type_t<T>;
  auto number = static_cast<Number>(value);
  integer<Number>(ar, number);
  if constexpr (Ar::kReads) {
    if (number > static_cast<Number>(last_of(T{}))) return ar.fail();
    value = static_cast<T>(number);
  }
}

template <class Ar>
void list(Ar& ar, auto& values) {
  if constexpr (Ar::kReads) {
    const std::size_t count = ar.count();
    values.clear();
    for (std::size_t i = 0; i < count && ar.ok(); ++i) item(ar, values.emplace_back());
  } else {
    ar.number(std::uint64_t{values.size()});
    for (auto& value : values) item(ar, value);
  }
}

template <class Ar>
void maybe(Ar& ar, auto& value) {
  if constexpr (Ar::kReads) {
    value.reset();
    if (ar.flag()) item(ar, value.emplace());
  } else {
    ar.flag(value.has_value());
    if (value) item(ar, *value);
  }
}

/// As what is in the box.
template <class T, class Ar>
void boxed(Ar& ar, auto& value) {
  if constexpr (Ar::kReads) {
    T read{};
    item(ar, read);
    value = std::move(read);
  } else {
    item(ar, value.get());
  }
}

template <class T, class Ar>
void instant(Ar& ar, auto& value) {
  if constexpr (Ar::kReads)
    value = T{Duration{ar.time()}};
  else
    ar.time(value.time_since_epoch().count());
}

/// What the archives know themselves.
template <class T, class Ar>
void primitive(Ar& ar, auto& value) {
  if constexpr (Ar::kReads) {
    if constexpr (std::is_same_v<T, bool>)
      value = ar.flag();
    else if constexpr (std::is_same_v<T, double>)
      value = ar.real();
    else
      value = ar.text();
  } else {
    if constexpr (std::is_same_v<T, bool>)
      ar.flag(value);
    else if constexpr (std::is_same_v<T, double>)
      ar.real(value);
    else
      ar.text(value);
  }
}

template <class T, class Ar>
void span(Ar& ar, auto& value) {
  auto count = value.count();
  integer<std::int64_t>(ar, count);
  if constexpr (Ar::kReads) value = T{count};
}

}  // namespace archived

template <class Ar, class Maybe>
void item(Ar& ar, Maybe& value) {
  using T = std::remove_const_t<Maybe>;
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double> || std::is_same_v<T, std::string>)
    archived::primitive<T>(ar, value);
  else if constexpr (std::is_enum_v<T>)
    archived::enumeration<T>(ar, value);
  else if constexpr (std::is_integral_v<T>)
    archived::integer<T>(ar, value);
  else if constexpr (std::is_same_v<T, TimePoint>)
    archived::instant<T>(ar, value);
  else if constexpr (std::is_same_v<T, Duration>)
    archived::span<T>(ar, value);
  else if constexpr (archived::kIsList<T>)
    archived::list(ar, value);
  else if constexpr (archived::kIsOptional<T>)
    archived::maybe(ar, value);
  else if constexpr (archived::kIsBoxed<T>)
    archived::boxed<std::remove_cvref_t<decltype(value.get())>>(ar, value);
  else
    archive(ar, value);
}

}  // namespace ballast
