// What a test of the process scaler needs: a state directory of its own, a real loop, real workers, and an end of all
// that it started, however it ends.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/process/process.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace ballast {

/// Far more than any step takes: a test that gets this far has failed.
inline constexpr Duration kPatience = std::chrono::seconds{20};

using ViewCheck = std::function<bool(const ScalerView&)>;

class ProcessRig {
 public:
  ProcessRig();
  /// With the folder of another one, which must not end before.
  explicit ProcessRig(std::filesystem::path folder);
  ~ProcessRig();
  ProcessRig(const ProcessRig&) = delete;
  ProcessRig& operator=(const ProcessRig&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::filesystem::path state() const { return folder_ / "state"; }
  [[nodiscard]] ProcessHost host();
  Loop& loop() { return *loop_; }

  /// The test worker with these arguments.
  [[nodiscard]] static ProcessTarget target(std::vector<std::string> arguments);
  /// Makes the scaler anew; the one before is destroyed first, as the daemon does.
  void bind(ProcessTarget target);
  void bind(ProcessTarget target, ProcessHost host);
  /// Destroys the scaler and leaves its workers.
  void drop() { scaler_.reset(); }
  Scaler& scaler() { return *scaler_; }

  ScalerView observe();
  Result<Done> scale(std::int32_t replicas, std::vector<std::string> remove = {});
  /// Observes until `good` holds; the test fails when it does not in time.
  ScalerView until(const std::string& what, const ViewCheck& good);
  /// Waits until a file holds something, and gives it.
  std::string content(const std::string& name);
  void run_for(Duration span);
  /// Whether a process that was killed is gone in time: SIGKILL takes a moment.
  bool ends(std::int32_t pid);
  std::vector<RunningWorker> running();

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Scaler> scaler_{};
};

ViewCheck all_ready(std::int32_t count);
ViewCheck some_member(MemberState state);
std::vector<std::string> names_of(const ScalerView& view);
std::vector<std::int32_t> pids_of(const std::vector<RunningWorker>& workers);

/// `count` ports in a row that nobody listens on, as a range.
std::string free_ports(std::uint16_t count);
/// Whether a process runs: not gone and not dead.
bool runs(std::int32_t pid);
void write_text(const std::string& path, const std::string& text);

}  // namespace ballast
