// The alert about those who cannot be told: ReceiverFailing, of Ballast itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/alert.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

/// What is not taken for so long makes its receiver a failing one.
inline constexpr Duration kReceiverFailingAfter = std::chrono::minutes{1};

std::uint64_t fingerprint_of_receiver(const std::string& receiver);
/// Without its times.
Alert receiver_failing(const std::string& receiver, const std::string& why);
/// Whether the route or a fallback leads to it.
bool is_asked(const Routing& routing, const std::string& receiver);
/// The one that fires now; nothing: there is none.
std::optional<EpisodeKey> find_failing(const AlertBook& book, const std::string& receiver);

}  // namespace ballast
