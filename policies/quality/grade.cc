#include "policies/quality/grade.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

SignalMemory& remembered(Memory& memory, Fingerprint signal) {
  for (SignalMemory& known : memory.signals)
    if (known.fingerprint == signal) return known;
  return memory.signals.emplace_back(SignalMemory{.fingerprint = signal});
}

bool is_usable(const Reading& reading) {
  return !reading.samples.empty() &&
         std::ranges::all_of(reading.samples, [](const Sample& sample) { return std::isfinite(sample.value); });
}

Reading without_starting(const Signal& spec, Reading reading, const std::vector<Member>& members) {
  std::erase_if(reading.samples, [&](const Sample& sample) { return !is_load(spec, sample, members); });
  return reading;
}

void fail(SignalMemory& signal, const Error& error, TimePoint at) {
  const TimePoint since = signal.failure ? signal.failure->since : at;
  signal.failure = Failure{error, since};
}

void extend_run(SignalMemory& signal, TimePoint before, TimePoint at, Duration gap, TimePoint evidence_from) {
  if (at <= evidence_from) {
    signal.run_samples = 0;
    return;
  }
  if (signal.run_samples == 0 || at - before > gap) {
    signal.run_since = at;
    signal.run_samples = 0;
  }
  ++signal.run_samples;
}

void accept(SignalMemory& signal, const Reading& reading, Duration gap, TimePoint evidence_from) {
  signal.failure.reset();
  if (signal.newest && reading.at <= signal.newest->at) {
    ++signal.repeats;
    return;
  }
  const TimePoint before = signal.newest ? signal.newest->at : reading.at;
  signal.repeats = 0;
  signal.newest = reading;
  extend_run(signal, before, reading.at, gap, evidence_from);
}

Grade grade_of(const Signal& spec, const SignalMemory& signal, TimePoint now) {
  if (signal.failure) return signal.failure->error.code == Errc::invalid ? Grade::invalid : Grade::missing;
  if (!signal.newest) return Grade::missing;
  if (now - signal.newest->at <= spec.stale_after) return Grade::fresh;
  // The source goes on answering, with one sample over and over: that is another sickness than silence.
  return signal.repeats > 0 ? Grade::frozen : Grade::stale;
}

Reason reason_of(Grade grade) {
  switch (grade) {
    case Grade::fresh:
      return Reason::signal_fresh;
    case Grade::stale:
      return Reason::signal_stale;
    case Grade::invalid:
      return Reason::signal_invalid;
    case Grade::frozen:
      return Reason::signal_frozen;
    case Grade::missing:
    case Grade::suspect:
      break;
  }
  return Reason::signal_missing;
}

}  // namespace

bool is_load(const Signal& spec, const Sample& sample, const std::vector<Member>& members) {
  if (spec.target_type != TargetType::utilization) return true;
  const auto member = std::ranges::find(members, sample.member, &Member::id);
  return member == members.end() || member->state != MemberState::starting;
}

const SignalMemory* find(const Memory& memory, Fingerprint signal) {
  for (const SignalMemory& known : memory.signals)
    if (known.fingerprint == signal) return &known;
  return nullptr;
}

Duration shrink_window(const Workload& workload) {
  constexpr std::int32_t kDefaultSeconds = 300;  // the HPA's --horizontal-pod-autoscaler-downscale-stabilization
  std::int32_t window = kDefaultSeconds;
  if (workload.behavior) window = workload.behavior->scale_down.stabilization_window_seconds.value_or(kDefaultSeconds);
  return std::chrono::seconds{window};
}

Duration longest_gap(const Workload& workload, const Signal& signal) {
  return std::min(signal.stale_after, std::max(3 * signal.interval, shrink_window(workload) / 2));
}

void remember_arrivals(const Workload& workload, Memory& memory, const Observation& observation) {
  for (const Arrival& arrival : observation.arrivals) {
    const auto spec = std::ranges::find(workload.signals, arrival.signal, &Signal::fingerprint);
    if (spec == workload.signals.end()) continue;  // asked for by a document that is no longer in force
    SignalMemory& signal = remembered(memory, arrival.signal);
    if (!arrival.reading) {
      fail(signal, arrival.error, arrival.at);
    } else if (!is_usable(*arrival.reading)) {
      fail(signal, Error{Errc::invalid, "a sample is not a finite number"}, arrival.at);
    } else if (Reading reading = without_starting(*spec, *arrival.reading, observation.members);
               reading.samples.empty()) {
      fail(signal, Error{Errc::unavailable, "no member that is measured is ready yet"}, arrival.at);
    } else {
      accept(signal, reading, longest_gap(workload, *spec), memory.evidence_from);
    }
  }
}

std::vector<GradedSignal> grade(const Workload& workload, const Memory& memory, TimePoint now) {
  std::vector<GradedSignal> graded;
  graded.reserve(workload.signals.size());
  for (std::uint32_t i = 0; i < workload.signals.size(); ++i) {
    const Signal& spec = workload.signals[i];
    GradedSignal& signal = graded.emplace_back(GradedSignal{.index = i});
    const SignalMemory* known = find(memory, spec.fingerprint);
    if (known == nullptr) continue;
    signal.grade = grade_of(spec, *known, now);
    signal.repeats = known->repeats;
    if (!known->newest) continue;
    for (const Sample& sample : known->newest->samples) signal.total += sample.value;
    signal.samples = known->newest->samples.size();
    signal.age = now - known->newest->at;
    signal.may_raise = signal.age <= spec.stale_after;
  }
  return graded;
}

void explain_grades(const Workload& workload, const std::vector<GradedSignal>& signals, std::int32_t replicas,
                    std::vector<Step>& steps) {
  for (const GradedSignal& signal : signals) {
    if (signal.grade == Grade::fresh) continue;
    Step step{Stage::quality, {Subject::Kind::signal, signal.index}, replicas, replicas, reason_of(signal.grade)};
    if (signal.grade == Grade::stale)
      step.numbers = {seconds(signal.age), seconds(workload.signals[signal.index].stale_after)};
    if (signal.grade == Grade::frozen) step.numbers = {static_cast<double>(signal.repeats)};
    steps.push_back(step);
  }
}

}  // namespace ballast
