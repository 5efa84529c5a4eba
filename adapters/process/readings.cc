#include "adapters/process/readings.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/process/files.h"
#include "formats/proc_text.h"
#include "io/wakeable.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "workers://";

using Descriptors = std::optional<std::int32_t>;

/// Whether an error says no more than that a process has ended.
bool is_gone(const Error& error) { return error.code == Errc::not_found; }

Error malformed(const fs::path& path) { return {Errc::invalid, path.string() + ": holds nothing that proc(5) knows"}; }

Result<Duration> read_uptime(const fs::path& proc) {
  const fs::path path = proc / "uptime";
  const auto text = load_small_file(path, kMaxProcText);
  if (!text) return text.error();
  const auto uptime = parse_uptime(*text);
  if (!uptime) return malformed(path);
  return *uptime;
}

/// Nothing: they are counted for its user and root only.
Result<Descriptors> count_descriptors(const fs::path& process) {
  const fs::path path = process / "fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(path.c_str()), closedir};
  const int failure = folder ? 0 : errno;
  if (failure == EACCES || failure == EPERM) return Descriptors{};
  if (failure == ENOENT || failure == ESRCH) return Error{Errc::not_found, path.string() + ": not there"};
  if (failure != 0) return system_error(path.string(), failure);
  std::int32_t count = 0;
  while (const dirent* entry = readdir(folder.get()))
    if (entry->d_name[0] != '.') ++count;
  return Descriptors{count};
}

Result<std::string> read_line(const fs::path& process) { return load_small_file(process / "stat", kMaxProcText); }

Result<WorkerFacts> read_process(const RosterEntry& worker, const fs::path& proc) {
  const KernelUnits units{.ticks_per_second = sysconf(_SC_CLK_TCK), .page_bytes = sysconf(_SC_PAGESIZE)};
  const fs::path process = proc / std::to_string(worker.pid);
  const auto uptime = read_uptime(proc);
  if (!uptime) return Error{is_gone(uptime.error()) ? Errc::unavailable : uptime.error().code, uptime.error().message};
  const auto line = read_line(process);
  if (!line) return line.error();
  const auto usage = parse_usage(*line, units);
  if (!usage) return malformed(process / "stat");
  const auto descriptors = count_descriptors(process);
  if (!descriptors) return descriptors.error();
  const auto again = read_line(process);
  if (!again) return again.error();
  const auto after = parse_stat(*again);
  if (!after) return malformed(process / "stat");
  // The number may have become another's before or between.
  if (usage->start_ticks != worker.start_ticks || after->start_ticks != worker.start_ticks || after->state == 'Z' ||
      after->state == 'X')
    return Error{Errc::not_found, process.string() + ": another process"};
  return WorkerFacts{.member = worker.name,
                     .pid = worker.pid,
                     .start_ticks = worker.start_ticks,
                     .age = *uptime - usage->started,
                     .cpu = usage->cpu,
                     .resident_bytes = usage->resident_bytes,
                     .descriptors = *descriptors};
}

using AllFacts = std::vector<WorkerFacts>;

Result<AllFacts> read_workers(const std::vector<RosterEntry>& workers, const fs::path& proc) {
  AllFacts all;
  for (const RosterEntry& worker : workers) {
    auto facts = read_worker(worker, proc);
    if (!facts) return facts.error();
    if (*facts) all.push_back(**std::move(facts));
  }
  return all;
}

/// Shared with the work, which may end after the fetch has gone.
struct Answer {
  Result<AllFacts> facts{AllFacts{}};
  Wakeable* waiter = nullptr;
  bool complete = false;
};

struct Wait {
  std::shared_ptr<Answer> answer;
  Wakeable wakeable;
  Wait(std::shared_ptr<Answer> of, TimeSource& time, TimePoint deadline)
      : answer(std::move(of)), wakeable(time, deadline) {
    answer->waiter = &wakeable;
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() { answer->waiter = nullptr; }
};

class WorkerReadings final : public Fetcher {
 public:
  WorkerReadings(TimeSource& time, Executor& executor, const Roster& roster, fs::path proc)
      : time_(time), executor_(executor), roster_(roster), proc_(std::move(proc)) {}

  Task<Result<Response>> fetch(Request request) override {
    const TimePoint began = time_.now();
    if (request.channel != Channel::workers || !request.url.starts_with(kScheme))
      co_return Error{Errc::invalid, request.url + ": no workers to measure"};
    auto workers = roster_.workers_of(request.url.substr(kScheme.size()));
    if (!workers)
      co_return Error{Errc::not_found, request.url + ": no scaler of this host looks after workers of this policy"};
    Wait wait(std::make_shared<Answer>(), time_, began + request.deadline);
    begin(wait.answer, *std::move(workers));
    co_await wait.wakeable;
    if (!wait.answer->complete)
      co_return Error{Errc::timeout, fmt::format("{}: reading {} took longer than {} s", request.url, proc_.string(),
                                                 seconds(request.deadline))};
    if (!wait.answer->facts) co_return wait.answer->facts.error();
    Response response{.status = 200};
    response.workers = *std::move(wait.answer->facts);
    response.received_at = time_.now();
    response.took = response.received_at - began;
    co_return response;
  }

 private:
  void begin(const std::shared_ptr<Answer>& answer, std::vector<RosterEntry> workers) {
    executor_.run([answer, workers = std::move(workers), proc = proc_] { answer->facts = read_workers(workers, proc); },
                  [answer] {
                    answer->complete = true;
                    if (answer->waiter != nullptr) answer->waiter->wake();
                  });
  }

  TimeSource& time_;
  Executor& executor_;
  const Roster& roster_;
  fs::path proc_;
};

}  // namespace

Result<std::optional<WorkerFacts>> read_worker(const RosterEntry& worker, const fs::path& proc) {
  auto facts = read_process(worker, proc);
  if (facts) return std::optional{*std::move(facts)};
  if (is_gone(facts.error())) return std::optional<WorkerFacts>{};
  return facts.error();
}

std::unique_ptr<Fetcher> make_worker_readings(TimeSource& time, Executor& executor, const Roster& roster,
                                              fs::path proc) {
  return std::make_unique<WorkerReadings>(time, executor, roster, std::move(proc));
}

}  // namespace ballast
