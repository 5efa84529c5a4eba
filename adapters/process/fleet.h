// The workers of one policy: found, started, stopped, buried. Asks the kernel; waits for nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/process/notes.h"
#include "adapters/process/ports.h"
#include "adapters/process/process.h"
#include "adapters/process/records.h"
#include "adapters/process/slot.h"
#include "core/result.h"

namespace ballast {

class Fleet {
 public:
  Fleet(ProcessTarget target, ProcessHost host);

  /// Finds the workers that run, and the places that waited for one: one slot each. Errors: invalid (settings that
  /// check() refuses), denied, unavailable.
  Result<Done> open();
  /// What has happened since: shims that have ended their work, deaths, stops that take too long.
  void look(TimePoint now);
  /// Workers for slots that wait for one and may have it now; at most some at a time.
  void start_missing(TimePoint now);
  /// As many slots as told that do not leave; slots whose worker lives are never given up.
  void resize(std::int32_t replicas);
  /// How many slots do not leave.
  [[nodiscard]] std::int32_t staying() const;
  /// Writes down that this number was told.
  void remember_told(std::int32_t replicas);
  /// Whether there was such a member and it was not leaving already. It goes.
  bool leave(std::string_view name, TimePoint now);
  /// Stops a worker in order to replace it.
  void condemn(std::string_view name, std::string why, TimePoint now);

  [[nodiscard]] std::vector<Slot>& slots() { return slots_; }
  [[nodiscard]] Worker* find(std::string_view name);
  [[nodiscard]] std::string note(TimePoint now) const;
  [[nodiscard]] std::string uid() const;
  [[nodiscard]] const ProcessTarget& target() const { return target_; }
  [[nodiscard]] const ProcessHost& host() const { return host_; }

  /// Why nothing is started, stopped or replaced; empty: it acts.
  [[nodiscard]] std::string hands_off() const { return host_.hands_off ? host_.hands_off() : ""; }

 private:
  struct Birth {
    Slot* slot = nullptr;
    std::uint16_t port = 0;
  };
  void adopt(WorkerToken token, ProcessHandle handle, TimePoint now);
  void restore(const Records& before, TimePoint now);
  [[nodiscard]] bool acts() const { return hands_off().empty(); }
  void hear_from_shim(Worker& worker, TimePoint now) const;
  void bury_dead(TimePoint now);
  void kill_overdue(TimePoint now);
  void stop(Slot& slot, TimePoint now);
  static void send(Slot& slot, int signal);
  [[nodiscard]] std::vector<Birth> plan_births(TimePoint now);
  [[nodiscard]] std::int64_t births_with_memory();
  void give_birth(const Birth& birth, std::int64_t number, TimePoint now);
  void forget_old_logs() const;
  [[nodiscard]] std::string log_of(const std::string& name) const;
  Result<Done> keep_records(bool durable);
  /// By their tokens: the scope that these carry outlives this process.
  [[nodiscard]] bool are_found_without_records() const;

  ProcessTarget target_;
  ProcessHost host_;
  std::optional<PortRange> ports_{};
  std::filesystem::path log_directory_;
  std::filesystem::path records_path_;
  std::string scope_{};
  Records records_{};
  Fingerprint generation_ = 0;
  std::vector<Slot> slots_{};
  std::string shortage_{};  ///< why the last births were not possible
  std::string records_failure_{};
  TimePoint next_births_{};
};

}  // namespace ballast
