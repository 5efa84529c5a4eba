#include "tests/sim/process.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/journal/history.h"
#include "controller/journal/replay.h"
#include "policies/alerting/built_in.h"

namespace ballast::sim {
namespace {

std::string name_of(const Workload& workload, std::uint64_t alert) {
  const auto rule = std::ranges::find(workload.alerts, alert, &AlertRule::fingerprint);
  if (rule != workload.alerts.end()) return rule->alert + " of " + workload.signals.at(rule->signal).name;
  const FoundBuiltIn known = find_built_in(workload, alert);
  if (known.alert == nullptr) return "an alert that nobody knows";
  return std::string(known.alert->name) + (known.signal.empty() ? "" : " of " + std::string(known.signal));
}

Time world_time(TimePoint at) { return std::chrono::duration<double>(at - kBegan).count(); }

Task<void> read_all(Journal* from, std::string workload, Result<std::optional<Recovered>>* into) {
  *into = co_await from->recover(std::move(workload));
}

}  // namespace

Process::Process(Stage& stage, EngineEvents events)
    : stage_(stage), events_(std::move(events)), fetcher_(make_fetcher(stage)) {
  // A short log is folded back into the database often: with 100 pages every 30 ticks or so.
  JournalOptions options{.path = kJournalPath, .vfs = stage.disk.name(), .log_pages = 100, .lock_folder = false};
  auto opened = Journal::open(options, executor_);
  if (!opened) {
    failure_ = opened.error().message;
    return;
  }
  journal_ = std::move(*opened);
}

void Process::judge_journal(std::vector<Violation>& found) {
  if (stage_.last_action < 0 || stage_.faults.lose_disk) return;
  // Raises go on while the disk is full; they are told of, and nothing else is owed.
  if (stage_.faults.now(Target::disk, stage_.seen_before_action) != nullptr) return;
  TaskGroup group;
  Result<std::optional<Recovered>> recovered = Error{};
  group.spawn(read_all(journal_.get(), first().name, &recovered));
  if (!recovered) return;  // the disk cannot be read: nobody can tell
  TimePoint newest{};
  if (*recovered) {
    newest = (*recovered)->snapshot.at;
    if (!(*recovered)->frames.empty()) newest = (*recovered)->frames.back().observation.at;
  }
  if (newest < kBegan + from_seconds(stage_.seen_before_action))
    found.push_back({"journal", stage_.last_action, "acted, and after the crash the journal knows nothing of it"});
}

void Process::tell_people() {
  alerts_ = std::make_unique<AlertDispatcher>(stage_.time, *journal_);
  Routing routing;
  routing.root = {.receivers = {"page"}, .group_by = {"..."}, .group_wait = {}, .group_interval = {}};
  routing.receivers["page"] = {};
  Notifiers notifiers;
  notifiers["page"] = make_receiver(stage_);
  alerts_->configure(std::move(routing), std::move(notifiers));
  telling_.spawn(alerts_->run());
}

std::set<std::pair<std::string, TimePoint>> Process::firing() const {
  std::set<std::pair<std::string, TimePoint>> result;
  if (!engine_) return result;
  for (const auto& [name, runner] : engine_->runners())
    for (const AlertMemory& alert : runner->state().memory.alerts)
      if (alert.fired && runner->bound() != nullptr)
        result.emplace(name + " " + name_of(runner->bound()->workload, alert.alert), *alert.fired);
  return result;
}

Task<void> Process::say_late(FaultPlan::Word word) {
  const TimePoint heard = stage_.time.now() + first().interval * 2;
  co_await Sleep(stage_.time, heard);
  tell_order(word);
}

void Process::say(const FaultPlan::Word& word) {
  if (stage_.bugs.contains(Bug::hears_late)) return telling_.spawn(say_late(word));
  tell_order(word);
}

void Process::tell_order(const FaultPlan::Word& word) {
  Order order{.kind = word.pause ? OrderKind::pause : OrderKind::freeze, .given = stage_.time.now()};
  order.until = order.given + from_seconds(word.to - word.from);
  orders_->give(first().name, std::move(order));
  engine_->nudge(first().name);
  telling_.spawn(keep_orders());
}

Task<void> Process::keep_orders() {
  static_cast<void>(co_await orders_->write_down());  // the book offers it again
}

void Process::run() {
  tell_people();
  orders_ = std::make_unique<OrderBook>(stage_.time, *journal_);
  telling_.spawn(orders_->run());
  engine_ = std::make_unique<Engine>(
      stage_.time, *fetcher_, *journal_, events_,
      [this](const std::string&, const std::string& name) -> Result<Workload> {
        for (const Site& site : stage_.sites)
          if (site.service->workload.name == name) return site.service->workload;
        return Error{Errc::not_found, name};
      },
      alerts_.get(), orders_.get());
  const bool one_refused = std::ranges::any_of(stage_.sites, [](const Site& site) { return site.service->refused; });
  if (one_refused && stage_.bugs.contains(Bug::bad_document_stops)) return;
  for (std::size_t i = 0; i < stage_.sites.size(); ++i) put(i);
}

Result<Locks> Process::lock(std::size_t service) {
  const Workload& workload = stage_.sites[service].service->workload;
  const World* target = stage_.sites[service].world;
  if (workload.mode == Mode::dry_run || stage_.bugs.contains(Bug::ignores_owner)) return Locks{};
  if (stage_.taken) return Error{Errc::denied, "the target is steered by another process"};
  if (!owned_[target].expired() && owners_[target] != workload.name)
    return Error{Errc::denied, "the target is steered by " + owners_[target]};
  Locks locks{{.what = "target", .lock = std::make_shared<const int>(0)}};
  owned_[target] = locks.front().lock;
  owners_[target] = workload.name;
  return locks;
}

void Process::put(std::size_t service) {
  const Service& from = *stage_.sites[service].service;
  Bind bind;
  bind.lock = [this, service](const Locks& /*older*/) { return lock(service); };
  bind.make = [&from, &stage = stage_, service]() -> Result<BoundWorkload> {
    if (from.refused) return Error{Errc::invalid, "a document that nobody can use"};
    BoundWorkload bound{
        .workload = from.workload, .document = std::make_shared<const std::string>("sim"), .windows = from.windows};
    if (stage.bugs.contains(Bug::no_keep_firing))
      for (AlertRule& rule : bound.workload.alerts) rule.keep_firing_for = {};
    for (const Signal& signal : from.workload.signals)
      bound.probes.push_back(planted(probe_of(dialect_of(from, signal.name), service, signal.name), stage.bugs));
    bound.scaler = make_scaler(stage, service);
    for (std::size_t i = 0; i < from.workload.pools.size(); ++i)
      bound.balancers.push_back(make_balancer(stage, service));
    return bound;
  };
  for (const Pool& pool : from.workload.pools)
    if (pool.overload) bind.sheds.push_back(pool.fingerprint);
  engine_->put(from.workload.name, std::move(bind));
}

void Process::show_status() {
  if (!engine_) return;
  for (const auto& [name, runner] : engine_->runners()) {
    stage_.show("a note", runner->note());
    for (const Condition& condition : runner->state().status.conditions)
      stage_.show(to_string(condition.type), condition.message.get());
  }
}

const Plan* Process::decision(std::size_t service) const {
  const Runner* runner = engine_ ? engine_->find(stage_.sites[service].service->workload.name) : nullptr;
  return runner == nullptr || runner->last_tick() == TimePoint{} ? nullptr : &runner->plan();
}

void judge_replay(const Play& play, const LossyDisk& disk, Outcome& outcome) {
  const auto complain = [&outcome](std::string text) {
    outcome.violations.push_back({"replay", outcome.ended, std::move(text)});
  };
  auto history = History::open(kJournalPath, disk.name());
  if (!history) return complain(history.error().message);
  const Workload& workload = play.workload;
  auto replayed = replay(**history, workload.name,
                         [&workload](const std::string&, const std::string&) -> Result<Workload> { return workload; });
  if (!replayed) return complain(replayed.error().message);
  outcome.replayed = replayed->frames;
  outcome.skipped = replayed->skipped;
  if (!replayed->clean()) complain(to_text(*replayed));
  History::Walk walk;
  walk.on_snapshot = [&](const Snapshot& snapshot) { outcome.log.push_back({world_time(snapshot.at), true}); };
  walk.on_frame = [&](const Frame& frame) { outcome.log.push_back({world_time(frame.observation.at), false}); };
  if (auto walked = (*history)->walk(workload.name, walk); !walked) complain(walked.error().message);
}

}  // namespace ballast::sim
