#include "tests/demo/judged.h"

#include <algorithm>

namespace ballast_demo {

PlayLogs logs_of(const GoodPlay& play) {
  // Read once: they are beside nearly every play.
  static const LaneLogs hpa = as_read(good_hpa());
  static const LaneLogs keda = as_read(good_keda());
  static const LaneLogs fixed = as_read(good_fixed());
  PlayLogs logs{as_read(play.ballast), hpa, keda, fixed, {}, {}, {}};
  read_play(events_text(play.events), told_text(play.told), logs);
  return logs;
}

Verdict spoilt(const std::function<void(GoodPlay&)>& spoil) {
  GoodPlay play;
  spoil(play);
  return judge(logs_of(play), Terms{});
}

std::vector<std::string> failing(const Verdict& verdict) {
  std::vector<std::string> names;
  for (const auto& one : verdict.gates)
    if (!one.ok) names.push_back(one.name);
  return names;
}

const Gate& gate(const Verdict& verdict, std::string_view name) {
  return *std::ranges::find(verdict.gates, name, &Gate::name);
}

}  // namespace ballast_demo
