// Values to compact bytes and back. What is read back is equal in every bit; foreign bytes give an error, never a
// crash and never more memory than a small multiple of their length.
//
// A text is: revision (varint), the value (archive.h), 4 bytes of hash over both. SQLite checks pages in its log, not
// in its database: the hash is what tells a snapshot that rotted from one that can be trusted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/engine/state.h"
#include "controller/journal/frame.h"
#include "core/memory.h"
#include "core/plan.h"
#include "core/result.h"

namespace ballast {

/// Of the texts below. Raised when a member is added. Ticks and records of other revisions are not read.
inline constexpr std::uint32_t kRevision = 5;
/// Snapshots since then have the same members; parts have revisions of their own. The daemon that stops for an upgrade
/// leaves one, so that the next knows what rates, evidence and ejections need.
inline constexpr std::uint32_t kOldestSnapshot = 3;

/// `workload` and `sequence` are not in the bytes: they stand in columns.
std::string encode(const Frame& frame);
std::string encode(const Record& record);
std::string encode(const Snapshot& snapshot);
/// Errors: invalid (torn, rotten, of another revision).
Result<Frame> decode_frame(std::string_view bytes);
Result<Record> decode_record(std::string_view bytes);
Result<Snapshot> decode_snapshot(std::string_view bytes);

/// State as parts: one per signal and per watch, and `target`, `scale`, `surge`, `members`, `pools`, `alerts`, `names`,
/// `status`, `decision`.
std::vector<Part> to_parts(const WorkloadState& state);
/// Parts of an unknown name or revision, or broken ones, are left out and named in `dropped`.
WorkloadState from_parts(const std::vector<Part>& parts, std::uint64_t sequence, std::vector<std::string>& dropped);

/// 8 bytes of a plan and of the memory after it. Equal values give equal digests on every machine and in every version
/// that has the same members.
std::uint64_t digest(const Plan& plan, const Memory& memory);
/// Of bytes; part of the format.
std::uint64_t hash_of(std::string_view bytes);

/// Plan, Memory and Observation alone, for exports and tests.
std::string encode(const Plan& plan);
std::string encode(const Memory& memory);
std::string encode(const Observation& observation);
Result<Plan> decode_plan(std::string_view bytes);
Result<Memory> decode_memory(std::string_view bytes);
Result<Observation> decode_observation(std::string_view bytes);

}  // namespace ballast
