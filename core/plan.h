// What shall be done for one workload, and each step of how that was decided.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/alert.h"
#include "core/balancing.h"
#include "core/reason.h"
#include "core/signal.h"

namespace ballast {

enum class Stage : std::uint8_t {
  activation,
  quality,
  propose,
  combine,
  surge_and_forecast,
  redistribute,
  bounds_and_behavior,
  allowance,
  approval,
  guard,
  members,
  overload,
};
constexpr const char* to_string(Stage stage) {
  constexpr const char* kNames[] = {"activation",
                                    "quality",
                                    "propose",
                                    "combine",
                                    "surge and forecast",
                                    "redistribute",
                                    "bounds and behavior",
                                    "allowance",
                                    "approval",
                                    "guard",
                                    "members",
                                    "overload"};
  return kNames[static_cast<std::size_t>(stage)];
}

/// What a step is about: a signal, pool or schedule (`window`) by its place in the workload, or a member by its id.
struct Subject {
  enum class Kind : std::uint8_t { workload, signal, pool, member, window };
  Kind kind = Kind::workload;
  std::uint32_t index = 0;
  bool operator==(const Subject&) const = default;
};

/// A stage changed something, or was the reason that nothing changed.
struct Step {
  Stage stage = Stage::activation;
  Subject subject{};
  std::int32_t before = 0;  ///< replicas
  std::int32_t after = 0;
  Reason reason = Reason::none;
  std::array<double, 4> numbers{};  ///< as the reason's table line says
  bool dry_run = false;
  bool operator==(const Step&) const = default;
};

/// Whether the whole policy is tried; a stage or a pool may be tried alone. What was refused before is let in again in
/// earnest.
inline bool is_dry_run(const std::vector<Step>& steps) {
  const auto tried = [](const Step& step) {
    return step.dry_run || step.reason == Reason::overload_fades || step.reason == Reason::overload_over;
  };
  return std::ranges::any_of(steps, &Step::dry_run) && std::ranges::all_of(steps, tried);
}

enum class Fate : std::uint8_t {
  keep,
  retire,  ///< weight 0 everywhere, until nothing is in flight
  remove,  ///< out of every pool: the scaler may stop it
};

struct Weight {
  PoolId pool{};
  std::int32_t weight = 0;
  bool operator==(const Weight&) const = default;
};

/// `weights` lists the pools the member shall stand in; a pool not listed shall not hold it.
struct MemberPlan {
  MemberId id = kNoMember;
  Fate fate = Fate::keep;
  std::vector<Weight> weights{};
  bool operator==(const MemberPlan&) const = default;
};

struct Plan {
  std::int32_t replicas = 0;  ///< decided: members that shall serve
  std::int32_t wanted = 0;    ///< before the allowance
  /// What the scaler shall be told now: members that shall exist once those with Fate::remove are gone, retiring
  /// ones included. Nothing: do not touch the target.
  std::optional<std::int32_t> write{};
  bool touch_pools = false;  ///< some member's weights differ from what was observed
  std::vector<MemberPlan> members{};
  std::vector<Shed>
      sheds{};  ///< what balancers shall be told to refuse now; a pool that is not there goes on as it does
  std::vector<Step> steps{};
  std::vector<AlertTransition> alerts{};
  bool operator==(const Plan&) const = default;
};

}  // namespace ballast
