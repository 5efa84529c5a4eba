// `ballast demo`: a real HAProxy before real workers under a real load, steered by a real `ballast run`, which is
// killed on the way; beside it the same load before workers that are steered by the HPA's and KEDA's rules, and before
// a fixed pool. What came of it is judged from the logs by a program that shares no code with Ballast.
#pragma once

#include <cstdint>
#include <filesystem>

namespace ballast {

struct DemoOptions {
  bool headless = false;           ///< plain lines instead of the live view
  bool watch = false;              ///< the live view, terminal or not; beats `headless`
  std::filesystem::path json{};    ///< where the verdict goes as JSON; empty: nowhere
  std::filesystem::path keep{};    ///< a new or empty folder for all logs, which stays; empty: a temporary one, which
                                   ///< stays only when something went wrong
  std::filesystem::path files{};   ///< the demo's programs and templates; empty: looked for beside the program
  std::filesystem::path daemon{};  ///< what is started as `DAEMON run -f …`; empty: this program
  std::uint64_t seed = 1;          ///< of the arrivals
};

/// Plays it, in under six minutes. Returns the exit status: 0 every gate is passed, 1 one is not or the play had to
/// be stopped, 2 it could not begin (no HAProxy, no free ports, no programs), 130 a person stopped it. When it returns,
/// all that it started has ended.
int run_demo(const DemoOptions& options);

}  // namespace ballast
