// What the journal carries: ticks that only observe (normal), and ticks that act (full: on the disk before the act).
// A round is one frame of each of 1,000 workloads, awaited together as the engine's runners do; what arrives while the
// disk is busy shares one fsync.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "controller/engine/fold.h"
#include "controller/journal/journal.h"
#include "io/loop.h"

namespace ballast {
namespace {

constexpr int kWorkloads = 1000;

/// On the disk of the working directory: a folder of /tmp may be memory.
class Folder {
 public:
  Folder() : path_(std::filesystem::current_path() / ("ballast-bench-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string journal() const { return (path_ / "journal.db").string(); }

 private:
  std::filesystem::path path_;
};

/// Four signals and ten members: what a usual policy observes in a tick.
Frame frame_at(const std::string& workload, std::uint64_t sequence) {
  Frame frame{.workload = workload, .sequence = sequence, .document = 1};
  const TimePoint at{std::chrono::seconds{1'700'000'000 + 5 * static_cast<std::int64_t>(sequence)}};
  Observation& seen = frame.observation;
  seen.at = at;
  seen.target = ObservedTarget{.uid = "u", .version = "1", .desired = 10, .existing = 10, .ready = 10};
  for (std::uint32_t i = 1; i <= 10; ++i)
    seen.members.push_back({.id = MemberId{i}, .state = MemberState::ready, .pools = {{.weight = 100}}});
  for (Fingerprint signal = 1; signal <= 4; ++signal)
    seen.arrivals.push_back(
        {.signal = signal,
         .at = at,
         .reading = Reading{at, {}, {Sample{.value = 1.5 * static_cast<double>(sequence), .at = at}}}});
  return frame;
}

Task<void> append(Journal& journal, std::string workload, std::uint64_t sequence, Durability durability, int& open,
                  Loop& loop, benchmark::State& state) {
  if (journal.needs_snapshot(workload) || journal.snapshot_due(workload)) {
    Snapshot snapshot{.workload = workload, .sequence = sequence - 1, .document = 1};
    snapshot.parts.push_back({.name = "scale", .revision = 1, .bytes = std::string(400, 's')});
    const Result<Done> kept = co_await journal.snapshot(std::move(snapshot), nullptr, Durability::normal);
    if (!kept) state.SkipWithError(kept.error().message.c_str());
  }
  Frame frame = frame_at(workload, sequence);
  std::optional<Record> none;
  const Result<Done> done = co_await journal.append(std::move(frame), std::move(none), durability);
  if (!done) state.SkipWithError(done.error().message.c_str());
  if (--open == 0) loop.stop();
}

void append_frames(benchmark::State& state, Durability durability) {
  const Folder folder;
  const auto loop = make_loop();
  const auto executor = loop->make_executor();
  auto opened = Journal::open({.path = folder.journal()}, *executor);
  if (!opened) {
    state.SkipWithError(opened.error().message.c_str());
    return;
  }
  auto journal = std::move(*opened);
  std::vector<std::string> names;
  for (int i = 0; i < kWorkloads; ++i) names.push_back("shop/workload-" + std::to_string(i));
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    ++sequence;
    int open = kWorkloads;
    TaskGroup tasks;
    for (const std::string& name : names) tasks.spawn(append(*journal, name, sequence, durability, open, *loop, state));
    loop->run();
  }
  state.SetItemsProcessed(state.iterations() * kWorkloads);
}
BENCHMARK_CAPTURE(append_frames, normal, Durability::normal)->Unit(benchmark::kMillisecond)->MinTime(3)->UseRealTime();
BENCHMARK_CAPTURE(append_frames, durable, Durability::full)->Unit(benchmark::kMillisecond)->MinTime(3)->UseRealTime();

}  // namespace
}  // namespace ballast
