#include "controller/cli/demo_acts.h"

namespace ballast {

ActAt act_at(double elapsed) {
  for (const auto& act : kDemoActs) {
    if (elapsed < act.seconds) {
      const double share = elapsed < 0 ? 0 : elapsed / act.seconds;
      return {&act, act.rate_from + share * (act.rate_to - act.rate_from)};
    }
    elapsed -= act.seconds;
  }
  return {&kDemoActs.back(), 0};
}

double begin_of_act(std::string_view name) {
  double begin = 0;
  for (const auto& act : kDemoActs) {
    if (act.name == name) break;
    begin += act.seconds;
  }
  return begin;
}

std::vector<Deed> demo_deeds() {
  const double sick = begin_of_act("sick");
  const double lies = begin_of_act("lies");
  const double fall = begin_of_act("fall");
  const double again = begin_of_act("again");
  return {{sick + 2, DeedKind::sicken, "slow"},
          {sick + 17, DeedKind::heal, "slow"},
          {sick + 20, DeedKind::sicken, "fails"},
          {sick + 35, DeedKind::heal, "fails"},
          {lies, DeedKind::lie, "empty"},
          {lies + 32, DeedKind::lie, "zero"},
          {lies + 64, DeedKind::lie, "frozen"},
          {fall + 25, DeedKind::lie, ""},
          // Somebody is told of this one before the kill, and that it is over after it.
          {fall + 50, DeedKind::lie, "empty"},
          {again + 1.5, DeedKind::kill, ""},
          {again + 2.5, DeedKind::restart, ""},
          {again + 8, DeedKind::lie, ""}};
}

}  // namespace ballast
