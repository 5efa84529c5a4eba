// Where a play takes place: a folder, free ports, and the templates filled in with them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "controller/cli/demo.h"
#include "core/result.h"

namespace ballast {

inline constexpr int kFixedWorkers = 4;

struct DemoPlace {
  std::filesystem::path folder{};   ///< absolute
  std::filesystem::path files{};    ///< the demo's programs and templates
  std::filesystem::path haproxy{};  ///< the program
  std::filesystem::path daemon{};
  bool temporary = true;
  int workers_first = 0;  ///< 80 ports for the workers of Ballast
  int fixed_first = 0;    ///< 4 for the fixed ones
  int ballast_front = 0;
  int fixed_front = 0;
  int api = 0;

  [[nodiscard]] std::filesystem::path program(std::string_view name) const { return files / name; }
  [[nodiscard]] std::filesystem::path lane(std::string_view name) const { return folder / name; }
};

/// Makes the folder, finds the ports and writes `ballast.cfg`, `fixed.cfg` and `policy/policy.yaml` into it.
/// Errors: not_found (programs, templates or HAProxy missing: names where it looked), unavailable (no free ports),
/// denied (the folder).
Result<DemoPlace> prepare_demo(const DemoOptions& options);

/// `text` with every `what` replaced by `by`.
std::string with_replaced(std::string text, std::string_view what, std::string_view by);

}  // namespace ballast
