#include "tests/sim/run.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "controller/engine/engine.h"
#include "controller/journal/journal.h"
#include "tests/lossy_vfs/lossy_vfs.h"
#include "tests/sim/sim_clock.h"

namespace ballast::sim {
namespace {

constexpr TimePoint kBegan{std::chrono::seconds{1'700'000'000}};

/// A controller process: what dies at once with kill -9.
class Controller {
 public:
  Controller(const Play& play, Stage& stage, SimClock& clock, LossyDisk& disk, std::size_t& ticks)
      : fetcher_(make_fetcher(stage)) {
    JournalOptions options{.path = "/journal.db", .vfs = disk.name(), .lock_folder = false};
    auto opened = Journal::open(options, executor_);
    if (!opened) return;  // a disk that is dead: the next start finds another
    journal_ = std::move(*opened);
    EngineEvents events;
    events.ticked = [&ticks](const Workload&, Duration) { ++ticks; };
    const Workload workload = play.workload;
    engine_ = std::make_unique<Engine>(
        clock, *fetcher_, *journal_, events,
        [workload](const std::string&, const std::string&) -> Result<Workload> { return workload; });
    engine_->put(workload.name, [workload, &stage]() -> Result<BoundWorkload> {
      BoundWorkload bound{.workload = workload, .document = "sim"};
      for (const Signal& signal : workload.signals) bound.probes.push_back(probe_of(signal.name));
      bound.scaler = make_scaler(stage);
      for (std::size_t i = 0; i < workload.pools.size(); ++i) bound.balancers.push_back(make_balancer(stage));
      return bound;
    });
  }
  [[nodiscard]] bool runs() const { return engine_ != nullptr; }
  [[nodiscard]] Journal* journal() { return journal_.get(); }

 private:
  InlineExecutor executor_{};
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Journal> journal_{};
  std::unique_ptr<Engine> engine_{};
};

/// What was done must have been written down first: the newest frame is of the tick that acted, or later.
void judge_journal(Journal& journal, const Stage& stage, const std::string& name, std::vector<Violation>& found) {
  if (stage.last_action < 0) return;
  // Raises go on while the disk is full; they are told of, and nothing else is owed.
  if (stage.faults.now(Target::disk, stage.seen_before_action) != nullptr) return;
  TaskGroup group;
  Result<std::optional<Recovered>> recovered = Error{};
  const auto read = [](Journal* from, std::string workload, Result<std::optional<Recovered>>* into) -> Task<void> {
    *into = co_await from->recover(std::move(workload));
  };
  group.spawn(read(&journal, name, &recovered));
  TimePoint newest{};
  if (recovered && *recovered) {
    newest = (*recovered)->snapshot.at;
    if (!(*recovered)->frames.empty()) newest = (*recovered)->frames.back().observation.at;
  }
  if (newest < kBegan + from_seconds(stage.seen_before_action))
    found.push_back({"journal", stage.last_action, "acted, and after the crash the journal knows nothing of it"});
}

std::string to_text(const Event& event) {
  constexpr const char* kNames[] = {"scaled",         "member started", "member stopped",     "member failed",
                                    "weight changed", "request lost",   "controller started", "controller killed"};
  return std::to_string(event.at) + " " + kNames[static_cast<std::size_t>(event.kind)] + " " + event.member + " " +
         std::to_string(event.before) + " -> " + std::to_string(event.after);
}

}  // namespace

Promise promise_of(const Workload& workload, const WorldOptions& world) {
  Promise promise;
  promise.min_replicas = workload.min_replicas;
  promise.max_replicas = workload.max_replicas;
  promise.interval = seconds(workload.interval);
  promise.chooses_members = world.chooses_members;
  for (const Signal& signal : workload.signals) promise.signals.push_back(signal.name);
  promise.stale_after = seconds(workload.signals.front().stale_after);
  promise.target_per_member = static_cast<double>(workload.signals.front().target_milli) / 1000.0;
  if (!workload.pools.empty()) promise.drain_timeout = seconds(workload.pools.front().drain_timeout);
  if (!workload.behavior) return promise;
  const auto rules = [](const ScalingRules& written) {
    std::vector<RateRule> list;
    for (const RatePolicy& policy : written.policies)
      list.push_back({policy.type == PolicyType::percent, policy.value, static_cast<Time>(policy.period_seconds)});
    return list;
  };
  promise.shrink_window = workload.behavior->scale_down.stabilization_window_seconds.value_or(300);
  promise.up_rules = rules(workload.behavior->scale_up);
  promise.down_rules = rules(workload.behavior->scale_down);
  return promise;
}

Outcome play(const Play& play) {
  static std::uint64_t disks = 0;  // names of SQLite's VFS are process-wide
  Outcome outcome;
  SimClock clock(kBegan);
  World world(play.world);
  Stage stage{.world = world, .faults = play.faults, .time = clock, .began = kBegan, .bugs = play.bugs};
  LossyDisk disk("sim-" + std::to_string(disks++), play.world.seed);
  if (play.bugs.contains(Bug::act_before_journal)) disk.lie_about_syncs();
  auto controller = std::make_unique<Controller>(play, stage, clock, disk, outcome.ticks);
  world.note(Event::Kind::controller_started);

  const auto restart = [&] {
    stage.dead = true;
    world.note(Event::Kind::controller_killed);
    ++outcome.kills;
    if (!disk.crashed()) disk.crash_now();
    controller.reset();
    disk.power_cycle(LossyDisk::Loss::some);
    stage.dead = false;
    controller = std::make_unique<Controller>(play, stage, clock, disk, outcome.ticks);
    if (controller->journal() != nullptr)
      judge_journal(*controller->journal(), stage, play.workload.name, outcome.violations);
    stage.last_action = -1;
    world.note(Event::Kind::controller_started);
  };

  std::vector<std::pair<Time, int>> blows;  // 0 kill, 1 member fails
  for (const Time t : play.faults.kills) blows.emplace_back(t, 0);
  for (const Time t : play.faults.failures) blows.emplace_back(t, 1);
  std::ranges::sort(blows);
  std::size_t next_blow = 0;
  for (Time t = 1; t <= play.length; t += 1) {
    disk.fail_writes(play.faults.now(Target::disk, t) != nullptr ? LossyDisk::Fault::full : LossyDisk::Fault::none);
    clock.run_until(kBegan + from_seconds(t));
    world.advance(t);
    for (; next_blow < blows.size() && blows[next_blow].first <= t; ++next_blow) {
      if (blows[next_blow].second == 0)
        restart();
      else
        world.fail_one();
    }
  }
  const Promise promise = promise_of(play.workload, play.world);
  for (Violation& violation : judge(world, promise)) outcome.violations.push_back(std::move(violation));
  for (Violation& violation : judge_convergence(world, promise)) outcome.violations.push_back(std::move(violation));
  outcome.digest = world.digest();
  outcome.events = world.events().size();
  outcome.lost = world.lost();
  for (const Event& event : world.events()) outcome.story.push_back(to_text(event));
  return outcome;
}

}  // namespace ballast::sim
