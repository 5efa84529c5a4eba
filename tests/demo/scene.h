// A play of the demo made by hand: what the logs of its lanes would hold when all went well, for tests to spoil.
#pragma once

#include <string>
#include <vector>

#include "examples/demo/logs.h"

namespace ballast_demo {

/// What was logged of a lane, as values; `written` makes the text of the three logs of it.
struct Scene {
  LoadLog load{};
  std::vector<ProxyRequest> proxy{};
  std::vector<WorkerEvent> workers{};
};

/// Even spacing: 10 s at 50/s, 5 s to 300/s, 15 s at 300/s, 40 s at 100/s with sick workers, 30 s at 100/s with lies,
/// 20 s at 50/s, 4 s to 300/s again with a kill, 12 s at 300/s, 20 s at 50/s.
/// With Ballast: 18 more workers from 1.2 s after the load passed 80/s, slow answers for 6 s, the surplus gone 15 s
/// after the load fell, and the same again. Workers 100 (slow) and 101 (fails) are sick for 15 s and get nothing
/// after 3.
Scene good_ballast();
/// The HPA's and KEDA's lane: the same, but nobody is ejected. KEDA takes seven workers away while it is lied to.
Scene good_hpa();
Scene good_keda();
/// The first three acts: 4 workers, and nothing answered in time while the load is high.
Scene good_fixed();

std::vector<PlayEvent> good_events();
std::vector<Told> good_told();

/// When the load of all passes 80/s, and when it is back; the second time too.
inline constexpr std::int64_t kStartUs = 1'000'000'000;
inline constexpr std::int64_t kExceededUs = kStartUs + 10'600'000;
inline constexpr std::int64_t kSickActUs = kStartUs + 30'000'000;
inline constexpr std::int64_t kLiesActUs = kStartUs + 70'000'000;
inline constexpr std::int64_t kFellUs = kStartUs + 100'000'000;
inline constexpr std::int64_t kKilledUs = kStartUs + 121'500'000;
inline constexpr std::int64_t kRestartedUs = kStartUs + 122'500'000;
inline constexpr std::int64_t kFellAgainUs = kStartUs + 136'000'000;
inline constexpr std::int64_t kEndUs = kStartUs + 156'000'000;

/// The lane as the checker reads it from the text of the logs.
LaneLogs as_read(const Scene& scene);

std::string load_text(const LoadLog& load);
std::string proxy_text(const std::vector<ProxyRequest>& proxy);
std::string workers_text(const std::vector<WorkerEvent>& workers);
std::string events_text(const std::vector<PlayEvent>& events);
std::string told_text(const std::vector<Told>& told);

}  // namespace ballast_demo
