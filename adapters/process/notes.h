// What people are told about workers that are not as they should be. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "adapters/process/ports.h"
#include "adapters/process/room.h"
#include "adapters/process/slot.h"

namespace ballast {

/// Why workers could not be started at the last try; empty: they could.
std::string port_shortage(PortRange range, const std::set<std::uint16_t>& occupied);
std::string memory_shortage(const MemoryNeeds& needs);

/// `web-3 exited with status 1 after 0.2 s, see /…/web-3.log`. `news` is what the shim told, `ending` what the kernel
/// did.
std::string death_note(const Worker& worker, const std::optional<Ending>& ending, const std::string& log,
                       TimePoint now);

/// One text for a view: each problem once, at most five. `hands_off`: why nobody is started at all; empty: they are.
std::string compose_note(const std::vector<Slot>& slots, Fingerprint generation, const std::string& shortage,
                         const std::string& failure, TimePoint now, const std::string& hands_off = {});

}  // namespace ballast
