// The unit of work: one target with the policy, pools and signals that concern it, compiled from documents.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/alert.h"
#include "core/balancing.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// 64 bits that name a thing by its content (a signal by source and query, a document by its text).
using Fingerprint = std::uint64_t;

enum class TargetType : std::uint8_t {
  none,           ///< observed only: no proposal, no evidence asked of it
  average_value,  ///< the sum over all members, divided by replicas, should be `target`
  value,          ///< the value itself should be `target`; the ratio scales the ready replicas
  utilization,    ///< a percentage of what members asked for
};

/// Name and key are for people; a signal is found again by its fingerprint.
struct Signal {
  std::string name{};
  Fingerprint fingerprint = 0;
  TargetType target_type = TargetType::none;
  std::int64_t target_milli = 0;
  Duration interval = std::chrono::seconds{5};
  Duration stale_after = std::chrono::seconds{60};
  /// Strictly above it the signal wakes the target from zero and keeps it awake. Nothing: it cannot say that there is
  /// work while nothing runs.
  std::optional<std::int64_t> activation_milli{};
  /// Whether a sample's time is the time it was measured. A query without a range carries the evaluation time and
  /// cannot earn a shrink.
  bool proves_age = true;
  bool operator==(const Signal&) const = default;
};

/// `behavior` of autoscaling/v2, with its names, units and defaults.
enum class PolicyType : std::uint8_t { pods, percent };
constexpr auto enum_names(PolicyType) { return std::array<std::string_view, 2>{"Pods", "Percent"}; }
enum class SelectPolicy : std::uint8_t { max, min, disabled };
constexpr auto enum_names(SelectPolicy) { return std::array<std::string_view, 3>{"Max", "Min", "Disabled"}; }
struct RatePolicy {
  PolicyType type = PolicyType::percent;
  std::int32_t value = 100;
  std::int32_t period_seconds = 15;
  bool operator==(const RatePolicy&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"type", &RatePolicy::type, "", "Whether value counts pods or percent of the replicas.",
                            Limits{.required = true}},
                      Field{"value", &RatePolicy::value, "pods or percent", "How much may change within a period.",
                            Limits{.min = 1, .max = 1e9, .required = true}},
                      Field{"periodSeconds", &RatePolicy::period_seconds, "s", "The period that value is counted over.",
                            Limits{.min = 1, .max = 1800, .required = true}}};
  }
};
struct ScalingRules {
  std::optional<std::int32_t> stabilization_window_seconds{};
  SelectPolicy select_policy = SelectPolicy::max;
  std::vector<RatePolicy> policies{};
  std::optional<Quantity> tolerance{};
  bool operator==(const ScalingRules&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"stabilizationWindowSeconds", &ScalingRules::stabilization_window_seconds, "s",
              "The past proposals that are considered: the lowest of them on the way up, the highest on the way down. "
              "Default 0 up, 300 down.",
              Limits{.min = 0, .max = 3600}},
        Field{"selectPolicy", &ScalingRules::select_policy, "",
              "Which of the policies counts; Disabled forbids this direction."},
        Field{"policies", &ScalingRules::policies, "",
              "Limits of the rate of change. Default up: 4 Pods and 100 Percent in 15 s; down: 100 Percent in 15 s.",
              Limits{.min = 1}},
        Field{"tolerance", &ScalingRules::tolerance, "ratio",
              "How far a value may be from its target before replicas change. Default 0.1.", Limits{.min = 0}}};
  }
};
struct Behavior {
  ScalingRules scale_up{};
  ScalingRules scale_down{};
  bool operator==(const Behavior&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"scaleUp", &Behavior::scale_up, "", "How replicas may grow."},
                      Field{"scaleDown", &Behavior::scale_down, "", "How replicas may shrink."}};
  }
};

/// Which proposal counts where signals ask for different numbers. What is unknown never lowers either.
enum class Combine : std::uint8_t { max, min };
constexpr auto enum_names(Combine) { return std::array<std::string_view, 2>{"Max", "Min"}; }

/// Which direction stands still while a schedule's window is open.
enum class Freeze : std::uint8_t { scale_down, scale_up, all };
constexpr auto enum_names(Freeze) { return std::array<std::string_view, 3>{"ScaleDown", "ScaleUp", "All"}; }

/// What holds while a window of time is open. When that is, the engine resolves: policies see open windows only, as
/// places in `Workload::schedules`.
struct Schedule {
  std::string name{};
  std::optional<std::int32_t> min_replicas{};  ///< the highest of the open ones counts, but never beyond a maximum
  std::optional<std::int32_t> max_replicas{};  ///< the lowest of the open ones and the policy's own counts
  std::optional<Freeze> freeze{};
  bool operator==(const Schedule&) const = default;
};

/// What a signal with a target asks for once it was unknown for long. Never fewer than there are.
enum class FallbackBehavior : std::uint8_t { current_replicas, current_replicas_if_higher, at_least };
constexpr auto enum_names(FallbackBehavior) {
  return std::array<std::string_view, 3>{"CurrentReplicas", "CurrentReplicasIfHigher", "Static"};
}
struct Fallback {
  Duration after = std::chrono::minutes{3};
  FallbackBehavior behavior = FallbackBehavior::current_replicas;
  std::optional<std::int32_t> replicas{};
  bool wake_from_zero = true;
  bool operator==(const Fallback&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"after", &Fallback::after, "", "How long a signal with a target must be unknown.",
              Limits{.min = 0, .max = 86'400}},
        Field{"behavior", &Fallback::behavior, "",
              "What such a signal then asks for: CurrentReplicas, as many as there are; CurrentReplicasIfHigher or "
              "Static, at least `replicas`. Never fewer than there are, so that the two are the same here.",
              Limits{}},
        Field{"replicas", &Fallback::replicas, "replicas", "Of CurrentReplicasIfHigher and Static.",
              Limits{.min = 0, .max = 100'000, .example = "10"}},
        Field{"wakeFromZero", &Fallback::wake_from_zero, "",
              "Whether a signal that is unknown for that long wakes a target that is at zero."}};
  }
  static constexpr auto rules() {
    return std::array{rule::needs_when("behavior", "Static", "replicas"),
                      rule::needs_when("behavior", "CurrentReplicasIfHigher", "replicas")};
  }
};

enum class Mode : std::uint8_t { enforce, scale_up_only, dry_run };
constexpr auto enum_names(Mode) { return std::array<std::string_view, 3>{"Enforce", "ScaleUpOnly", "DryRun"}; }

/// Of a stage that may be tried before it is trusted.
enum class StageMode : std::uint8_t { enforce, dry_run, off };
constexpr auto enum_names(StageMode) { return std::array<std::string_view, 3>{"Enforce", "DryRun", "Off"}; }

/// The surge stage: raises ahead of a window's mean, and delays a shrink.
struct SurgeRules {
  StageMode mode = StageMode::enforce;
  bool operator==(const SurgeRules&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"mode", &SurgeRules::mode, "",
                            "Enforce raises and holds; DryRun only leaves its steps; Off does nothing."}};
  }
};

/// A load balancer's backend that the members of the target stand in.
struct Pool {
  std::string name{};  ///< `haproxy:web`, for people
  Fingerprint fingerprint = 0;
  std::int32_t full_weight = 100;
  Duration drain_timeout = std::chrono::seconds{30};    ///< then a member goes even with requests in flight
  std::optional<OutlierDetection> outlier_detection{};  ///< absent: nobody is ejected
  std::vector<MemberSignal> member_signals{};
  std::optional<SlowStart> slow_start{};  ///< absent: new members begin with their full weight
  Balance balance{};
  std::optional<Overload> overload{};  ///< absent: nothing is refused
  bool dry_run = false;                ///< ejections, balance and refusals are decided and told, not done
  bool operator==(const Pool&) const = default;
};

struct Workload {
  std::string name{};         ///< `namespace/name` of the policy, `ballast/self` for Ballast itself
  std::string target_kind{};  ///< `process`, `Deployment`, …
  std::string target_name{};  ///< within its kind
  Fingerprint document = 0;   ///< of the texts this was compiled from
  std::int32_t min_replicas = 1;
  std::int32_t max_replicas = 1;
  Mode mode = Mode::enforce;
  Duration interval = std::chrono::seconds{5};
  std::vector<Signal> signals{};
  Combine combine = Combine::max;
  std::optional<Behavior> behavior{};  ///< absent: Ballast's own hold
  std::vector<Schedule> schedules{};
  Fallback fallback{};
  Duration zero_cooldown = std::chrono::minutes{5};  ///< how long nothing must be active before zero
  SurgeRules surge{};
  std::vector<Pool> pools{};
  std::vector<AlertRule> alerts{};
  bool operator==(const Workload&) const = default;
};

}  // namespace ballast
