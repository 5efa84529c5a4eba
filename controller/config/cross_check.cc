// What no document can say by itself: names, targets, ports and pools that two of them want.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "controller/config/alerting.h"
#include "controller/config/compile.h"
#include "controller/config/fingerprint.h"
#include "controller/config/plugins.h"
#include "controller/config/read_scalar.h"
#include "controller/config/sources.h"

namespace ballast {
namespace {

struct Found {
  std::string path{};
  std::string message{};
};

std::string at(const Document& document) {
  const int line = document.root.place.line;
  return fmt::format("{} ({}{})", to_string(document.id), document.file, line > 0 ? fmt::format(":{}", line) : "");
}

std::optional<Found> as_found(std::optional<WrongPath> wrong) {
  if (!wrong) return std::nullopt;
  return Found{std::move(wrong->first), std::move(wrong->second)};
}

struct Claimed {
  Claim claim{};
  std::string path{};  ///< of the setting that claims
};

std::vector<Claimed> plugin_claims(PluginKind kind, const PluginRef& plugin, const std::string& path) {
  std::vector<Claimed> result;
  const auto* entry = find_plugin(kind, plugin.type);
  if (entry == nullptr || entry->claims == nullptr) return result;
  for (auto& claim : entry->claims(plugin.settings)) result.push_back({std::move(claim), path + "." + plugin.type});
  return result;
}

/// Of a pool that refuses requests, what it does that by, too.
std::vector<Claimed> pool_claims(const BalancingPolicySpec& spec) {
  auto claims = plugin_claims(PluginKind::balancer, spec.pool.balancer, "spec.pool");
  const auto* entry = find_plugin(PluginKind::balancer, spec.pool.balancer.type);
  const bool refuses = spec.overload && spec.mode == BalancingMode::enforce;
  if (!refuses || entry == nullptr || entry->shed_claims == nullptr) return claims;
  for (auto& claim : entry->shed_claims(spec.pool.balancer.settings))
    claims.push_back({std::move(claim), "spec.overload"});
  return claims;
}

/// The port of `127.0.0.1:9797`; none for 0, which takes a free one.
std::vector<Claimed> listen_claim(const ConfigurationSpec& spec) {
  std::int64_t port = 0;
  for (const char c : spec.listen.substr(spec.listen.rfind(':') + 1)) port = port * 10 + (c - '0');
  if (port == 0) return {};
  return {{Claim{"port", port, port}, "spec.listen"}};
}

std::vector<Claimed> claims_of(const Document& document) {
  if (const auto* policy = std::get_if<ScalingPolicySpec>(&document.spec))
    return plugin_claims(PluginKind::scaler, policy->scale_target, "spec.scaleTarget");
  if (const auto* pool = std::get_if<BalancingPolicySpec>(&document.spec)) return pool_claims(*pool);
  if (const auto* configuration = std::get_if<ConfigurationSpec>(&document.spec)) return listen_claim(*configuration);
  return {};
}

std::string range(const Claim& claim) {
  if (claim.first == claim.last) return claim.first == 0 ? claim.what : fmt::format("{} {}", claim.what, claim.first);
  return fmt::format("{}s {}-{}", claim.what, claim.first, claim.last);
}

std::string overlap(const Claim& mine, const Claim& theirs, const std::string& owner) {
  if (mine == theirs) return fmt::format("{} is already that of {}", range(mine), owner);
  return fmt::format("{} overlaps {} of {}", range(mine), range(theirs), owner);
}

std::optional<Found> bad_member_label(const SignalSpec& signal, const std::string& path) {
  const auto* entry = find_plugin(PluginKind::probe, signal.probe.type);
  if (signal.member_label.empty() || entry == nullptr) return std::nullopt;
  if (entry->schema().find("memberLabel") == nullptr)
    return Found{path + ".memberLabel", fmt::format("{} has no labels", signal.probe.type)};
  if (signal.probe.settings.find("memberLabel") == nullptr) return std::nullopt;
  return Found{path + ".memberLabel", fmt::format("is also among the settings of {}", signal.probe.type)};
}

/// What its source cannot measure here, or not for such a target.
std::optional<Found> bad_source(const SignalSpec& signal, const std::string& path, const std::string& scale_target) {
  const auto* entry = find_plugin(PluginKind::probe, signal.probe.type);
  if (entry == nullptr) return std::nullopt;
  if (auto why = strange_members(*entry, scale_target); !why.empty())
    return Found{fmt::format("{}.{}", path, signal.probe.type), std::move(why)};
  if (auto why = entry->misfit == nullptr ? "" : entry->misfit(signal.probe.settings, target_type(signal));
      !why.empty())
    return Found{path + ".target.type", std::move(why)};
  return std::nullopt;
}

/// Signals are found again by what they ask, so that two that ask the same would share one memory. `scale_target` is
/// empty for a Monitor.
std::optional<Found> bad_signal(const std::vector<SignalSpec>& signals, const std::string& scale_target,
                                const std::string& name_space, const std::vector<Document>& good) {
  std::map<std::string, std::size_t> names;
  std::map<Fingerprint, std::size_t> questions;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    const std::string path = fmt::format("spec.signals[{}]", i);
    const auto [name, fresh] = names.emplace(signals[i].name, i);
    if (!fresh)
      return Found{path + ".name", fmt::format("{} is also the name of signals[{}]", signals[i].name, name->second)};
    if (auto found = bad_member_label(signals[i], path)) return found;
    if (auto found = bad_source(signals[i], path, scale_target)) return found;
    const auto probe = resolved_probe(signals[i], name_space, good);
    if (!probe) return Found{fmt::format("{}.{}.sourceRef.name", path, signals[i].probe.type), probe.error().message};
    const auto [asked, first] = questions.emplace(fingerprint(*probe, PluginKind::probe), i);
    if (!first)
      return Found{fmt::format("{}.{}", path, signals[i].probe.type),
                   fmt::format("asks the same as signals[{}] ({})", asked->second, signals[asked->second].name)};
  }
  return std::nullopt;
}

std::optional<Found> bad_member_signal(const BalancingPolicySpec& pool, const Document& policy,
                                       const std::vector<Document>& good) {
  std::vector<SignalSpec> signals;
  for (const MemberSignalSpec& signal : pool.member_signals) signals.push_back(signal_of(signal, ""));
  const auto& target = std::get<ScalingPolicySpec>(policy.spec).scale_target.type;
  auto found = bad_signal(signals, target, policy.id.name_space, good);
  if (found) found->path.replace(0, std::string_view("spec.signals").size(), "spec.memberSignals");
  return found;
}

/// Whether a signal can say that there is work while nothing runs.
bool can_wake(const SignalSpec& signal) { return signal.target && speaks_at_zero(signal); }

/// What a policy says that one of its parts alone does not.
std::optional<Found> contradicts_itself(const ScalingPolicySpec& policy) {
  if (policy.min_replicas == 0 && std::ranges::none_of(policy.signals, can_wake))
    return Found{
        "spec.minReplicas",
        "0, and no signal has a target that can wake it: it would stay at zero; write 1, or give a signal that "
        "does not measure members an AverageValue or Value target"};
  for (std::size_t i = 0; i < policy.signals.size(); ++i)
    if (policy.signals[i].activation_threshold && !can_wake(policy.signals[i]))
      return Found{fmt::format("spec.signals[{}].activationThreshold", i),
                   "what it measures is of members, and at zero there are none: only a signal of something else, with "
                   "an AverageValue or Value target, can wake"};
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < policy.schedules.size(); ++i)
    if (const auto [name, fresh] = names.emplace(policy.schedules[i].name, i); !fresh)
      return Found{fmt::format("spec.schedules[{}].name", i),
                   fmt::format("{} is also the name of schedules[{}]", name->first, name->second)};
  return std::nullopt;
}

class CrossCheck {
 public:
  explicit CrossCheck(const std::vector<Document>& documents) : documents_(documents) {}

  std::vector<Refusal> run() {
    // What others need is judged before them: sources and receivers, then policies, then pools and the route.
    for (int rank = 0; rank < 3; ++rank)
      for (std::size_t i = 0; i < documents_.size(); ++i)
        if (rank_of(i) == rank) judge(i);
    return std::move(refusals_);
  }

 private:
  [[nodiscard]] int rank_of(std::size_t i) const {
    const Spec& spec = documents_[i].spec;
    if (std::holds_alternative<MetricSourceSpec>(spec) || std::holds_alternative<AlertReceiverSpec>(spec)) return 0;
    return std::holds_alternative<BalancingPolicySpec>(spec) || std::holds_alternative<AlertRouteSpec>(spec) ? 2 : 1;
  }
  void judge(std::size_t i) {
    std::vector<Claimed> claims;
    if (!only_watches(documents_[i])) claims = claims_of(documents_[i]);
    auto found = same_id(i);
    if (!found) found = alone(i);
    if (!found) found = contradicts(claims);
    if (found) {
      const Place place = place_of(documents_[i].root, found->path);
      refusals_.push_back({i, {documents_[i].file, {place, found->path, found->message}, false}});
      return;
    }
    ids_.emplace(documents_[i].id, i);
    if (rank_of(i) == 0) sources_.push_back(documents_[i]);
    for (auto& claim : claims) claims_.emplace_back(std::move(claim), i);
  }
  /// What is in DryRun touches nothing: it may stand beside the owner of its target.
  [[nodiscard]] bool only_watches(const Document& document) const {
    if (const auto* policy = std::get_if<ScalingPolicySpec>(&document.spec)) return policy->mode == Mode::dry_run;
    const auto* pool = std::get_if<BalancingPolicySpec>(&document.spec);
    if (pool == nullptr) return false;
    const auto policy = ids_.find(policy_of(document, *pool));
    return policy != ids_.end() && only_watches(documents_[policy->second]);
  }
  static DocumentId policy_of(const Document& document, const BalancingPolicySpec& pool) {
    return {"ScalingPolicy", document.id.name_space, pool.pool.members_from.scaling_policy_ref.name};
  }
  [[nodiscard]] std::optional<Found> same_id(std::size_t i) const {
    const auto& id = documents_[i].id;
    const auto same = ids_.find(id);
    if (same != ids_.end())
      return Found{"metadata.name", fmt::format("there is already {}", at(documents_[same->second]))};
    if (id.kind != "Configuration" && id.kind != "AlertRoute") return std::nullopt;
    for (const auto& [other, index] : ids_)
      if (other.kind == id.kind)
        return Found{"kind", fmt::format("there can be only one; the other is {}", at(documents_[index]))};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Found> alone(std::size_t i) const {
    const std::string& name_space = documents_[i].id.name_space;
    if (const auto* policy = std::get_if<ScalingPolicySpec>(&documents_[i].spec)) {
      auto found = contradicts_itself(*policy);
      return found ? found : bad_signal(policy->signals, policy->scale_target.type, name_space, sources_);
    }
    if (const auto* monitor = std::get_if<MonitorSpec>(&documents_[i].spec)) {
      auto found = bad_signal(monitor->signals, "", name_space, sources_);
      return found ? found : as_found(wrong_rule(*monitor));
    }
    if (const auto* route = std::get_if<AlertRouteSpec>(&documents_[i].spec))
      return as_found(wrong_receiver(*route, receivers_in(name_space)));
    if (const auto* receiver = std::get_if<AlertReceiverSpec>(&documents_[i].spec)) return bad_fallback(i, *receiver);
    const auto* pool = std::get_if<BalancingPolicySpec>(&documents_[i].spec);
    if (pool == nullptr) return std::nullopt;
    const auto* balancer = find_plugin(PluginKind::balancer, pool->pool.balancer.type);
    if (pool->overload && balancer != nullptr && balancer->shed_claims == nullptr)
      return Found{"spec.overload", fmt::format("{} cannot refuse requests", balancer->name)};
    const DocumentId wanted = policy_of(documents_[i], *pool);
    if (const auto policy = ids_.find(wanted); policy != ids_.end())
      return bad_member_signal(*pool, documents_[policy->second], sources_);
    return Found{"spec.pool.membersFrom.scalingPolicyRef.name", fmt::format("there is no good {}", to_string(wanted))};
  }
  [[nodiscard]] std::vector<std::string> receivers_in(const std::string& name_space) const {
    std::vector<std::string> names;
    for (const auto& [id, index] : ids_)
      if (id.kind == "AlertReceiver" && id.name_space == name_space) names.push_back(id.name);
    return names;
  }
  /// Two may stand in for each other, so that all documents count, not only those that were judged good so far.
  [[nodiscard]] std::optional<Found> bad_fallback(std::size_t i, const AlertReceiverSpec& receiver) const {
    const std::string& name = receiver.fallback_receiver;
    if (name.empty()) return std::nullopt;
    const DocumentId wanted{"AlertReceiver", documents_[i].id.name_space, name};
    if (wanted == documents_[i].id) return Found{"spec.fallbackReceiver", "is this receiver itself"};
    if (std::ranges::find(documents_, wanted, &Document::id) != documents_.end()) return std::nullopt;
    return Found{"spec.fallbackReceiver", fmt::format("there is no good {}", to_string(wanted))};
  }
  [[nodiscard]] std::optional<Found> contradicts(const std::vector<Claimed>& claims) const {
    for (const auto& mine : claims) {
      for (const auto& [theirs, owner] : claims_) {
        if (mine.claim.what != theirs.claim.what || mine.claim.first > theirs.claim.last ||
            theirs.claim.first > mine.claim.last)
          continue;
        return Found{mine.path, overlap(mine.claim, theirs.claim, at(documents_[owner]))};
      }
    }
    return std::nullopt;
  }

  const std::vector<Document>& documents_;
  std::vector<Refusal> refusals_{};
  std::vector<Document> sources_{};  ///< good ones
  std::map<DocumentId, std::size_t> ids_{};
  std::vector<std::pair<Claimed, std::size_t>> claims_{};
};

void warn(const Document& document, std::string path, std::string message, std::vector<FileProblem>& into) {
  const auto place = place_of(document.root, path);
  into.push_back({document.file, {place, std::move(path), std::move(message)}, true});
}

/// A worker that leaves keeps its port until it is gone, so that even as many ports as workers can be too few.
void warn_of_few_ports(const Document& document, const ScalingPolicySpec& policy, std::vector<FileProblem>& into) {
  for (const auto& [claim, path] : claims_of(document)) {
    const auto ports = claim.last - claim.first + 1;
    if (claim.what == "port" && ports < policy.max_replicas)
      warn(document, path + ".ports",
           fmt::format("{} ports are fewer than maxReplicas ({})", ports, policy.max_replicas), into);
  }
}

/// Bounds that do not fit are no error: a maximum that was cut in an emergency must come into force. What holds then is
/// defined: a floor never beats a maximum.
void warn_of_schedules(const Document& document, const ScalingPolicySpec& policy, std::vector<FileProblem>& into) {
  for (std::size_t i = 0; i < policy.schedules.size(); ++i) {
    const auto& schedule = policy.schedules[i];
    const auto path = fmt::format("spec.schedules[{}]", i);
    if (schedule.min_replicas.value_or(0) > policy.max_replicas)
      warn(document, path + ".minReplicas",
           fmt::format("{} is above maxReplicas ({}), which counts", *schedule.min_replicas, policy.max_replicas),
           into);
    if (schedule.max_replicas.value_or(0) > policy.max_replicas)
      warn(document, path + ".maxReplicas",
           fmt::format("{} is above maxReplicas ({}): a schedule can only lower it", *schedule.max_replicas,
                       policy.max_replicas),
           into);
    if (schedule.max_replicas && *schedule.max_replicas < policy.min_replicas)
      warn(document, path + ".maxReplicas",
           fmt::format("{} is below minReplicas ({}), which gives way while the window is open", *schedule.max_replicas,
                       policy.min_replicas),
           into);
  }
}

/// What is said of a signal that may raise replicas and never lower them.
void warn_of_undated(const Document& document, const ScalingPolicySpec& policy, std::vector<FileProblem>& into) {
  for (std::size_t i = 0; i < policy.signals.size(); ++i) {
    const SignalSpec& signal = policy.signals[i];
    const std::string why = signal.target ? undated(signal.probe, signal.stale_after) : "";
    if (!why.empty())
      warn(document, fmt::format("spec.signals[{}].{}", i, signal.probe.type),
           fmt::format("never lets the target shrink: {}; see freshness", why), into);
  }
}

/// No error: without its policy a Monitor must still tell people.
void warn_of_actions(const Document& document, const MonitorSpec& monitor, const std::vector<Document>& documents,
                     std::vector<FileProblem>& into) {
  for (std::size_t i = 0; i < monitor.rules.size(); ++i)
    for (std::size_t k = 0; k < monitor.rules[i].actions.size(); ++k) {
      const PluginRef& action = monitor.rules[i].actions[k].action;
      const auto* entry = find_plugin(PluginKind::action, action.type);
      if (entry == nullptr || entry->changes_policy == nullptr) continue;
      const DocumentId wanted{"ScalingPolicy", document.id.name_space, entry->changes_policy(action.settings)};
      const auto path = fmt::format("spec.rules[{}].actions[{}].{}.scalingPolicyRef.name", i, k, action.type);
      const auto found = std::ranges::find(documents, wanted, &Document::id);
      if (found == documents.end())
        warn(document, path, fmt::format("there is no good {}: nothing would be done", to_string(wanted)), into);
      else if (std::get<ScalingPolicySpec>(found->spec).mode == Mode::dry_run)
        warn(document, path, fmt::format("{} is in DryRun: nothing would be done", to_string(wanted)), into);
    }
}

}  // namespace

std::vector<Refusal> cross_check(const std::vector<Document>& documents) { return CrossCheck(documents).run(); }

std::vector<FileProblem> warnings(const std::vector<Document>& documents) {
  std::vector<FileProblem> result;
  for (const auto& document : documents) {
    if (const auto* monitor = std::get_if<MonitorSpec>(&document.spec))
      warn_of_actions(document, *monitor, documents, result);
    const auto* policy = std::get_if<ScalingPolicySpec>(&document.spec);
    if (policy == nullptr) continue;
    warn_of_few_ports(document, *policy, result);
    warn_of_undated(document, *policy, result);
    warn_of_schedules(document, *policy, result);
    if (std::ranges::none_of(policy->signals, [](const SignalSpec& signal) { return signal.target.has_value(); }))
      warn(document, "spec.signals",
           "no signal has a target: replicas change only to stay within minReplicas and maxReplicas", result);
  }
  return result;
}

}  // namespace ballast
