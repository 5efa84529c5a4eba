#include "policies/detection/watch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "policies/detection/detector.h"
#include "policies/quality/grade.h"

namespace ballast {
namespace {

constexpr std::int32_t kFinest = 20;   // of a window: a shorter stretch is mostly noise
constexpr std::int32_t kCoarsest = 2;  // of a window: a rate over it has at least two samples, so a scrape comes sooner

/// The number that is compared with the target; nothing: no member that is measured serves.
std::optional<double> value_of(const Signal& spec, const Reading& reading, const std::vector<Member>& members) {
  double total = 0;
  double count = 0;
  for (const Sample& sample : reading.samples) {
    if (!is_load(spec, sample, members)) continue;
    total += sample.value;
    count += 1;
  }
  if (count == 0 || !std::isfinite(total)) return std::nullopt;
  return spec.target_type == TargetType::utilization ? total / count : total;
}

WatchMemory& watched(Memory& memory, Fingerprint signal) {
  for (WatchMemory& watch : memory.watches)
    if (watch.signal == signal) return watch;
  return memory.watches.emplace_back(WatchMemory{.signal = signal});
}

void learn_low(FastMemory& fast, TimePoint at, double value, Duration window) {
  if (at - fast.low_since >= window) {
    fast.low_before = at - fast.low_since >= 2 * window ? value : fast.low;
    fast.low = value;
    fast.low_since = at;
  }
  fast.low = std::min(fast.low, value);
}

/// The newest stretch, given the reading before.
double stretch_of(const FastMemory& fast, double value, TimePoint at, Duration window) {
  Duration since = at - fast.at;
  // Windows that hardly overlap, as of a rate between two polls, are stretches themselves.
  if (since * 10 >= window * 9) return value;
  // Unchanged values were left out: the change may be younger than the reading that was taken last.
  if (fast.seen != fast.at) since = std::min(since, window / kCoarsest);
  return std::min(fast.low, fast.low_before) + (value - fast.value) * seconds(window) / seconds(since);
}

void take(WatchMemory& watch, TimePoint at, double value, std::int32_t ready) {
  FastMemory& fast = watch.fast;
  const bool first = fast.stretches == 0;
  const Duration since = at - fast.at;
  double stretch = first ? value : stretch_of(fast, value, at, watch.window);
  if (!std::isfinite(stretch)) stretch = value;
  const bool close = !first && since <= std::max(watch.window, from_seconds(10 * watch.detector.spacing));
  fast.fast_before = fast.fast;
  fast.ready_before = fast.ready;
  fast.fast = stretch;
  fast.ready = ready;
  if (first) fast.low = fast.low_before = value;
  if (first) fast.low_since = at;
  learn_low(fast, at, value, watch.window);
  fast.at = at;
  fast.value = value;
  fast.stretches = close ? std::min(fast.stretches + 1, std::numeric_limits<std::int32_t>::max() - 1) : 1;
  detect(watch.detector, {at, stretch});
}

void watch_reading(WatchMemory& watch, TimePoint at, Duration window, double value, std::int32_t ready) {
  watch.window = window;
  if (watch.fast.stretches > 0 && at <= watch.fast.seen) return;
  const Duration since = at - watch.fast.at;
  const bool same_scrape = value == watch.fast.value && since < window / kCoarsest;
  if (watch.fast.stretches == 0 || (since >= window / kFinest && !same_scrape)) take(watch, at, value, ready);
  watch.fast.seen = at;
}

}  // namespace

void watch_arrivals(const Workload& workload, Memory& memory, const Observation& observation) {
  for (const Arrival& arrival : observation.arrivals) {
    const auto spec = std::ranges::find(workload.signals, arrival.signal, &Signal::fingerprint);
    if (spec == workload.signals.end() || !arrival.reading) continue;
    const Reading& reading = *arrival.reading;
    const auto value = value_of(*spec, reading, observation.members);
    if (!value) continue;
    WatchMemory& watch = watched(memory, arrival.signal);
    const std::int32_t ready = observation.target ? observation.target->ready : watch.fast.ready;
    watch_reading(watch, reading.at, std::max(reading.window, Duration{}), *value, ready);
  }
}

const WatchMemory* find_watch(const Memory& memory, Fingerprint signal) {
  const auto found = std::ranges::find(memory.watches, signal, &WatchMemory::signal);
  return found == memory.watches.end() ? nullptr : &*found;
}

std::optional<double> agreed(const FastMemory& fast) {
  if (fast.stretches < 2) return std::nullopt;
  return std::min(fast.fast, fast.fast_before);
}

std::optional<Finding> current_finding(const Signal& signal, const Memory& memory, TimePoint now) {
  const WatchMemory* watch = find_watch(memory, signal.fingerprint);
  if (watch == nullptr || now - watch->detector.at > signal.stale_after) return std::nullopt;
  return finding_of(watch->detector);
}

}  // namespace ballast
