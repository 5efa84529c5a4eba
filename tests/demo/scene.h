// A play of the demo made by hand: what the logs of both lanes would hold when all went well, for tests to spoil.
#pragma once

#include <string>

#include "examples/demo/logs.h"

namespace ballast_demo {

/// What was logged, as values; `written` makes the text of the three logs of it.
struct Scene {
  LoadLog load{};
  std::vector<ProxyRequest> proxy{};
  std::vector<WorkerEvent> workers{};
};

/// 10 s at 50/s, 5 s to 300/s, 30 s at 300/s, 60 s at 50/s; even spacing. With Ballast: 18 more workers from 1.2 s
/// after the load passed 80/s, slow answers for 6 s, the surplus gone 35 s after the load fell. Fixed: 4 workers, and
/// nothing answered in time while the load is high.
Scene good_ballast();
Scene good_fixed();

/// When the load of both passes 80/s, and when it is back.
inline constexpr std::int64_t kStartUs = 1'000'000'000;
inline constexpr std::int64_t kExceededUs = kStartUs + 10'600'000;
inline constexpr std::int64_t kFellUs = kStartUs + 45'000'000;
inline constexpr std::int64_t kEndUs = kStartUs + 105'000'000;

/// The lane as the checker reads it from the text of the logs.
LaneLogs as_read(const Scene& scene);

std::string load_text(const LoadLog& load);
std::string proxy_text(const std::vector<ProxyRequest>& proxy);
std::string workers_text(const std::vector<WorkerEvent>& workers);

}  // namespace ballast_demo
