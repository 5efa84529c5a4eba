// What one workload carries from tick to tick: the result of folding its frames.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/memory.h"
#include "core/plan.h"
#include "core/status.h"

namespace ballast {

/// A member's number and the name its scaler, pool or label gives it.
struct MemberName {
  MemberId id = kNoMember;
  std::string name{};
  bool operator==(const MemberName&) const = default;
};

/// The names of a workload's members, both ways. Numbers start at 1 and are never given twice.
class MemberNames {
 public:
  [[nodiscard]] std::optional<MemberId> id_of(std::string_view name) const;
  /// Empty for a number without a name.
  [[nodiscard]] std::string_view name_of(MemberId id) const;
  /// The number that the next new name gets.
  [[nodiscard]] MemberId next() const { return next_; }
  /// Also moves `next` past the number. Repeating it is harmless.
  void add(const MemberName& member);
  void forget(MemberId id);
  /// Numbers below `next` stay used even when their names are forgotten.
  void reserve(MemberId next);
  [[nodiscard]] const std::map<MemberId, std::string>& by_id() const { return names_; }
  bool operator==(const MemberNames&) const = default;

 private:
  std::map<MemberId, std::string> names_{};
  std::map<std::string, MemberId, std::less<>> ids_{};
  MemberId next_{1};
};

/// What was decided, in the words that make a decision another one: result, reason, limit, whom a person holds.
struct Decision {
  std::int32_t replicas = 0;
  Reason reason = Reason::none;  ///< the step that set the result
  Reason limit = Reason::none;  ///< the bound, rate, window, allowance or guard that kept the result from going further
  std::vector<MemberId> contested{};  ///< left alone, as a person wants; in the order of the plan
  std::vector<MemberId> ejected{};    ///< for an outlier, or left in though it is one; in the order of the plan
  std::vector<PoolId> refusing{};     ///< requests, or would in a dry run; in the order of the plan
  std::vector<TimePoint> orders{};    ///< when those of people that are in force were given
  bool operator==(const Decision&) const = default;
};

struct WorkloadState {
  Memory memory{};
  Status status{};
  MemberNames names{};
  std::uint64_t sequence = 0;          ///< of the last frame folded in; the first frame is 1
  std::optional<Decision> decision{};  ///< of that frame
  bool operator==(const WorkloadState&) const = default;
};

}  // namespace ballast
