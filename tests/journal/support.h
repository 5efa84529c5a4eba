// What the journal's tests share: awaiting from a test, made-up values.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "controller/journal/frame.h"
#include "controller/journal/journal.h"
#include "core/task.h"
#include "tests/inline_executor.h"

namespace ballast {

/// Runs a task that never waits for anything but an inline executor.
template <class T>
T await(Task<T> task) {
  task.start();
  return task.result();
}

/// A folder that ends with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

inline DocumentText text(std::string of) { return std::make_shared<const std::string>(std::move(of)); }

inline TimePoint at_second(std::int64_t second) { return TimePoint{std::chrono::seconds{1'700'000'000 + second}}; }

Observation random_observation(std::mt19937_64& rng);
Memory random_memory(std::mt19937_64& rng);
Plan random_plan(std::mt19937_64& rng);
Status random_status(std::mt19937_64& rng);
WorkloadState random_state(std::mt19937_64& rng);
Record random_record(std::mt19937_64& rng);

/// Frame `sequence` of a workload, five seconds after the one before; `filler` bytes make it as large as wanted.
Frame frame(const std::string& workload, std::uint64_t sequence, std::size_t filler = 0);
Snapshot snapshot(const std::string& workload, std::uint64_t sequence, std::size_t filler = 0);
Record record(const std::string& workload, std::uint64_t sequence);

}  // namespace ballast
