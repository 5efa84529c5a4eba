// What is known after one question to the outside that no text of the other side says: how a connection went, what a
// TLS peer showed, what the kernel tells of a process, when a job said last that it lives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace ballast {

/// How a dial ended. What is none of these (no name, no route, no time, no descriptor) is an error: nobody answered.
enum class Dialled : std::uint8_t {
  answered,  ///< connected, and `until` came
  refused,   ///< nobody listens there
  hung_up,   ///< it closed or reset the connection before `until` came
  talked,    ///< `max_bytes` of something else came
};

/// What was wrong with the certificates of a TLS peer.
enum class TlsProblem : std::uint8_t {
  expired,
  not_yet_valid,
  untrusted,   ///< no chain to an authority that is trusted, or a chain that is malformed, revoked or too weak
  wrong_name,  ///< issued for others
};

/// What a handshake showed. `chain` is as presented, the peer's own certificate first, and never empty.
struct TlsFacts {
  struct Certificate {
    std::string subject{};
    WallTime not_before{};
    WallTime not_after{};
    bool operator==(const Certificate&) const = default;
  };
  struct Finding {
    TlsProblem problem = TlsProblem::untrusted;
    std::string detail{};
    bool operator==(const Finding&) const = default;
  };
  WallTime at{};  ///< of the handshake
  std::vector<Certificate> chain{};
  std::vector<Finding> findings{};  ///< empty: trusted, for the right name, now
  bool operator==(const TlsFacts&) const = default;
};

/// A worker at one moment: all numbers are of that moment, by the kernel's own clock. The pid alone does not name a
/// process: it is used again. Of the worker's process itself; those that it has started are not in it.
struct WorkerFacts {
  std::string member{};
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat
  Duration age{};                 ///< grows with the kernel's clock, whatever engine and executor wait for
  Duration cpu{};                 ///< user and system, used since its start
  std::int64_t resident_bytes = 0;
  std::optional<std::int32_t> descriptors{};  ///< nothing: only its user and root may know
  bool operator==(const WorkerFacts&) const = default;
};

/// A job that says by itself that it lives, at one moment.
struct HeartbeatFacts {
  Duration silence{};  ///< since it said so last
  Duration deaf{};     ///< the part of `silence` in which Ballast did not run: nobody could have heard it
  bool operator==(const HeartbeatFacts&) const = default;
};

}  // namespace ballast
