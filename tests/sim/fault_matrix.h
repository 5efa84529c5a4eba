// Every kind of fault, at every channel that can have it, in each phase of a life: what the oracle says of it.
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "tests/sim/run.h"

namespace ballast::sim {

enum class At : std::uint8_t { prometheus, probe, target, pool, journal, receiver };
inline constexpr std::array<std::string_view, 6> kChannels{"Prometheus", "probe",   "target",
                                                           "pool",       "journal", "receiver"};
enum class Phase : std::uint8_t {
  start,   ///< of the controller, and a kill -9 in it
  steady,  ///< the load is what it was, but for a little
  surge,   ///< it rises, and later falls
};
inline constexpr std::array<std::string_view, 3> kPhases{"start", "steady", "surge"};

/// One kind of fault of one channel. Channels that have the same name for one share a row.
struct Kind {
  std::string_view name{};
  std::function<void(Play&, Time from, Time to)> add{};
  bool is_kill = false;  ///< and nothing else: no call meets it
  Time lasts = 0;        ///< how long after its end its consequences do, by contract: a pause that was asked for
};
/// Such a trouble, from the one time to the other.
Kind kind_of(std::string_view name, Trouble trouble, Time lasts);
std::vector<Kind> kinds_of(At channel);
std::vector<Kind> source_kinds(At channel);
std::vector<Kind> port_kinds(At channel);
std::vector<Kind> journal_kinds();
std::vector<Kind> receiver_kinds();

Play cell(const Kind& kind, Phase phase);

}  // namespace ballast::sim
