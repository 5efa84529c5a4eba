// A disk for SQLite that lives in memory and loses what was not synced. It can be full, broken or read-only, and stops
// at any chosen write or sync as a power cut does. For tests on one thread; shared memory of the log is plain heap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ballast {

class LossyDisk {
 public:
  enum class Fault : std::uint8_t { none, full, io_error, read_only };
  enum class Loss : std::uint8_t {
    everything,  ///< all that was not synced is gone
    some,        ///< of the sectors that were not synced some are there, others not: files are torn
    nothing,     ///< only the process died: the machine kept what it was given
  };
  /// Registers a VFS `name`, which is unique in the process. `seed` decides what a torn file keeps.
  explicit LossyDisk(std::string name, std::uint64_t seed = 0);
  ~LossyDisk();  ///< after its last connection is closed
  LossyDisk(const LossyDisk&) = delete;
  LossyDisk& operator=(const LossyDisk&) = delete;
  [[nodiscard]] const std::string& name() const;

  /// From now on, until told otherwise.
  void fail_writes(Fault fault);
  void fail_reads(bool failing);
  /// Syncs succeed and make nothing durable, as some disks do.
  void lie_about_syncs();

  /// Writes, truncations, deletions and syncs so far: the points at which a power cut makes a difference.
  [[nodiscard]] std::uint64_t points() const;
  /// The power goes when `points()` would become `point` (counted from 1): before that operation, or right after it.
  void crash_at(std::uint64_t point, bool after);
  void crash_now();
  /// Nothing works until `power_cycle`.
  [[nodiscard]] bool crashed() const;
  /// To be called when all connections are closed: what the disk still holds is all there is.
  void power_cycle(Loss loss);

  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::optional<std::string> read(const std::string& file) const;
  /// As a hand that damages: durable at once.
  void overwrite(const std::string& file, std::string bytes);
  /// The same; nobody has it open.
  void remove(const std::string& file);

  struct Disk;

 private:
  std::unique_ptr<Disk> disk_;
};

}  // namespace ballast
