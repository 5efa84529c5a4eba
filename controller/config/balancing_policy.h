// The spec of a BalancingPolicy: a pool, who stands in it, and how load is spread over them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/balancing.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/time.h"

namespace ballast {

/// A document of the same namespace, by its name.
struct ObjectRef {
  std::string name{};
  bool operator==(const ObjectRef&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"name", &ObjectRef::name, "", "Of a document in the same namespace.",
                            Limits{.max = 63, .required = true, .example = "checkout", .format = Format::dns_label}}};
  }
};

struct MembersFromSpec {
  ObjectRef scaling_policy_ref{};
  bool operator==(const MembersFromSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"scalingPolicyRef", &MembersFromSpec::scaling_policy_ref, "",
                            "The policy whose members stand in the pool.", Limits{.required = true}}};
  }
};

struct PoolSpec {
  PluginRef balancer{};
  MembersFromSpec members_from{};
  bool operator==(const PoolSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"", &PoolSpec::balancer, "", "The load balancer: one, by its name.",
              Limits{.required = true, .plugin = PluginKind::balancer}},
        Field{"membersFrom", &PoolSpec::members_from, "", "Who stands in the pool.", Limits{.required = true}}};
  }
  static constexpr auto later() { return std::array<std::string_view, 1>{"members"}; }
};

/// A signal of each member, by which they are compared.
struct MemberSignalSpec {
  std::string name{};
  PluginRef probe{};
  std::string member_label{};
  std::optional<Duration> interval{};
  Duration stale_after = std::chrono::seconds{60};
  double factor = 3;
  std::int32_t minimum_hosts = 3;
  Quantity at_least{};
  bool operator==(const MemberSignalSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"name", &MemberSignalSpec::name, "", "Shown in status and decisions, behind the name of the pool.",
              Limits{.max = 63, .required = true, .example = "errors", .format = Format::name}},
        Field{"", &MemberSignalSpec::probe, "", "Where it comes from: one source, by its name.",
              Limits{.required = true, .plugin = PluginKind::probe}},
        Field{"memberLabel", &MemberSignalSpec::member_label, "",
              "The label whose value names a member, of sources with labels.",
              Limits{.max = 256, .example = "instance"}},
        Field{"interval", &MemberSignalSpec::interval, "",
              "Time between two polls. Default: the interval of the policy.",
              Limits{.min = 0.1, .max = 3600, .example = "15s"}},
        Field{"staleAfter", &MemberSignalSpec::stale_after, "", "A value older than this ejects nobody.",
              Limits{.min = 1, .max = 86'400}},
        Field{"factor", &MemberSignalSpec::factor, "", "More than this many times the median is an outlier.",
              Limits{.min = 1, .max = 1e6}},
        Field{"minimumHosts", &MemberSignalSpec::minimum_hosts, "members",
              "How many members with a value it takes to compare them.", Limits{.min = 2, .max = 100'000}},
        Field{"atLeast", &MemberSignalSpec::at_least, "of the signal",
              "A value below this is no outlier, whatever the others have.",
              Limits{.min = 0, .max = 1e15, .required = true, .example = "5"}}};
  }
  static constexpr auto rules() { return std::array{rule::le("interval", "staleAfter")}; }
};

/// In a dry run members join and leave all the same: a pool that keeps new members out of the load tries nothing out.
enum class BalancingMode : std::uint8_t { enforce, dry_run };
constexpr auto enum_names(BalancingMode) { return std::array<std::string_view, 2>{"Enforce", "DryRun"}; }

struct BalancingPolicySpec {
  BalancingMode mode = BalancingMode::enforce;
  PoolSpec pool{};
  std::int32_t full_weight = 100;
  Duration drain_timeout = std::chrono::seconds{30};
  std::optional<OutlierDetection> outlier_detection{};
  std::vector<MemberSignalSpec> member_signals{};
  std::optional<SlowStart> slow_start{};
  Balance balance{};
  std::optional<Overload> overload{};
  bool operator==(const BalancingPolicySpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"mode", &BalancingPolicySpec::mode, "",
              "Enforce acts. DryRun decides what outlierDetection, balance and overload would do, records it and does "
              "nothing of it; members join and leave as the ScalingPolicy needs."},
        Field{"pool", &BalancingPolicySpec::pool, "", "Which backend holds which members.", Limits{.required = true}},
        Field{"fullWeight", &BalancingPolicySpec::full_weight, "", "Weight of a member that takes its full share.",
              Limits{.min = 1, .max = 256}},
        Field{"drainTimeout", &BalancingPolicySpec::drain_timeout, "",
              "A member that is leaving goes after this even with requests in flight.",
              Limits{.min = 0, .max = 86'400}},
        Field{"outlierDetection", &BalancingPolicySpec::outlier_detection, "",
              "Members that fail or answer far slower than the others get nothing for a while. Absent: nobody is "
              "ejected; `{}` takes every default."},
        Field{"memberSignals", &BalancingPolicySpec::member_signals, "",
              "Signals that give a value for each member, in any unit: whose value is far above the others' is an "
              "outlier too.",
              Limits{.max = 16}},
        Field{"slowStart", &BalancingPolicySpec::slow_start, "",
              "A new member begins with a part of its weight. Absent: only one that was ejected does, with the "
              "defaults."},
        Field{"balance", &BalancingPolicySpec::balance, "", "Shifts weight from hot members to cool ones."},
        Field{"overload", &BalancingPolicySpec::overload, "",
              "When everything is at its maximum a share of the requests is refused with 503 and Retry-After. Absent: "
              "nothing is; `{}` takes every default. The balancer needs a line for it: see its `shedVariable`."}};
  }
  static constexpr auto rules() { return std::array{rule::needs("memberSignals", "outlierDetection")}; }
};

}  // namespace ballast
