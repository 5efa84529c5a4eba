#include "controller/config/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/config/alerting.h"
#include "controller/config/fingerprint.h"
#include "controller/config/plugins.h"
#include "controller/config/sources.h"

namespace ballast {
namespace {

std::string full_name(const DocumentId& id) {
  return id.kind == "Monitor" ? fmt::format("{}/monitor:{}", id.name_space, id.name)
                              : fmt::format("{}/{}", id.name_space, id.name);
}

std::int64_t target_milli(const SignalTargetSpec& target) {
  if (target.average_value) return target.average_value->milli;
  if (target.value) return target.value->milli;
  return std::int64_t{target.average_utilization.value_or(0)} * 1000;
}

Signal compile_signal(const SignalSpec& spec, const PluginRef& probe, Duration interval) {
  Signal signal{.name = spec.name,
                .fingerprint = fingerprint(probe, PluginKind::probe),
                .interval = spec.interval.value_or(interval),
                .stale_after = spec.stale_after,
                .proves_age = undated(probe, spec.stale_after).empty()};
  if (spec.target) {
    signal.target_type = target_type(spec);
    signal.target_milli = target_milli(*spec.target);
    if (speaks_at_zero(spec)) signal.activation_milli = spec.activation_threshold.value_or(Quantity{}).milli;
  }
  return signal;
}

void add_document(const Document& document, CompiledWorkload& into) {
  if (std::ranges::find(into.documents, document.id) != into.documents.end()) return;
  into.document += "---\n" + document.text;
  into.documents.push_back(document.id);
}

/// The sources that signals name belong to the workload: when one changes, so does the workload.
void add_signals(const std::vector<SignalSpec>& specs, const std::vector<Document>& documents, CompiledWorkload& into) {
  const std::string name_space = into.documents[0].name_space;
  for (const auto& spec : specs) {
    const PluginRef probe = resolved_probe(spec, name_space, documents).value_or(spec.probe);
    into.workload.signals.push_back(compile_signal(spec, probe, into.workload.interval));
    into.probes.push_back(probe);
    if (const auto* source = find_source(documents, name_space, source_named_by(spec))) add_document(*source, into);
  }
}

void add_schedules(const std::vector<ScheduleSpec>& specs, CompiledWorkload& into) {
  for (const auto& spec : specs) {
    into.workload.schedules.push_back({spec.name, spec.min_replicas, spec.max_replicas, spec.freeze});
    into.windows.push_back(spec.window().value_or(Window{}));
  }
}

CompiledWorkload start(const Document& document) {
  CompiledWorkload result{
      .document = document.text, .orders = {.paused = document.paused()}, .documents = {document.id}};
  result.workload.name = full_name(document.id);
  return result;
}

CompiledWorkload compile_policy(const Document& document, const ScalingPolicySpec& spec,
                                const std::vector<Document>& documents) {
  auto result = start(document);
  auto& workload = result.workload;
  workload.target_kind = spec.scale_target.type;
  workload.target_name = workload.name;  // a target of the host is named by its document
  workload.min_replicas = spec.min_replicas;
  workload.max_replicas = spec.max_replicas;
  workload.mode = spec.mode;
  workload.interval = spec.interval;
  workload.combine = spec.combine;
  workload.behavior = spec.behavior;
  workload.fallback = spec.fallback;
  workload.zero_cooldown = spec.scale_to_zero.cooldown_period;
  workload.surge = spec.surge;
  add_schedules(spec.schedules, result);
  result.scaler = spec.scale_target;
  add_signals(spec.signals, documents, result);
  return result;
}

/// Watched only: no target, no bounds, nothing to do.
CompiledWorkload compile_monitor(const Document& document, const MonitorSpec& spec,
                                 const std::vector<Document>& documents) {
  auto result = start(document);
  result.workload.min_replicas = 0;
  result.workload.max_replicas = 0;
  result.workload.mode = Mode::dry_run;
  result.workload.interval = spec.interval;
  add_signals(spec.signals, documents, result);
  result.workload.alerts = compile_rules(spec, result.workload.name);
  result.actions = compile_actions(spec, result.workload.name);
  return result;
}

/// One that the policy asks too is asked once.
void add_member_signals(const Document& document, const BalancingPolicySpec& spec,
                        const std::vector<Document>& documents, Pool& pool, CompiledWorkload& into) {
  for (const MemberSignalSpec& rule : spec.member_signals) {
    const SignalSpec signal = signal_of(rule, document.id.name);
    const PluginRef probe = resolved_probe(signal, document.id.name_space, documents).value_or(signal.probe);
    const Fingerprint asked = fingerprint(probe, PluginKind::probe);
    pool.member_signals.push_back({asked, rule.factor, rule.minimum_hosts, as_double(rule.at_least)});
    const auto& known = into.workload.signals;
    if (std::ranges::find(known, asked, &Signal::fingerprint) == known.end()) add_signals({signal}, documents, into);
  }
}

void add_pool(const Document& document, const BalancingPolicySpec& spec, const std::vector<Document>& documents,
              CompiledWorkload& into) {
  into.workload.pools.push_back({.name = fmt::format("{}:{}", spec.pool.balancer.type, document.id.name),
                                 .fingerprint = fingerprint(spec.pool.balancer, PluginKind::balancer),
                                 .full_weight = spec.full_weight,
                                 .drain_timeout = spec.drain_timeout,
                                 .outlier_detection = spec.outlier_detection,
                                 .slow_start = spec.slow_start,
                                 .balance = spec.balance,
                                 .overload = spec.overload,
                                 .dry_run = spec.mode == BalancingMode::dry_run});
  Pool& pool = into.workload.pools.back();
  add_member_signals(document, spec, documents, pool, into);
  into.balancers.push_back(spec.pool.balancer);
  add_document(document, into);
}

void add_pools(const std::vector<Document>& documents, CompiledWorkload& into) {
  std::vector<const Document*> pools;
  for (const auto& document : documents) {
    const auto* spec = std::get_if<BalancingPolicySpec>(&document.spec);
    if (spec == nullptr || document.id.name_space != into.documents[0].name_space) continue;
    if (spec->pool.members_from.scaling_policy_ref.name == into.documents[0].name) pools.push_back(&document);
  }
  std::ranges::sort(pools, {}, [](const Document* document) { return document->id; });
  for (const auto* document : pools)
    add_pool(*document, std::get<BalancingPolicySpec>(document->spec), documents, into);
}

}  // namespace

SignalSpec signal_of(const MemberSignalSpec& signal, const std::string& pool) {
  return {.name = pool.empty() ? signal.name : pool + "." + signal.name,
          .probe = signal.probe,
          .member_label = signal.member_label,
          .interval = signal.interval,
          .stale_after = signal.stale_after};
}

TargetType target_type(const SignalSpec& signal) {
  if (!signal.target) return TargetType::none;
  switch (signal.target->type) {
    case SignalTargetType::average_value:
      return TargetType::average_value;
    case SignalTargetType::value:
      return TargetType::value;
    case SignalTargetType::utilization:
      return TargetType::utilization;
  }
  return TargetType::none;
}

bool speaks_at_zero(const SignalSpec& signal) {
  const auto* entry = find_plugin(PluginKind::probe, signal.probe.type);
  return target_type(signal) != TargetType::utilization && (entry == nullptr || entry->members_of.empty());
}

std::vector<CompiledWorkload> compile(const std::vector<Document>& documents) {
  std::vector<CompiledWorkload> result;
  for (const auto& document : documents) {
    if (const auto* policy = std::get_if<ScalingPolicySpec>(&document.spec)) {
      result.push_back(compile_policy(document, *policy, documents));
      add_pools(documents, result.back());
    } else if (const auto* monitor = std::get_if<MonitorSpec>(&document.spec)) {
      result.push_back(compile_monitor(document, *monitor, documents));
    }
  }
  for (auto& workload : result) workload.workload.document = fingerprint(workload.document);
  std::ranges::sort(result, {}, [](const CompiledWorkload& workload) { return workload.workload.name; });
  return result;
}

}  // namespace ballast
