// A whole engine: workloads of one signal each over loopback HTTP, with the journal on the disk. The answers come from
// a child process, so that what is measured is Ballast alone. Its arguments: workloads, seconds between two readings of
// each, seconds to warm up, seconds to measure.
//   cpu_of_a_core   CPU time of this process, all its threads, per second
//   p50_ms, p99_ms  from a reading that asks for another number of replicas to the call of the adapter
//   rss_mb          resident memory above what the bare program takes; bytes_per_workload the same, shared out
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "controller/engine/engine.h"
#include "controller/journal/journal.h"
#include "controller/server/server.h"
#include "io/bulkhead.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "probes/http_value.h"

namespace ballast {
namespace {

/// The load of a workload: one of two levels, by turns of 30 s, each workload at a time of its own.
double load_of(std::uint64_t workload, Duration since) {
  const auto turn = (seconds(since) + static_cast<double>(workload % 300) / 10) / 30;
  return static_cast<std::int64_t>(turn) % 2 == 0 ? 1000 : 2000;
}

/// A child process that answers `/N` with the load of workload N. Ends with its parent.
class Source {
 public:
  Source() {
    int ports[2];
    if (pipe(ports) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      serve(ports[1]);
      _exit(0);
    }
    if (read(ports[0], &port_, sizeof port_) != sizeof port_) port_ = 0;
    close(ports[0]);
    close(ports[1]);
  }
  ~Source() {
    if (child_ > 0) kill(child_, SIGKILL);
    if (child_ > 0) waitpid(child_, nullptr, 0);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static void serve(int tell) {
    const auto loop = make_loop();
    const TimePoint began = loop->now();
    const auto answer = [&](const ServerRequest& request) {
      const auto workload = std::stoull(request.path.substr(1));
      return ServerResponse{.body = std::to_string(load_of(workload, loop->now() - began))};
    };
    const auto server = make_server(*loop, {}, {{.path = "/*", .handle = answer}});
    const std::uint16_t port = server ? (*server)->port() : std::uint16_t{0};
    if (write(tell, &port, sizeof port) == sizeof port) loop->run();
  }
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

/// Of one workload: what was read last, and since when a higher load waits for the adapter's call.
struct Load {
  double last = 0;
  TimePoint changed{};
};

/// Times between a reading that differs from the one before and the adapter's call, of a thousand workloads: watching
/// takes memory, which is not Ballast's.
struct Latencies {
  explicit Latencies(std::uint64_t workloads)
      : loads(kWatched), one_in(std::max<std::uint64_t>(1, workloads / kWatched)) {}
  /// Null: not watched.
  Load* of(std::uint64_t workload) { return workload % one_in == 0 ? &loads[workload / one_in % kWatched] : nullptr; }

  static constexpr std::size_t kWatched = 1000;
  std::vector<Load> loads;
  std::uint64_t one_in;
  std::vector<double> ms{};
  bool measuring = false;
};

/// A target that does at once what it is told.
class InstantScaler final : public Scaler {
 public:
  InstantScaler(TimeSource& time, Latencies& latencies, Load* load) : time_(time), latencies_(latencies), load_(load) {}
  Task<Result<ScalerView>> observe() override {
    ScalerView view;
    view.target = {.uid = "u", .version = "1", .desired = replicas_, .existing = replicas_, .ready = replicas_};
    co_return view;
  }
  Task<Result<Done>> scale(ObservedTarget, std::int32_t replicas, std::vector<std::string>) override {
    if (load_ != nullptr) {
      if (latencies_.measuring && load_->changed != TimePoint{})
        latencies_.ms.push_back(seconds(time_.now() - load_->changed) * 1000);
      load_->changed = TimePoint{};
    }
    replicas_ = replicas;
    co_return Done{};
  }

 private:
  TimeSource& time_;
  Latencies& latencies_;
  Load* load_;
  std::int32_t replicas_ = 10;
};

/// `httpValue`, and when it last read a load that was higher than the one before.
CompiledProbe watched(CompiledProbe probe, TimeSource& time, Load& load) {
  probe.select = [select = std::move(probe.select), &time, &load](const Page& page, const Page* previous) {
    auto reading = select(page, previous);
    if (reading) {
      const double value = reading->samples.front().value;
      if (load.last != 0 && value > load.last) load.changed = time.now();
      load.last = value;
    }
    return reading;
  };
  return probe;
}

BoundWorkload workload_of(std::uint64_t number, Duration interval, std::uint16_t port, TimeSource& time,
                          Latencies& latencies) {
  BoundWorkload bound;
  Workload& workload = bound.workload;
  workload.name = "shop/workload-" + std::to_string(number);
  workload.target_kind = "process";
  workload.target_name = workload.name;
  workload.document = number + 1;
  workload.max_replicas = 100;
  workload.interval = interval;
  workload.behavior.emplace();
  workload.behavior->scale_down.stabilization_window_seconds = 0;
  workload.signals = {{.name = "load",
                       .fingerprint = number + 1,
                       .target_type = TargetType::average_value,
                       .target_milli = 100'000,
                       .interval = interval}};
  bound.document = std::make_shared<const std::string>("kind: ScalingPolicy\nmetadata: {name: workload-" +
                                                       std::to_string(number) + "}\n" + std::string(600, '#'));
  HttpValueSpec spec;
  spec.url = "http://127.0.0.1:" + std::to_string(port) + "/" + std::to_string(number);
  Load* const load = latencies.of(number);
  bound.probes.push_back(load != nullptr ? watched(compile(spec), time, *load) : compile(spec));
  bound.scaler = std::make_unique<InstantScaler>(time, latencies, load);
  return bound;
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto in_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return in_seconds(used.ru_utime) + in_seconds(used.ru_stime);
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

double at_share(std::vector<double>& values, double share) {
  if (values.empty()) return -1;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Task<void> stop_at(Loop& loop, TimePoint when) {
  co_await Sleep(loop, when);
  loop.stop();
}

void run_for(Loop& loop, Duration time) {
  TaskGroup tasks;
  tasks.spawn(stop_at(loop, loop.now() + time));
  loop.run();
}

void engine(benchmark::State& state) {
  const auto workloads = static_cast<std::uint64_t>(state.range(0));
  const auto interval = std::chrono::seconds{state.range(1)};
  const auto warm = std::chrono::seconds{state.range(2)};
  const auto measured = std::chrono::seconds{state.range(3)};
  const Source source;
  const auto folder = std::filesystem::current_path() / ("ballast-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const double bare = resident_mb();
  Latencies latencies(workloads);
  std::uint64_t unread = 0;
  std::uint64_t ticks = 0;
  const auto loop = make_loop();
  {
    const auto executor = loop->make_executor();
    auto journal = Journal::open({.path = (folder / "journal.db").string()}, *executor);
    auto http = make_http_fetcher(*loop);
    if (!journal || !http || source.port() == 0) {
      state.SkipWithError("no journal, client or source");
      return;
    }
    const auto fetcher = make_bulkhead(**http, *loop);
    EngineEvents events;
    events.unread = [&](const Workload&, const Error&) { ++unread; };
    events.ticked = [&](const Workload&, Duration) { ++ticks; };
    CompileText compile = [](const std::string&, const std::string&) -> Result<Workload> {
      return Error{Errc::not_found, ""};
    };
    Engine engine(*loop, *fetcher, **journal, events, compile);
    for (std::uint64_t i = 0; i < workloads; ++i) {
      Bind bind;
      bind.make = [&, i]() -> Result<BoundWorkload> {
        return workload_of(i, interval, source.port(), *loop, latencies);
      };
      engine.put("shop/workload-" + std::to_string(i), std::move(bind));
    }
    run_for(*loop, warm);
    for (auto _ : state) {
      latencies.measuring = true;
      ticks = unread = 0;
      const double before = cpu_seconds();
      run_for(*loop, measured);
      state.counters["cpu_of_a_core"] = (cpu_seconds() - before) / seconds(measured);
      const double rss = resident_mb() - bare;
      state.counters["rss_mb"] = rss;
      state.counters["bytes_per_workload"] = rss * 1e6 / static_cast<double>(workloads);
    }
  }
  state.counters["p50_ms"] = at_share(latencies.ms, 0.5);
  state.counters["p99_ms"] = at_share(latencies.ms, 0.99);
  state.counters["calls"] = static_cast<double>(latencies.ms.size());
  state.counters["ticks_per_s"] = static_cast<double>(ticks) / seconds(measured);
  state.counters["unread"] = static_cast<double>(unread);
  std::filesystem::remove_all(folder);
}
BENCHMARK(engine)
    ->Args({1'000, 5, 20, 20})
    ->Args({10'000, 5, 40, 40})
    ->Args({50'000, 15, 60, 30})
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime();

}  // namespace
}  // namespace ballast
