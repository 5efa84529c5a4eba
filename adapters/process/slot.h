// The places that a policy's workers stand in, and what is decided about them without asking anybody. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/process/descriptor.h"
#include "adapters/process/handle.h"
#include "adapters/process/spec.h"
#include "adapters/process/token.h"
#include "core/ports.h"

namespace ballast {

/// Answers of one kind of check of one worker.
struct CheckCounts {
  std::int32_t good = 0;  ///< in a row
  std::int32_t bad = 0;   ///< in a row
  bool answered = false;
  bool running = false;
  TimePoint next{};  ///< not before
  void count(bool is_good) {
    answered = true;
    good = is_good ? good + 1 : 0;
    bad = is_good ? 0 : bad + 1;
  }
};

struct Worker {
  WorkerToken token{};
  ProcessHandle handle{0};
  Descriptor status{};   ///< open while its shim is at work
  bool adopted = false;  ///< found, not started, by this scaler
  TimePoint started{};
  MemberState state = MemberState::starting;
  TimePoint since{};
  CheckCounts ready{};
  CheckCounts live{};
  std::optional<TimePoint> first_ready{};
  std::string start_failure{};         ///< why its shim could not become it
  std::string condemned{};             ///< why it is stopped to be replaced
  std::optional<TimePoint> kill_at{};  ///< it was asked to end; SIGKILL then
  bool killed = false;
  void become(MemberState next, TimePoint now) {
    if (state == next) return;
    state = next;
    since = now;
    if (next == MemberState::ready && !first_ready) first_ready = now;
  }
};

/// A worker, or the wait for one: a dead worker's replacement takes its slot.
struct Slot {
  std::optional<Worker> worker{};
  bool leaving = false;                ///< told to go: the slot ends with its worker
  std::int32_t failures = 0;           ///< deaths without ten good minutes between them
  TimePoint retry_at{};                ///< no replacement before
  std::optional<ScaledMember> dead{};  ///< the last worker, while nothing has replaced it
  std::string problem{};               ///< of the last worker, for people
};

/// A life as long as this is no failure. Source: the kubelet's crash loop resets after ten minutes.
inline constexpr Duration kGoodLife = std::chrono::minutes{10};
/// Without a check a worker is ready when it has lived for this.
inline constexpr Duration kReadyAge = std::chrono::seconds{1};

/// 1 -> initial, 2 -> twice that, … at most max.
Duration restart_delay(const RestartBackoff& backoff, std::int32_t failures);

/// How a worker is shown.
ScaledMember member_of(const Worker& worker);

/// What its ready check has shown so far makes of it. A worker that was found needs one good answer only.
void judge_ready(Worker& worker, const ReadyCheck& check, TimePoint now);

/// Whether a check may begin now.
bool is_due(const CheckCounts& counts, TimePoint first, TimePoint now);

/// Its worker has died: a replacement comes later. `problem` says how, for people.
void bury(Slot& slot, const RestartBackoff& backoff, std::string problem, TimePoint now);

/// FNV-1a over what a worker is made from.
Fingerprint generation_of(const ProcessTarget& target);

}  // namespace ballast
