// A good play, spoilt, and what the checker says of it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "examples/demo/gates.h"
#include "tests/demo/scene.h"

namespace ballast_demo {

/// What tests spoil; the lanes beside Ballast's are good.
struct GoodPlay {
  Scene ballast = good_ballast();
  std::vector<PlayEvent> events = good_events();
  std::vector<Told> told = good_told();
};

/// The whole play, read from text.
PlayLogs logs_of(const GoodPlay& play);

/// The good play after `spoil`.
Verdict spoilt(const std::function<void(GoodPlay&)>& spoil);

std::vector<std::string> failing(const Verdict& verdict);
const Gate& gate(const Verdict& verdict, std::string_view name);

}  // namespace ballast_demo
