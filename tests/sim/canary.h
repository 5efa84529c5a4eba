// I7: a secret that every world's questions show, which sources and receivers repeat, and which nothing may show again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/probe.h"
#include "tests/sim/fakes.h"
#include "tests/sim/oracle.h"

namespace ballast::sim {

/// However it is cut, a piece of some length holds the word.
inline constexpr std::string_view kCanary = "c4n4ry-c4n4ry-c4n4ry-c4n4ry";

bool holds_canary(std::string_view text);
/// A question over HTTP shows the secret.
CompiledProbe with_secret(CompiledProbe probe);
/// The answer says what was asked, with the secret.
void repeat_secret(const Request& request, Response& response);
/// The contract of a fetcher: what it sent does not come back (io/credentials.h, `scrub`).
void scrub_secret(Response& response);

/// Everything that was shown, and what stands on the disk.
std::vector<Violation> judge_secrets(const Stage& stage);

}  // namespace ballast::sim
