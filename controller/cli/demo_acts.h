// What is played: the acts with their load, and what is done to the lanes in them.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace ballast {

struct DemoAct {
  const char* name = "";
  double seconds = 0;
  double rate_from = 0;  ///< requests a second, in a straight line to rate_to
  double rate_to = 0;
  const char* explanation = "";
};

/// The last one ends early, when the workers are back to the base. The fixed pool plays only the first ones: what it is
/// there to show it shows in them.
inline constexpr std::size_t kFixedActs = 3;
inline constexpr std::array<DemoAct, 9> kDemoActs{
    {{"steady", 10, 50, 50, "four workers carry it"},
     {"ramp", 5, 50, 300, "six times the load within five seconds"},
     {"hold", 30, 300, 300, "the load stays; the objective has to be met again"},
     {"sick", 40, 300, 300, "one worker is ten times slower, then another one answers 500"},
     {"lies", 96, 300, 300, "the exporter says nothing, then 0, then repeats that"},
     {"fall", 68, 50, 50, "the load is gone; the surplus goes when that is sure, not while the exporter lies"},
     {"again", 4, 50, 300, "the load is back, and Ballast is killed on the way"},
     {"hold2", 30, 300, 300, "a new daemon found the workers and goes on"},
     {"calm", 55, 50, 50, "back to where it began"}}};

struct ActAt {
  const DemoAct* act = nullptr;
  double rate = 0;
};
/// Seconds after the first act began. Before it: the first; after all of them: the last, at no load.
ActAt act_at(double elapsed);
/// When an act begins; that of a name that is none is after the last.
double begin_of_act(std::string_view name);

enum class DeedKind {
  sicken,   ///< another worker of each lane but the fixed one
  heal,     ///< the one that was made sick so
  lie,      ///< all exporters; nothing is the truth
  kill,     ///< Ballast's daemon
  restart,  ///< a new one
};
struct Deed {
  double at = 0;  ///< seconds after the first act began
  DeedKind kind{};
  const char* what = "";  ///< slow, fails; empty, zero, frozen
};
/// In the order of time.
std::vector<Deed> demo_deeds();

}  // namespace ballast
