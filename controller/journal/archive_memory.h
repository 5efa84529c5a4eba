// What a workload remembers, as archive.h has everything else: one function per struct, in the order of the format.
#pragma once

#include <concepts>
#include <type_traits>

#include "core/memory.h"

namespace ballast {

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class Ar, class T>
void item(Ar& ar, T& value);

template <class Ar, class... T>
void items(Ar& ar, T&... values) {
  (item(ar, values), ...);
}

template <class Ar>
void archive(Ar& ar, Is<SignalMemory> auto& x) {
  auto& [fingerprint, newest, failure, repeats, run_since, run_samples, unknown_since] = x;
  items(ar, fingerprint, newest, failure, repeats, run_since, run_samples, unknown_since);
}
template <class Ar>
void archive(Ar& ar, Is<Recommendation> auto& x) {
  auto& [at, replicas] = x;
  items(ar, at, replicas);
}
/// Frozen: journals of every version carry rate events in this form.
template <class Ar>
void archive(Ar& ar, Is<RateEvent> auto& x) {
  auto& [at, delta, outdated] = x;
  items(ar, at, delta, outdated);
}
template <class Ar>
void archive(Ar& ar, Is<ScaleMemory> auto& x) {
  auto& [recommendations, ups, downs, intent, pending_delta, pending_at, last_scale, idle_since] = x;
  items(ar, ups, downs, recommendations, intent, pending_delta, pending_at, last_scale, idle_since);
}
template <class Ar>
void archive(Ar& ar, Is<PlaceMemory> auto& x) {
  auto& [pool, newest, compared, consecutive, ejected_at, cause, numbers, ejections, returned_at, share, load, looks,
         begins_at] = x;
  items(ar, pool, newest, compared, consecutive, ejected_at, cause);
  for (auto& number : numbers) item(ar, number);
  items(ar, ejections, returned_at, share, load, looks, begins_at);
}
template <class Ar>
void archive(Ar& ar, Is<PoolMemory> auto& x) {
  auto& [pool, compared_at] = x;
  items(ar, pool, compared_at);
}
template <class Ar>
void archive(Ar& ar, Is<MemberMemory> auto& x) {
  auto& [id, retiring, retiring_since, draining_since, was_ready, contested, replacing, busy, places, tried] = x;
  items(ar, id, retiring, retiring_since, draining_since, was_ready, contested, replacing, busy, places, tried);
}
template <class Ar>
void archive(Ar& ar, Is<DetectorMemory> auto& x) {
  auto& [at, value, level, scale, tail, spacing, score, run_level, run_since, run, samples, level_samples] = x;
  items(ar, at, value, level, scale, tail, spacing, score, run_level, run_since, run, samples, level_samples);
}
template <class Ar>
void archive(Ar& ar, Is<FastMemory> auto& x) {
  auto& [at, seen, value, fast, fast_before, low, low_before, low_since, ready, ready_before, stretches] = x;
  items(ar, at, seen, value, fast, fast_before, low, low_before, low_since, ready, ready_before, stretches);
}
template <class Ar>
void archive(Ar& ar, Is<WatchMemory> auto& x) {
  auto& [signal, window, fast, detector] = x;
  items(ar, signal, window, fast, detector);
}
template <class Ar>
void archive(Ar& ar, Is<SurgeMemory> auto& x) {
  auto& [signal, replicas, found, until] = x;
  items(ar, signal, replicas, found, until);
}
template <class Ar>
void archive(Ar& ar, Is<AlertMemory> auto& x) {
  auto& [alert, since, fired, looked, ceased] = x;
  items(ar, alert, since, fired, looked, ceased);
}
template <class Ar>
void archive(Ar& ar, Is<ShedChange> auto& x) {
  auto& [at, percent] = x;
  items(ar, at, percent);
}
template <class Ar>
void archive(Ar& ar, Is<ShedMemory> auto& x) {
  auto& [pool, past, over, faded, retry_after] = x;
  items(ar, pool, past, over, faded, retry_after);
}
template <class Ar>
void archive(Ar& ar, Is<Memory> auto& x) {
  auto& [target, uid, evidence_from, signals, scale, members, watches, surge, pools, alerts, sheds] = x;
  items(ar, target, uid, evidence_from, signals, scale, members, watches, surge, pools, alerts, sheds);
}

}  // namespace ballast
