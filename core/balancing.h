// How load is spread over the members of a pool: which of them are outliers, how long those stay out, how a member
// begins; and how much of it is refused when there is too much. Names, units and meanings are Envoy's, the defaults
// those of Ballast's documents. Source: Envoy 1.30, envoy.config.cluster.v3.OutlierDetection and
// Cluster.SlowStartConfig; Istio's minHealthPercent.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "core/field.h"
#include "core/rules.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// Out, whose success rate is below the mean of all by more than a multiple of their standard deviation.
struct SuccessRate {
  std::int32_t minimum_hosts = 5;
  std::int32_t request_volume = 100;
  std::int32_t stdev_factor = 1900;
  bool operator==(const SuccessRate&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"minimumHosts", &SuccessRate::minimum_hosts, "members",
              "How many members with enough requests it takes to compare them.", Limits{.min = 2, .max = 100'000}},
        Field{"requestVolume", &SuccessRate::request_volume, "requests",
              "Answers within an interval that make a member comparable.", Limits{.min = 1, .max = 1e9}},
        Field{"stdevFactor", &SuccessRate::stdev_factor, "thousandths",
              "Below the mean by this many thousandths of a standard deviation is an outlier: 1900 is 1.9. 0: off.",
              Limits{.min = 0, .max = 100'000}}};
  }
};

/// Out, of whose answers too many are failures, whatever the others do.
struct FailurePercentage {
  std::int32_t threshold = 85;
  std::int32_t minimum_hosts = 2;
  std::int32_t request_volume = 20;
  bool operator==(const FailurePercentage&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"threshold", &FailurePercentage::threshold, "%",
                            "This share of failures within an interval, or more, is an outlier. 0: off.",
                            Limits{.min = 0, .max = 100}},
                      Field{"minimumHosts", &FailurePercentage::minimum_hosts, "members",
                            "How many members with enough requests it takes.", Limits{.min = 1, .max = 100'000}},
                      Field{"requestVolume", &FailurePercentage::request_volume, "requests",
                            "Answers within an interval that a member must have given.", Limits{.min = 1, .max = 1e9}}};
  }
};

/// Out, which answers many times slower than the median of all. Envoy has no such detector.
struct LatencyOutlier {
  double factor = 3;
  std::int32_t minimum_hosts = 3;
  std::int32_t request_volume = 5;
  Duration at_least = std::chrono::milliseconds{20};
  bool operator==(const LatencyOutlier&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"factor", &LatencyOutlier::factor, "",
              "More than this many times the median of the members is an outlier. 0: off.",
              Limits{.min = 0, .max = 1000}},
        Field{"minimumHosts", &LatencyOutlier::minimum_hosts, "members",
              "How many members with enough requests it takes to compare them.", Limits{.min = 3, .max = 100'000}},
        Field{"requestVolume", &LatencyOutlier::request_volume, "requests",
              "Answers within an interval that make a member comparable.", Limits{.min = 1, .max = 1e9}},
        Field{"atLeast", &LatencyOutlier::at_least, "", "A mean below this is no outlier, whatever the others do.",
              Limits{.min = 0, .max = 3600}}};
  }
};

struct OutlierDetection {
  std::int32_t consecutive_5xx = 5;
  Duration interval = std::chrono::seconds{10};
  Duration base_ejection_time = std::chrono::seconds{30};
  Duration max_ejection_time = std::chrono::seconds{300};
  std::int32_t max_ejection_percent = 10;
  bool always_eject_one_host = true;
  std::int32_t min_health_percent = 50;
  SuccessRate success_rate{};
  FailurePercentage failure_percentage{};
  LatencyOutlier latency{};
  bool operator==(const OutlierDetection&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"consecutive5xx", &OutlierDetection::consecutive_5xx, "answers",
              "A member whose last answers were all 5xx, at least this many, is ejected at once. Answers are counted "
              "from poll to poll: one other answer between two polls ends the row. 0: off.",
              Limits{.min = 0, .max = 1e6}},
        Field{"interval", &OutlierDetection::interval, "",
              "How long answers are counted before members are compared by success rate, failures and latency.",
              Limits{.min = 0.5, .max = 3600}},
        Field{"baseEjectionTime", &OutlierDetection::base_ejection_time, "",
              "How long an ejected member gets nothing, times how often it was ejected lately.",
              Limits{.min = 0.1, .max = 86'400}},
        Field{"maxEjectionTime", &OutlierDetection::max_ejection_time, "", "The most that it gets nothing.",
              Limits{.min = 0.1, .max = 86'400}},
        Field{"maxEjectionPercent", &OutlierDetection::max_ejection_percent, "%",
              "The largest share of a pool that may be ejected.", Limits{.min = 0, .max = 100}},
        Field{"alwaysEjectOneHost", &OutlierDetection::always_eject_one_host, "",
              "Whether one member may be ejected though it is a larger share than that."},
        Field{"minHealthPercent", &OutlierDetection::min_health_percent, "%",
              "An ejection never leaves fewer members of a pool than this with load; when so few are left for another "
              "reason, the ejected ones return: then it is the detector that is not trusted.",
              Limits{.min = 0, .max = 100}},
        Field{"successRate", &OutlierDetection::success_rate, "", "Compares the members' share of answers below 500."},
        Field{"failurePercentage", &OutlierDetection::failure_percentage, "",
              "Judges each member's share of failures."},
        Field{"latency", &OutlierDetection::latency, "", "Compares the members' mean time to answer."}};
  }
  static constexpr auto rules() { return std::array{rule::le("baseEjectionTime", "maxEjectionTime")}; }
};

/// A signal that gives a value for each member: out, whose value is many times the median of all.
struct MemberSignal {
  std::uint64_t signal = 0;  ///< its fingerprint; it stands among the workload's signals
  double factor = 3;
  std::int32_t minimum_hosts = 3;
  double at_least = 0;  ///< of the signal; below this nobody is an outlier
  bool operator==(const MemberSignal&) const = default;
};

/// A member begins with a part of its weight. Envoy's formula: the share is the passed part of the window to the power
/// of 1 / aggression, and never below the minimum.
struct SlowStart {
  Duration window = std::chrono::seconds{30};
  double aggression = 1.0;
  std::int32_t min_weight_percent = 10;
  bool operator==(const SlowStart&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"window", &SlowStart::window, "", "How long it takes to the full weight.", Limits{.min = 0, .max = 3600}},
        Field{"aggression", &SlowStart::aggression, "", "1 is a straight line, more begins faster.",
              Limits{.min = 0.1, .max = 100}},
        Field{"minWeightPercent", &SlowStart::min_weight_percent, "%", "Of the full weight, from the first moment on.",
              Limits{.min = 1, .max = 100}}};
  }
};

/// What makes a member hot: requests in flight, or the time to answer.
enum class BalanceBy : std::uint8_t { none, load, latency };
constexpr auto enum_names(BalanceBy) { return std::array<std::string_view, 3>{"None", "Load", "Latency"}; }

struct Balance {
  BalanceBy by = BalanceBy::none;
  std::int32_t min_weight_percent = 10;
  bool operator==(const Balance&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"by", &Balance::by, "",
              "What is brought into line by shifting weight from hot members to cool ones: None, Load (requests in "
              "flight) or Latency (mean time to answer)."},
        Field{"minWeightPercent", &Balance::min_weight_percent, "%", "No member gets less of the full weight for it.",
              Limits{.min = 1, .max = 100}}};
  }
};

/// What is refused when everything is at its maximum.
struct Overload {
  std::int32_t utilization_above = 95;
  bool only_at_max_replicas = true;
  Duration retry_after = std::chrono::seconds{5};
  std::int32_t max_percent = 30;
  bool operator==(const Overload&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"utilizationAbove", &Overload::utilization_above, "%",
              "So much of what the members carry is let in; the rest is refused, once that is 5 % of the requests or "
              "more. "
              "A member carries all of its resource where the target is a utilization, else 1.25 times its target: "
              "targets "
              "leave room. Nothing is refused while fewer members would carry all at their targets.",
              Limits{.min = 1, .max = 1000}},
        Field{"onlyAtMaxReplicas", &Overload::only_at_max_replicas, "",
              "true: nothing is refused before maxReplicas members serve. false: what those that serve cannot carry is "
              "refused while others start, too, and members are added for what is refused."},
        Field{"retryAfter", &Overload::retry_after, "",
              "What a refused request is told to wait, in whole seconds, where the balancer's line takes it from "
              "Ballast.",
              Limits{.min = 1, .max = 3600}},
        Field{"maxPercent", &Overload::max_percent, "%", "The largest share of the requests that is refused.",
              Limits{.min = 5, .max = 90}}};
  }
  static constexpr auto later() { return std::array<std::string_view, 2>{"action", "status"}; }
};

/// The share of its requests that a pool's balancer refuses.
struct Shed {
  PoolId pool{};
  std::int32_t percent = 0;
  bool operator==(const Shed&) const = default;
};

}  // namespace ballast
