// The documents that Ballast reads, in the shapes of its API: each kind a spec struct that defines its settings once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "controller/config/alerting_documents.h"
#include "controller/config/balancing_policy.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/time.h"
#include "core/workload.h"
#include "formats/window.h"
#include "probes/prometheus_source.h"
#include "probes/redis_source.h"

namespace ballast {

inline constexpr std::string_view kApiGroup = "ballast.run";
inline constexpr std::string_view kApiVersion = "ballast.run/v1alpha1";
/// On a policy: "true" holds it as it is. Beats all else.
inline constexpr std::string_view kPausedAnnotation = "ballast.run/paused";

struct Metadata {
  std::string name{};
  std::string name_space = "default";
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  bool operator==(const Metadata&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"name", &Metadata::name, "", "Unique within its kind and namespace.",
              Limits{.max = 63, .required = true, .example = "checkout", .format = Format::dns_label}},
        Field{"namespace", &Metadata::name_space, "", "Groups documents; names are looked up in the own namespace.",
              Limits{.min = 1, .max = 63, .example = "shop", .format = Format::dns_label}},
        Field{"labels", &Metadata::labels, "", "For people and their tools."},
        Field{"annotations", &Metadata::annotations, "",
              "`ballast.run/paused: \"true\"` holds a policy as it is; others are for people and their tools."}};
  }
};

/// As in autoscaling/v2.
enum class SignalTargetType : std::uint8_t { average_value, value, utilization };
constexpr auto enum_names(SignalTargetType) {
  return std::array<std::string_view, 3>{"AverageValue", "Value", "Utilization"};
}
struct SignalTargetSpec {
  SignalTargetType type = SignalTargetType::average_value;
  std::optional<Quantity> average_value{};
  std::optional<Quantity> value{};
  std::optional<std::int32_t> average_utilization{};
  bool operator==(const SignalTargetSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"type", &SignalTargetSpec::type, "",
              "AverageValue: the sum over all members, divided by the replicas. Value: the value itself. Utilization: "
              "percent of what members asked for.",
              Limits{.required = true}},
        Field{"averageValue", &SignalTargetSpec::average_value, "of the signal, per replica",
              "The load that one replica shall serve.", Limits{.min = 0.001, .example = "80"}},
        Field{"value", &SignalTargetSpec::value, "of the signal", "What the signal shall be.",
              Limits{.min = 0.001, .example = "100"}},
        Field{"averageUtilization", &SignalTargetSpec::average_utilization, "percent",
              "The utilization that members shall have on average.",
              Limits{.min = 1, .max = 1'000'000, .example = "60"}}};
  }
  static constexpr auto rules() {
    return std::array{rule::exactly_one("averageValue", "value", "averageUtilization"),
                      rule::needs_when("type", "AverageValue", "averageValue"),
                      rule::needs_when("type", "Value", "value"),
                      rule::needs_when("type", "Utilization", "averageUtilization")};
  }
};

struct SignalSpec {
  std::string name{};
  PluginRef probe{};
  std::string member_label{};
  std::optional<SignalTargetSpec> target{};
  std::optional<Duration> interval{};
  Duration stale_after = std::chrono::seconds{60};
  std::optional<Quantity> activation_threshold{};
  bool operator==(const SignalSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"name", &SignalSpec::name, "", "Unique within the policy; shown in status and metrics.",
              Limits{.max = 63, .required = true, .example = "requests", .format = Format::name}},
        Field{"", &SignalSpec::probe, "", "Where the signal comes from: one source, by its name.",
              Limits{.required = true, .plugin = PluginKind::probe}},
        Field{
            "memberLabel", &SignalSpec::member_label, "",
            "The label whose value names a member, of sources with labels (openmetrics, prometheus) that give a value "
            "for each. May also stand among the settings of the source.",
            Limits{.max = 256, .example = "instance"}},
        Field{"target", &SignalSpec::target, "", "What it shall be. Absent: the signal is observed only."},
        Field{"interval", &SignalSpec::interval, "", "Time between two polls. Default: the interval of the policy.",
              Limits{.min = 0.1, .max = 3600, .example = "15s"}},
        Field{"staleAfter", &SignalSpec::stale_after, "",
              "A value older than this, by the clock of its source, is unknown: it may hold or scale up, never down.",
              Limits{.min = 1, .max = 86'400}},
        Field{"activationThreshold", &SignalSpec::activation_threshold, "of the signal",
              "Of a policy with minReplicas 0: strictly above it the signal wakes the target and keeps it awake. "
              "Default 0; not with a Utilization target nor of the source process: at zero there are no members.",
              Limits{.min = 0, .max = 1e15, .example = "5"}}};
  }
  static constexpr auto rules() {
    return std::array{rule::le("interval", "staleAfter"), rule::needs("activationThreshold", "target")};
  }
  static constexpr auto later() { return std::array<std::string_view, 1>{"objective"}; }
};

/// A window of time with bounds of its own.
struct ScheduleSpec {
  std::string name{};
  std::string timezone = "UTC";
  std::string start{};
  std::string end{};
  std::string from{};
  std::string to{};
  std::optional<std::int32_t> min_replicas{};
  std::optional<std::int32_t> max_replicas{};
  std::optional<Freeze> freeze{};
  bool operator==(const ScheduleSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"name", &ScheduleSpec::name, "", "Unique within the policy; named in decisions.",
              Limits{.max = 63, .required = true, .example = "office", .format = Format::name}},
        Field{"timezone", &ScheduleSpec::timezone, "",
              "Whose clocks `start` and `end` are read by; `from` and `to` have an offset of their own. What daylight "
              "saving skips counts when the clocks are past "
              "it; what they show twice counts the first time.",
              Limits{.min = 1, .max = 64, .example = "Europe/Berlin", .format = Format::time_zone}},
        Field{"start", &ScheduleSpec::start, "",
              "When the window opens, again and again: minute, hour, day, month, weekday.",
              Limits{.max = 1024, .example = "0 8 * * MON-FRI", .format = Format::cron}},
        Field{"end", &ScheduleSpec::end, "", "When it closes. Where a start comes at the same minute, it stays open.",
              Limits{.max = 1024, .example = "0 20 * * MON-FRI", .format = Format::cron}},
        Field{"from", &ScheduleSpec::from, "", "When the window opens, once.",
              Limits{.max = 64, .example = "2026-11-27T08:00:00+01:00", .format = Format::timestamp}},
        Field{"to", &ScheduleSpec::to, "", "When it closes; it is no more open at that instant.",
              Limits{.max = 64, .example = "2026-11-27T20:00:00+01:00", .format = Format::timestamp}},
        Field{"minReplicas", &ScheduleSpec::min_replicas, "replicas",
              "Lower bound while the window is open. The highest counts, but never beyond a maximum. That the window "
              "closes is no reason to shrink: signals must prove that, as always.",
              Limits{.min = 0, .max = 100'000, .example = "10"}},
        Field{"maxReplicas", &ScheduleSpec::max_replicas, "replicas",
              "Upper bound while the window is open. The lowest of all counts, the policy's own included.",
              Limits{.min = 0, .max = 100'000, .example = "40"}},
        Field{"freeze", &ScheduleSpec::freeze, "",
              "Which direction stands still while the window is open, whatever signals and bounds ask for."}};
  }
  static constexpr auto rules() {
    return std::array{rule::exactly_one("start", "from"),
                      rule::needs("start", "end"),
                      rule::needs("end", "start"),
                      rule::needs("from", "to"),
                      rule::needs("to", "from"),
                      rule::at_least_one("minReplicas", "maxReplicas", "freeze"),
                      rule::le("minReplicas", "maxReplicas")};
  }
  /// The window of the spec. Errors: invalid. `from` and `to` that are read are points in time.
  [[nodiscard]] Result<Window> window() const;
  [[nodiscard]] Problems check() const;
};

struct ScaleToZeroSpec {
  Duration cooldown_period = std::chrono::minutes{5};
  bool operator==(const ScaleToZeroSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{
        "cooldownPeriod", &ScaleToZeroSpec::cooldown_period, "",
        "How long every signal that can wake must be known, fresh and not above its activationThreshold. It takes "
        "the place of the stabilization window on the way to zero.",
        Limits{.min = 0, .max = 604'800}}};
  }
};

struct ScalingPolicySpec {
  PluginRef scale_target{};
  std::int32_t min_replicas = 1;
  std::int32_t max_replicas = 1;
  Mode mode = Mode::enforce;
  Duration interval = std::chrono::seconds{5};
  std::vector<SignalSpec> signals{};
  std::optional<Behavior> behavior{};
  Combine combine = Combine::max;
  std::vector<ScheduleSpec> schedules{};
  Fallback fallback{};
  ScaleToZeroSpec scale_to_zero{};
  SurgeRules surge{};
  bool operator==(const ScalingPolicySpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"scaleTarget", &ScalingPolicySpec::scale_target, "", "What is scaled: one target, by its type.",
              Limits{.required = true, .plugin = PluginKind::scaler}},
        Field{"minReplicas", &ScalingPolicySpec::min_replicas, "replicas",
              "Lower bound of every decision; 0 only when some signal can wake it.", Limits{.min = 0, .max = 100'000}},
        Field{"maxReplicas", &ScalingPolicySpec::max_replicas, "replicas", "Upper bound of every decision.",
              Limits{.min = 1, .max = 100'000, .required = true, .example = "10"}},
        Field{"mode", &ScalingPolicySpec::mode, "",
              "Enforce acts. ScaleUpOnly never removes. DryRun decides, records and reports, and does not act."},
        Field{"interval", &ScalingPolicySpec::interval, "", "Time between two decisions.",
              Limits{.min = 0.1, .max = 3600}},
        Field{"signals", &ScalingPolicySpec::signals, "", "What decides.", Limits{.max = 64}},
        Field{"behavior", &ScalingPolicySpec::behavior, "",
              "Field for field that of autoscaling/v2; one written for an HPA works as it is. Absent: Ballast's own "
              "hold: up at once to ten times or ten more in 15 s, whichever is more; down after 300 s of proof."},
        Field{"combine", &ScalingPolicySpec::combine, "",
              "Which proposal counts where signals ask for different numbers. An unknown signal never lowers, by "
              "either."},
        Field{"schedules", &ScalingPolicySpec::schedules, "", "Windows of time with bounds of their own.",
              Limits{.max = 64}},
        Field{"fallback", &ScalingPolicySpec::fallback, "", "What holds once a signal has been unknown for long."},
        Field{"scaleToZero", &ScalingPolicySpec::scale_to_zero, "", "Of a policy with minReplicas 0."},
        Field{"surge", &ScalingPolicySpec::surge, "",
              "Raises by the newest samples of a signal where its window is slower, and delays a shrink after that; "
              "limits and bounds hold as ever."}};
  }
  static constexpr auto rules() { return std::array{rule::le("minReplicas", "maxReplicas")}; }
  static constexpr auto later() {
    return std::array<std::string_view, 12>{"approval",       "budget",         "ceilings",          "forecast",
                                            "formula",        "manualOverride", "maxReplicas: auto", "onDelete",
                                            "scaleTargetRef", "suspend",        "vertical",          "weight"};
  }
};

struct MonitorSpec {
  Duration interval = std::chrono::seconds{30};
  std::vector<SignalSpec> signals{};
  std::vector<AlertRuleSpec> rules{};
  bool operator==(const MonitorSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"interval", &MonitorSpec::interval, "", "Time between two evaluations.", Limits{.min = 0.1, .max = 3600}},
        Field{"signals", &MonitorSpec::signals, "", "What is watched.", Limits{.min = 1, .max = 64, .required = true}},
        Field{"rules", &MonitorSpec::rules, "", "When people are told.", Limits{.max = 256}}};
  }
};

/// One connection that many signals use. Its settings are those that the signals' sources have themselves.
struct MetricSourceSpec {
  std::optional<PrometheusSource> prometheus{};
  std::optional<RedisSource> redis{};
  bool operator==(const MetricSourceSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"prometheus", &MetricSourceSpec::prometheus, "", "A Prometheus, or what speaks its HTTP API."},
        Field{"redis", &MetricSourceSpec::redis, "", "A Redis."}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("prometheus", "redis")}; }
  static constexpr auto later() { return std::array<std::string_view, 2>{"allowedNamespaces", "cloudwatch"}; }
};

struct JournalSpec {
  std::string path{};
  Quantity max_size{(std::int64_t{1} << 30) * 1000};
  bool operator==(const JournalSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"path", &JournalSpec::path, "", "The SQLite file. Default: journal.db in the state directory.",
              Limits{.max = 4096, .immutable = true, .example = "/var/lib/ballast/journal.db", .format = Format::path}},
        Field{"maxSize", &JournalSpec::max_size, "bytes", "The oldest history goes when the journal is larger.",
              Limits{.min = 1 << 20, .max = 1e15, .example = "1Gi"}}};
  }
  static constexpr auto later() { return std::array<std::string_view, 2>{"postgresql", "retention"}; }
};

/// What workers of this host never get.
struct HostReserve {
  std::optional<Quantity> memory{};
  bool operator==(const HostReserve&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"memory", &HostReserve::memory, "bytes", "Memory that is never given to workers.",
                            Limits{.min = 0, .max = 1e15, .example = "512Mi"}}};
  }
  /// CPU has no limit per worker yet that could be counted, and a setting that does nothing is worse than none.
  static constexpr auto later() { return std::array<std::string_view, 1>{"cpu"}; }
};

struct ConfigurationSpec {
  std::string listen = "127.0.0.1:9797";
  JournalSpec journal{};
  HostReserve host_reserve{};
  bool operator==(const ConfigurationSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"listen", &ConfigurationSpec::listen, "", "Where the HTTP interface listens. Port 0 takes a free one.",
              Limits{.max = 260, .example = "127.0.0.1:9797", .format = Format::address}},
        Field{"journal", &ConfigurationSpec::journal, "", "Where history is kept."},
        Field{"hostReserve", &ConfigurationSpec::host_reserve, "", "What workers of this host never get."}};
  }
  static constexpr auto later() {
    return std::array<std::string_view, 3>{"externalLabels", "externalURL", "webConfigFile"};
  }
};

/// What names a document. Order: kind, namespace, name.
struct DocumentId {
  std::string kind{};
  std::string name_space{};
  std::string name{};
  auto operator<=>(const DocumentId&) const = default;
};
/// `ScalingPolicy shop/checkout`.
std::string to_string(const DocumentId& id);

using Spec = std::variant<ScalingPolicySpec, BalancingPolicySpec, MonitorSpec, ConfigurationSpec, MetricSourceSpec,
                          AlertReceiverSpec, AlertRouteSpec>;

/// A document that is good by itself.
struct Document {
  std::string file{};           ///< as it was named, `-` for standard input
  std::int32_t position = 0;    ///< among the documents of its file, from 0
  Fingerprint fingerprint = 0;  ///< of `text`
  std::string text{};           ///< as written, without its `---`
  ConfigNode root{};            ///< for the places of what is found later
  DocumentId id{};
  Metadata metadata{};
  Spec spec{};
  [[nodiscard]] bool paused() const;
};

/// Something wrong in a file. A warning refuses nothing.
struct FileProblem {
  std::string file{};
  Problem problem{};
  bool warning = false;
  bool operator==(const FileProblem&) const = default;
};
/// `shop.yaml:14:16: spec.maxReplicas: 0 is below 1`; line and column only where known.
std::string to_string(const FileProblem& problem);

}  // namespace ballast
