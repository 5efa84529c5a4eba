// Where a play takes place: a folder, free ports, and the templates filled in with them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "controller/cli/demo.h"
#include "core/result.h"

namespace ballast {

inline constexpr int kFixedWorkers = 4;
inline constexpr int kLaneWorkerPorts = 80;  ///< twice the most workers: those that leave still have theirs

/// Ballast's, the two that are steered by other rules, and the pool that stays as it is.
enum class LaneKind { ballast, hpa, keda, fixed };
inline constexpr std::array kLaneKinds{LaneKind::ballast, LaneKind::hpa, LaneKind::keda, LaneKind::fixed};
inline constexpr std::size_t kLanes = kLaneKinds.size();
/// `ballast`, `hpa`, `keda`, `fixed`: its folder, its HAProxy, its processes.
const char* name_of(LaneKind lane);
constexpr std::size_t index_of(LaneKind lane) { return static_cast<std::size_t>(lane); }
/// Whose workers are started by a daemon.
constexpr bool has_daemon(LaneKind lane) { return lane != LaneKind::fixed; }
/// Whose scaling reads an exporter.
constexpr bool has_exporter(LaneKind lane) { return lane == LaneKind::ballast || lane == LaneKind::keda; }

struct LanePorts {
  int workers = 0;  ///< the first of kLaneWorkerPorts, of the fixed lane of kFixedWorkers
  int front = 0;
  int api = 0;       ///< of its daemon; 0: it has none
  int exporter = 0;  ///< 0: it has none
};

struct DemoPlace {
  std::filesystem::path folder{};   ///< absolute
  std::filesystem::path files{};    ///< the demo's programs and templates
  std::filesystem::path haproxy{};  ///< the program
  std::filesystem::path daemon{};
  bool temporary = true;
  std::array<LanePorts, kLanes> ports{};
  int webhook = 0;
  int mail = 0;

  [[nodiscard]] const LanePorts& ports_of(LaneKind lane) const { return ports[index_of(lane)]; }
  [[nodiscard]] std::filesystem::path program(std::string_view name) const { return files / name; }
  /// The folder of its logs.
  [[nodiscard]] std::filesystem::path lane(LaneKind kind) const { return folder / name_of(kind); }
  [[nodiscard]] std::filesystem::path socket(LaneKind kind) const;
  /// The folders of its daemon's documents and of what that keeps.
  [[nodiscard]] std::filesystem::path policy(LaneKind kind) const { return folder / "policy" / name_of(kind); }
  [[nodiscard]] std::filesystem::path state(LaneKind kind) const { return folder / "state" / name_of(kind); }
  /// The file that says how its exporter lies.
  [[nodiscard]] std::filesystem::path lies(LaneKind kind) const { return lane(kind) / "lies"; }
};

/// Makes the folder, finds the ports and writes for each lane LANE.cfg and policy/LANE/policy.yaml into it.
/// Errors: not_found (programs, templates or HAProxy missing: names where it looked), unavailable (no free ports),
/// denied (the folder).
Result<DemoPlace> prepare_demo(const DemoOptions& options);

/// Fills in the templates. Errors: not_found, denied.
Result<Done> write_demo_files(const DemoPlace& place);

/// `text` with every `what` replaced by `by`.
std::string with_replaced(std::string text, std::string_view what, std::string_view by);

}  // namespace ballast
