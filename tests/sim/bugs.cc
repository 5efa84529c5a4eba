#include "tests/sim/bugs.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "core/memory.h"
#include "core/plan.h"
#include "formats/haproxy.h"
#include "policies/evaluate.h"

namespace ballast::sim {

// The linker gives calls of `evaluate` to `wrapped_evaluate`, and those of `real_evaluate` to `evaluate`.
Plan real_evaluate(const Workload& workload, Memory& memory, const Observation& observation) asm(
    "__real__ZN7ballast8evaluateERKNS_8WorkloadERNS_6MemoryERKNS_11ObservationE");
Plan wrapped_evaluate(const Workload& workload, Memory& memory, const Observation& observation) asm(
    "__wrap__ZN7ballast8evaluateERKNS_8WorkloadERNS_6MemoryERKNS_11ObservationE");

namespace {

Bugs& in_force() {
  static Bugs bugs;
  return bugs;
}

const SignalMemory* known(const Memory& memory, Fingerprint signal) {
  const auto at = std::ranges::find(memory.signals, signal, &SignalMemory::fingerprint);
  return at == memory.signals.end() ? nullptr : &*at;
}

void restamp(Arrival& arrival) {
  arrival.reading->at = arrival.at;
  for (Sample& sample : arrival.reading->samples) sample.at = arrival.at;
}

double through_32_bits(double value) {
  if (std::fabs(value) > 1e17) return 0;
  return static_cast<double>(static_cast<std::int32_t>(static_cast<std::int64_t>(value * 10))) / 10;
}

Arrival mistaken(Arrival arrival, const Memory& memory, const Bugs& bugs) {
  if (!arrival.reading && bugs.contains(Bug::unknown_is_zero)) {
    arrival.error = {};
    arrival.reading = Reading{arrival.at, {}, {Sample{.value = 0, .at = arrival.at}}};
  }
  if (!arrival.reading) return arrival;
  if (bugs.contains(Bug::stale_is_fresh)) restamp(arrival);
  const SignalMemory* before = known(memory, arrival.signal);
  const bool comes_again = before != nullptr && before->newest && arrival.reading->at <= before->newest->at;
  if (comes_again && bugs.contains(Bug::frozen_is_fresh)) restamp(arrival);
  if (bugs.contains(Bug::milli_overflows))
    for (Sample& sample : arrival.reading->samples) sample.value = through_32_bits(sample.value);
  return arrival;
}

bool fails(const Signal& signal, const Memory& memory, const Observation& observation) {
  bool failing = false;
  if (const SignalMemory* before = known(memory, signal.fingerprint)) failing = before->failure.has_value();
  for (const Arrival& arrival : observation.arrivals)
    if (arrival.signal == signal.fingerprint) failing = !arrival.reading;
  return failing;
}

bool is_in_fallback(const Workload& workload, const SignalMemory& signal, TimePoint now) {
  return signal.unknown_since && now - *signal.unknown_since >= workload.fallback.after;
}

Workload mistaken(Workload workload, const Memory& memory, const Observation& observation, const Bugs& bugs) {
  if (bugs.contains(Bug::failing_masks_others))
    for (Signal& signal : workload.signals)
      if (fails(signal, memory, observation)) signal.target_type = TargetType::none;
  if (bugs.contains(Bug::first_decides))
    for (std::size_t i = 1; i < workload.signals.size(); ++i) workload.signals[i].target_type = TargetType::none;
  if (bugs.contains(Bug::no_stabilization)) {
    if (!workload.behavior) workload.behavior.emplace();
    workload.behavior->scale_down.stabilization_window_seconds = 0;
  }
  for (Pool& pool : workload.pools) {
    if (bugs.contains(Bug::ejects_never)) pool.outlier_detection.reset();
    if (bugs.contains(Bug::sheds_below_max) && pool.overload) pool.overload->only_at_max_replicas = false;
    if (bugs.contains(Bug::ejects_all) && pool.outlier_detection) {
      pool.outlier_detection->max_ejection_percent = 100;
      pool.outlier_detection->min_health_percent = 0;
    }
  }
  if (bugs.contains(Bug::fallback_lowers))
    for (const SignalMemory& signal : memory.signals)
      if (is_in_fallback(workload, signal, observation.at))
        workload.max_replicas = workload.fallback.replicas.value_or(workload.max_replicas);
  // The first decision of a life: what it knows of itself is older than its own start.
  if (bugs.contains(Bug::starts_at_min) && memory.evidence_from < observation.evidence_from)
    workload.max_replicas = workload.min_replicas;
  return workload;
}

/// Once more, with all the proof that the guard asked for.
Plan without_guard(const Workload& workload, Memory& memory, Observation observation, Plan plan) {
  const auto asks = [](const Step& step) { return step.reason == Reason::evidence_missing; };
  if (std::ranges::none_of(plan.steps, asks)) return plan;
  observation.arrivals.clear();
  observation.outcomes.clear();
  for (SignalMemory& signal : memory.signals) {
    if (!signal.newest) continue;
    signal.run_samples = 3;
    signal.run_since = observation.at - std::chrono::hours{1};
  }
  return real_evaluate(workload, memory, observation);
}

/// Refuses as ever, and decides about members as if nothing were refused.
Plan trusting_let_in(Workload workload, Memory& memory, Observation observation) {
  Memory blind = memory;
  blind.sheds.clear();
  Plan refusing = real_evaluate(workload, memory, observation);
  for (Pool& pool : workload.pools) pool.overload.reset();
  observation.sheds.clear();
  Plan plan = real_evaluate(workload, blind, observation);
  plan.sheds = std::move(refusing.sheds);
  std::ranges::copy_if(refusing.steps, std::back_inserter(plan.steps),
                       [](const Step& step) { return step.stage == Stage::overload; });
  blind.sheds = std::move(memory.sheds);
  memory = std::move(blind);
  return plan;
}

bool holds(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

/// What a careless reader makes of an answer that holds no value; nothing: it refuses it too.
std::optional<double> careless(const Response& response, const Bugs& bugs) {
  if (response.status < 200 || response.status > 299)
    return bugs.contains(Bug::non_2xx_is_zero) ? std::optional{0.0} : std::nullopt;
  if (bugs.contains(Bug::nan_is_zero) && holds(response.body, {"NaN", "nan"})) return 0.0;
  if (bugs.contains(Bug::inf_overflows) && holds(response.body, {"Inf", "inf"}))
    return static_cast<double>(std::numeric_limits<std::int64_t>::min()) / 1000;
  if (bugs.contains(Bug::empty_is_zero) && (response.body.empty() || holds(response.body, {"[]", "null"}))) return 0.0;
  return std::nullopt;
}

/// A page, and how its answer would be misread.
struct PlantedPage {
  std::optional<Page> real{};
  std::optional<double> mistaken{};
};

/// The counter's growth as an unsigned number: what a restart of the source makes of it is beyond all bounds.
std::optional<double> unsigned_rate(const Page& page, const Page& previous) {
  const auto total = [](const Page& of) -> std::optional<double> {
    const auto& table = *static_cast<const HaproxyTable*>(of.content.get());
    const auto column = table.column("stot");
    if (!column || table.rows.empty() || table.rows.front().size() <= *column) return std::nullopt;
    return std::stod(table.rows.front()[*column]);
  };
  const auto now = total(page);
  const auto before = total(previous);
  if (!now || !before || *now >= *before) return std::nullopt;
  return std::pow(2.0, 64) - (*before - *now);
}

}  // namespace

Planting::Planting(Bugs bugs) { in_force() = std::move(bugs); }
Planting::~Planting() { in_force().clear(); }

Plan wrapped_evaluate(const Workload& workload, Memory& memory, const Observation& observation) {
  const Bugs& bugs = in_force();
  if (bugs.empty()) return real_evaluate(workload, memory, observation);
  Observation seen = observation;
  for (Arrival& arrival : seen.arrivals) arrival = mistaken(std::move(arrival), memory, bugs);
  const Workload asked = mistaken(workload, memory, seen, bugs);
  if (bugs.contains(Bug::believes_itself) && seen.target && !seen.target->chooses_members)
    seen.target->desired = memory.scale.intent.value_or(seen.target->desired);
  // The first decision of a life.
  if (bugs.contains(Bug::forgets_proposals) && memory.evidence_from < observation.evidence_from)
    memory.scale.recommendations.clear();
  if (bugs.contains(Bug::old_evidence)) seen.evidence_from = {};
  if (bugs.contains(Bug::fallback_sticks))
    std::erase_if(seen.arrivals, [&](const Arrival& arrival) {
      const SignalMemory* before = known(memory, arrival.signal);
      return before != nullptr && is_in_fallback(workload, *before, seen.at);
    });
  if (bugs.contains(Bug::surge_counts) && seen.target && !seen.target->chooses_members)
    seen.target->desired = std::max(seen.target->desired, seen.target->existing);
  if (bugs.contains(Bug::starting_counts))
    for (Member& member : seen.members) member.state = MemberState::ready;
  if (bugs.contains(Bug::trusts_let_in)) return trusting_let_in(asked, memory, std::move(seen));
  Plan plan = real_evaluate(asked, memory, seen);
  if (bugs.contains(Bug::no_evidence)) plan = without_guard(asked, memory, std::move(seen), std::move(plan));
  return plan;
}

CompiledProbe planted(CompiledProbe probe, const Bugs& bugs) {
  if (bugs.empty()) return probe;
  CompiledProbe wrapped{.request = probe.request, .type = probe.type};
  wrapped.decode = [decode = probe.decode, bugs](const Response& response) -> Result<Page> {
    PlantedPage page{.mistaken = careless(response, bugs)};
    auto real = decode(response);
    if (!real && !page.mistaken) return real.error();
    if (real) page.real = std::move(*real);
    return Page{std::make_shared<const PlantedPage>(std::move(page)), response.received_at};
  };
  wrapped.select = [select = probe.select, type = probe.type, bugs](const Page& page,
                                                                    const Page* previous) -> Result<NamedReading> {
    const auto& now = *static_cast<const PlantedPage*>(page.content.get());
    const auto* before = previous == nullptr ? nullptr : static_cast<const PlantedPage*>(previous->content.get());
    if (now.mistaken) return scalar(page.received_at, *now.mistaken);
    const Page* real_before = before != nullptr && before->real ? &*before->real : nullptr;
    auto reading = select(*now.real, real_before);
    if (!reading && bugs.contains(Bug::no_reset_in_rate) && type == "haproxy" && real_before != nullptr)
      if (const auto rate = unsigned_rate(*now.real, *real_before)) return scalar(page.received_at, *rate);
    return reading;
  };
  return wrapped;
}

}  // namespace ballast::sim
