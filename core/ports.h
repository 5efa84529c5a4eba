// The ports to systems that Ballast changes. Each has one job; a stateful fake of each in tests/sim passes the same
// contract test as the real ones. All run on the engine's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/observation.h"
#include "core/result.h"
#include "core/task.h"

namespace ballast {

/// A member as its scaler knows it. The engine turns names into ids.
struct ScaledMember {
  std::string name{};     ///< unique for ever within the target: a restarted worker has a new one
  std::string address{};  ///< `127.0.0.1:9001`; empty when it takes no connections
  MemberState state = MemberState::starting;
  TimePoint since{};
  TimePoint started{};
  bool operator==(const ScaledMember&) const = default;
};

struct ScalerView {
  ObservedTarget target{};
  std::vector<ScaledMember> members{};
  std::string note{};  ///< what a person should know: why a member cannot start
};

/// Provides capacity. Members that die are started again by the scaler itself, with backoff.
class Scaler {
 public:
  virtual ~Scaler() = default;
  /// Errors: unavailable, timeout, denied, not_found.
  virtual Task<Result<ScalerView>> observe() = 0;
  /// Makes `replicas` the number of members that exist, once those named in `remove` are gone. Absolute: repeating
  /// it is harmless. A target that `chooses_members` never stops one that is not named, so that it may keep more.
  /// Errors: conflict (the target changed since `observed`), denied, not_found, outcome_unknown.
  virtual Task<Result<Done>> scale(ObservedTarget observed, std::int32_t replicas, std::vector<std::string> remove) = 0;
};

/// A member as its balancer knows it.
struct BalancedMember {
  std::string name{};  ///< as the scaler names it
  std::int32_t weight = 0;
  std::int32_t in_flight = 0;  ///< requests in service and queued for it
  bool healthy = true;
  bool contested = false;
  std::optional<Counters> counters{};
  bool operator==(const BalancedMember&) const = default;
};

struct BalancerView {
  std::vector<BalancedMember> members{};  ///< only those that Ballast put there or was told to weigh
  std::optional<std::int32_t> shed{};     ///< percent of the requests that it refuses; nothing: it cannot tell
};

struct WantedMember {
  std::string name{};
  std::string address{};
  std::int32_t weight = 0;
  bool operator==(const WantedMember&) const = default;
};

/// Distributes load over members, and refuses what is too much for them.
class Balancer {
 public:
  virtual ~Balancer() = default;
  /// Errors: unavailable, timeout, invalid (the pool cannot be used as it is configured).
  virtual Task<Result<BalancerView>> observe() = 0;
  /// Makes the pool hold `wanted`, with these weights; of its other members it removes only those that Ballast added.
  /// Absolute; every change is read back. Errors: outcome_unknown, unavailable, invalid, conflict (contested).
  virtual Task<Result<Done>> apply(std::vector<WantedMember> wanted) = 0;
  /// Makes it refuse this share of the requests, 0 to 100 percent, and tell those that it refuses to come again after
  /// `retry_after`. Absolute; read back. Errors: outcome_unknown, unavailable, denied, not_found (it cannot refuse).
  virtual Task<Result<Done>> shed(std::int32_t percent, Duration retry_after) = 0;
};

/// How an attempt to tell somebody ended. No failure: it was taken.
struct Delivery {
  std::optional<Error> failure{};
  std::optional<Duration> retry_after{};  ///< how long the receiver asks to be left alone
  std::string note{};                     ///< what a person should know though it was taken
  bool operator==(const Delivery&) const = default;
};

/// Tells people.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// One attempt, with a deadline. Repeating it is harmless where the receiver looks at `Notification::key`.
  /// Failures: unavailable, timeout, rate_limited, outcome_unknown (sent, and not answered): try again. invalid,
  /// denied, not_found: this receiver will not take it until somebody changes something. None of them holds a secret.
  virtual Task<Delivery> deliver(Notification notification) = 0;
};

}  // namespace ballast
