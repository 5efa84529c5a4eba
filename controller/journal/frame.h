// What the journal holds, as values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/engine/state.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/time.h"
#include "core/workload.h"

namespace ballast {

/// One tick of one workload: all that its evaluation was given, and 8 bytes to check what came out.
struct Frame {
  std::string workload{};
  std::uint64_t sequence = 0;             ///< one more than the frame before; the first is 1
  Fingerprint document = 0;               ///< what the workload was compiled from
  std::vector<MemberName> new_members{};  ///< seen for the first time in this tick
  Observation observation{};
  std::uint64_t digest = 0;  ///< of plan and memory after the tick (codec.h)
  bool operator==(const Frame&) const = default;
};

/// What a step of a record is about, by name.
struct SubjectName {
  Subject subject{};
  std::string name{};
  bool operator==(const SubjectName&) const = default;
};

/// A decision with all its steps, for people; kept longer than frames.
struct Record {
  std::string workload{};
  std::uint64_t sequence = 0;  ///< of its frame
  TimePoint at{};
  Fingerprint document = 0;
  std::int32_t replicas_before = 0;  ///< that the target had been told
  std::int32_t replicas_after = 0;
  Reason reason = Reason::none;
  Reason limit = Reason::none;
  std::vector<Step> steps{};
  std::vector<SubjectName> names{};
  std::vector<Order> orders{};  ///< of people, in force then
  bool operator==(const Record&) const = default;
};

/// A part of a snapshot. A part of another revision or fingerprint than the reader's is dropped, not guessed at.
struct Part {
  std::string name{};           ///< `scale`, `members`, `signal`, `names`, `status`, …
  Fingerprint fingerprint = 0;  ///< of a signal; else 0
  std::uint32_t revision = 0;
  std::string bytes{};
  bool operator==(const Part&) const = default;
};

/// State after the frame `sequence`.
/// Shared with whoever holds the documents. Null: not given.
using DocumentText = std::shared_ptr<const std::string>;

struct Snapshot {
  std::string workload{};
  std::uint64_t sequence = 0;
  TimePoint at{};
  Fingerprint document = 0;
  std::vector<Part> parts{};
  bool operator==(const Snapshot&) const = default;
};

/// What a workload is rebuilt from.
struct Recovered {
  Snapshot snapshot{};          ///< without parts and of sequence 0 when there is none: the frames begin at the first
  std::vector<Frame> frames{};  ///< after the snapshot, in order
  /// Empty, or what could not be read: the newest snapshot is broken, frames are missing. What is left is still in
  /// order, but state folded over a hole is not what it was.
  std::string damage{};
  bool operator==(const Recovered&) const = default;
};

enum class Durability : std::uint8_t {
  normal,  ///< survives a crash of the process; a power cut may lose the newest
  full,    ///< on the disk when it returns
};

/// What the journal could not write.
struct Gap {
  std::string why{};               ///< of the newest failure
  std::uint64_t frames_lost = 0;   ///< since the gap began
  std::uint64_t records_held = 0;  ///< wait in memory for the disk
  std::uint64_t records_lost = 0;  ///< more than memory may hold
  bool operator==(const Gap&) const = default;
};

}  // namespace ballast
