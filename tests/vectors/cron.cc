// Group cron: the next five instants of a schedule.
#include "formats/cron.h"

#include "tests/vectors/vectors.h"

namespace ballast::vectors {

std::string compare_cron(const nlohmann::json& line) {
  const auto schedule = parse_cron(line.at("spec").get<std::string>(), get_or<std::string>(line, "tz"));
  std::string different = difference("ok", schedule.has_value(), line.at("ok").get<bool>());
  if (!schedule || !different.empty()) return different;
  std::vector<std::int64_t> fired;
  WallTime now{std::chrono::seconds{line.at("start_unix").get<std::int64_t>()}};
  while (fired.size() < 5) {
    const auto next = next_after(*schedule, now);
    if (!next) break;
    now = *next;
    fired.push_back(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  }
  return difference("next_unix", fired, get_or<std::vector<std::int64_t>>(line, "next_unix"));
}

}  // namespace ballast::vectors
