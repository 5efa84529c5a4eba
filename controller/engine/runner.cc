#include "controller/engine/runner.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "controller/engine/act.h"
#include "controller/engine/fold.h"
#include "controller/engine/guarded.h"
#include "controller/journal/codec.h"
#include "policies/traffic/restart.h"

namespace ballast {
namespace {

/// A source that answers faster than we tick must not fill the memory.
constexpr std::size_t kMaxInbox = 1024;
/// Nothing is decided for so long while the history cannot be read; then raises go on without it.
constexpr Duration kWaitForHistory = std::chrono::seconds{20};

std::optional<Failure> lasting(const std::optional<Failure>& before, const Error& error, TimePoint now) {
  return Failure{error, before ? before->since : now};
}

bool moves(const Plan& plan) { return plan.write.has_value() || plan.touch_pools; }
bool changes_something(const Plan& plan) { return moves(plan) || !plan.sheds.empty(); }

/// It begins to fail, or fails in another way.
bool is_news(const std::optional<Failure>& before, const Error& error) {
  return !before || before->error.code != error.code;
}

}  // namespace

Runner::Runner(std::string name, const Surroundings& around, Bind bind)
    : name_(std::move(name)), around_(around), evidence_from_(around.time.now()) {
  binding_.offer(std::move(bind));
}

void Runner::trouble(const std::string& what) const {
  if (around_.events.trouble) around_.events.trouble(name_, what);
}

Task<bool> Runner::replace(Locks locks) {
  if (bound()) {
    std::vector<Fingerprint> steered = binding_.next_sheds();
    co_await let_in(binding_.bound(), std::move(steered));
    if (binding_.superseded() || stopping_) co_return false;  // meanwhile people want another one
  }
  co_return binding_.put_in_force(std::move(locks), around_.time.now());
}

Task<void> Runner::bind_next() {
  const std::optional<Failure> before = binding_.refused();
  const bool first = binding_.since() == TimePoint{};
  std::optional<Locks> locks = binding_.lock_next(around_.time.now());
  bool another = false;
  if (locks) another = co_await replace(*std::move(locks));
  const std::optional<Failure>& refused = binding_.refused();
  if (refused && (!before || before->error != refused->error)) trouble(refused->error.message);
  if (!another) co_return;
  subscriptions_.clear();
  if (!bound()) co_return;
  subscribe();
  if (!refused && around_.events.in_force) around_.events.in_force(bound()->workload, first);
}

void Runner::note_reading(std::size_t signal, const Result<NamedReading>& reading) {
  std::optional<Errc>& failing = heard_[signal].failing;
  if (reading) {
    failing.reset();
    return;
  }
  const Error& error = reading.error();
  if (around_.events.unread) around_.events.unread(bound()->workload, error);
  if (failing != error.code) trouble("signal " + bound()->workload.signals[signal].name + ": " + error.message);
  failing = error.code;
}

void Runner::subscribe() {
  BoundWorkload& now = *binding_.bound();
  heard_.assign(now.probes.size(), Heard{});
  decided_on_all_ = false;
  for (std::size_t i = 0; i < now.probes.size(); ++i) {
    auto receive = [this, i](TimePoint at, Result<NamedReading> reading) { take_in(i, at, std::move(reading)); };
    subscriptions_.push_back(
        around_.polls.subscribe(std::move(now.probes[i]), now.workload.signals[i].interval, std::move(receive)));
  }
  std::vector<CompiledProbe>{}.swap(now.probes);  // the polls have them
}

void Runner::take_in(std::size_t signal, TimePoint at, Result<NamedReading> reading) {
  note_reading(signal, reading);
  if (inbox_.size() >= kMaxInbox) inbox_.erase(inbox_.begin());
  inbox_.push_back({bound()->workload.signals[signal].fingerprint, at, std::move(reading)});
  heard_[signal].answered = true;
  if (all_answered()) wake();
}

bool Runner::awaits_an_answer() const {
  const Workload& workload = bound()->workload;
  for (std::size_t i = 0; i < heard_.size(); ++i)
    if (!heard_[i].answered && workload.signals[i].interval <= workload.interval) return true;
  return false;
}

bool Runner::all_answered() const { return !inbox_.empty() && !awaits_an_answer(); }

TimePoint Runner::next_tick() const {
  const Duration interval = bound()->workload.interval;
  if (all_answered()) return decided_on_all_ ? began_ + interval * 3 / 4 : began_;
  return began_ + (awaits_an_answer() ? longest_pause(interval) : interval);
}

void Runner::wake() {
  if (waker_ != nullptr) waker_->wake();
}

TimePoint Runner::due() const {
  constexpr Duration kNap = std::chrono::milliseconds{500};
  TimePoint tick = bound() ? next_tick() : began_ + kNap;
  if (first_) tick = *first_;
  return std::min(tick, binding_.next_try());
}

Task<void> Runner::rest() {
  while (!stopping_ && around_.time.now() < due()) {
    Wakeable pause(around_.time, due());
    waker_ = &pause;
    co_await pause;
    waker_ = nullptr;
  }
}

Task<void> Runner::run(TimePoint first) {
  first_ = first;
  while (!stopping_) {
    if (binding_.due(around_.time.now())) co_await bind_next();
    if (binding_.must_leave()) co_await leave();
    if (stopping_ || binding_.superseded()) continue;
    if (!first_ || around_.time.now() >= *first_) {
      first_.reset();
      began_ = around_.time.now();
      if (bound()) co_await tick();
    }
    co_await rest();
  }
  if (bound()) {
    co_await keep_snapshot(binding_.bound());  // first: a balancer may keep it waiting until it is ended by force
    // The ports end with the runner: another one of this target may begin now, and two must not steer it.
    co_await leave();
  }
  stopped_ = true;
}

Task<Result<std::optional<WorkloadState>>> Runner::read_history(std::shared_ptr<BoundWorkload> bound) {
  auto recovered = co_await around_.journal.recover(name_);
  if (!recovered) co_return recovered.error();
  if (!*recovered) co_return std::optional<WorkloadState>{};
  std::map<Fingerprint, std::optional<Workload>> versions;
  for (const Frame& frame : (*recovered)->frames) versions.try_emplace(frame.document);
  for (auto& [fingerprint, version] : versions) {
    auto text = co_await around_.journal.document(fingerprint);
    if (!text) co_return text.error();
    if (!*text) continue;
    if (auto compiled = around_.compile(**text, name_)) version = std::move(*compiled);
  }
  const auto compile = [&](Fingerprint fingerprint) -> Result<Workload> {
    if (const auto at = versions.find(fingerprint); at != versions.end() && at->second) return *at->second;
    return Error{Errc::not_found, "a document that is no longer known"};
  };
  history_whole_ = (*recovered)->damage.empty();
  if (!history_whole_) trouble((*recovered)->damage);
  co_return std::optional{restore(**recovered, bound->workload, compile)};
}

Task<void> Runner::recover() {
  auto history = co_await read_history(binding_.bound());
  if (!history) {
    if (!unread_since_)
      trouble("history cannot be read, nothing is taken away until it is: " + history.error().message);
    if (!unread_since_) unread_since_ = around_.time.now();
    co_return;
  }
  recovered_ = true;
  if (*history) {
    const WorkloadState meanwhile = std::exchange(state_, std::move(**history));
    add_unwritten(binding_.bound()->workload, state_, meanwhile);
  }
  if (around_.orders != nullptr) co_await around_.orders->loaded();
  if (around_.alerts != nullptr) {
    co_await around_.alerts->loaded();
    if (bound() && !stopping_) remember_firing(around_.alerts->reconcile(bound()->workload, state_, history_whole_));
  }
  // What was seen while the past was unknown proves nothing about it.
  if (unread_since_) evidence_from_ = around_.time.now();
  unread_since_.reset();
}

Task<void> Runner::look(std::shared_ptr<BoundWorkload> bound, Views* views) {
  if (bound->scaler) {
    auto seen = co_await guarded(bound->scaler->observe(), "the target could not be looked at");
    if (seen) {
      scaler_failure_ = {};
      note_ = seen->note;
      if (told_notes_.is_news(note())) trouble(note());
      views->scaler = std::move(*seen);
    } else {
      if (is_news(scaler_failure_.get(), seen.error())) trouble(seen.error().message);
      scaler_failure_ = lasting(scaler_failure_.get(), seen.error(), around_.time.now());
    }
    views->scaler_failure = scaler_failure_.get();
  }
  balancer_failures_.resize(bound->balancers.size());
  views->balancers.resize(bound->balancers.size());
  for (std::size_t i = 0; i < bound->balancers.size(); ++i) {
    auto seen = co_await guarded(bound->balancers[i]->observe(), "the pool could not be looked at");
    if (seen) {
      balancer_failures_[i].reset();
      views->balancers[i] = std::move(*seen);
      continue;
    }
    if (is_news(balancer_failures_[i], seen.error())) trouble(seen.error().message);
    balancer_failures_[i] = lasting(balancer_failures_[i], seen.error(), around_.time.now());
  }
  views->balancer_failures = balancer_failures_;
}

Observation Runner::observation(const BoundWorkload& bound, const Views& views, std::vector<MemberName>& new_members) {
  Observed observed = join(views, state_.names);
  Observation seen{.at = around_.time.now()};
  seen.target = std::move(observed.target);
  seen.hidden = views.scaler_failure;
  if (seen.target) seen.hidden.reset();
  for (std::size_t i = 0; i < views.balancer_failures.size(); ++i)
    if (views.balancer_failures[i])
      seen.hidden_pools.push_back({PoolId{static_cast<std::uint16_t>(i)}, *views.balancer_failures[i]});
  seen.members = std::move(observed.members);
  seen.sheds = std::move(observed.sheds);
  for (const NamedArrival& arrival : std::exchange(inbox_, {}))
    seen.arrivals.push_back(by_number(arrival, state_.names, observed.new_members));
  seen.orders = bound.orders;
  if (around_.orders != nullptr) seen.orders.given = around_.orders->in_force(name_);
  if (bound.windows) {
    OpenWindows open = bound.windows(around_.time.wall());
    seen.windows = std::move(open.windows);
    seen.tzdata = std::move(open.tzdata);
  }
  seen.outcomes = std::exchange(outcomes_, {});
  seen.evidence_from = evidence_from_;
  seen.journal_ok = journal_ok_ && recovered_;
  new_members = std::move(observed.new_members);
  return seen;
}

/// Folds what was seen, and tells whoever listens. The record is there when something new was decided.
Runner::Decided Runner::decide(const BoundWorkload& bound, const Views& views) {
  std::vector<MemberName> new_members;
  Observation seen = observation(bound, views, new_members);
  const std::optional<Decision> before = state_.decision;
  const TimePoint began = around_.time.now();
  plan_ = fold(bound.workload, state_, new_members, seen);
  if (around_.events.ticked) around_.events.ticked(bound.workload, around_.time.now() - began);
  last_tick_ = seen.at;
  Decided decided{.belief = {seen.journal_ok, seen.orders.given}};
  decided.record = record_of(bound.workload, state_, before, seen, plan_);
  if (decided.record && around_.events.decided) around_.events.decided(bound.workload, *decided.record);
  decided.frame = frame_of(bound.workload, state_, std::move(new_members), std::move(seen), plan_);
  return decided;
}

Task<void> Runner::tick() {
  const std::shared_ptr<BoundWorkload> bound = binding_.bound();
  decided_on_all_ = decided_on_all_ || all_answered();
  for (Heard& heard : heard_) heard.answered = false;
  if (!recovered_) co_await recover();
  // An error that passes costs a few ticks: what rate limits and cooldowns count is worth more than a raise at once.
  if (unread_since_ && around_.time.now() - *unread_since_ < kWaitForHistory) co_return;
  if (around_.journal.needs_snapshot(bound->workload.name)) co_await keep_snapshot(bound);
  Views views;
  co_await look(bound, &views);

  Decided decided = decide(*bound, views);
  Belief belief = std::move(decided.belief);
  co_await end_restart(&decided.frame.observation);
  Plan plan = plan_;
  // Who is told stands on the disk too: after a crash nobody is told that something ended which nobody knows began.
  const bool matters = changes_something(plan) || !plan.alerts.empty();
  co_await write_down(bound, std::move(decided.frame), std::move(decided.record), matters);
  co_await carry_out(bound, std::move(views), std::move(plan), std::move(belief));
  if (journal_ok_ && around_.journal.snapshot_due(bound->workload.name)) co_await keep_snapshot(bound);
}

Task<void> Runner::carry_out(std::shared_ptr<BoundWorkload> bound, Views views, Plan plan, Belief belief) {
  if (around_.alerts != nullptr && !stopping_) around_.alerts->take(bound->workload, state_, plan.alerts);
  if (!changes_something(plan)) co_return;
  if (!plan.sheds.empty()) co_await shed(bound, &views, plan.sheds, &belief);
  if (moves(plan)) co_await act(bound, std::move(views), std::move(plan), std::move(belief));
}

Task<void> Runner::end_restart(const Observation* seen) {
  const Order* order = find(seen->orders, OrderKind::restart);
  if (order == nullptr || !restart_is_done(*order, *seen)) co_return;
  around_.orders->take_back(name_, OrderKind::restart);
  const auto written = co_await around_.orders->write_down();
  if (!written) trouble("that a restart is done could not be written down: " + written.error().message);
}

/// What a person says counts at once, not from the next tick on: a pause, a freeze, a cut that is taken back. That a
/// restart is done takes nothing back.
bool Runner::ordered_since(const std::vector<Order>& known) const {
  if (around_.orders == nullptr) return false;
  const auto others = [](std::vector<Order> orders) {
    std::erase_if(orders, [](const Order& order) { return order.kind == OrderKind::restart; });
    return orders;
  };
  return others(known) != others(around_.orders->in_force(name_));
}

/// So that they end once their rules say so. A history with holes is begun anew with a snapshot, before the next tick.
void Runner::remember_firing(std::vector<AlertMemory> alerts) {
  for (AlertMemory& alert : alerts) {
    std::erase_if(state_.memory.alerts, [&](const AlertMemory& known) { return known.alert == alert.alert; });
    state_.memory.alerts.push_back(std::move(alert));
  }
}

Task<void> Runner::write_down(std::shared_ptr<BoundWorkload> bound, Frame frame, std::optional<Record> record,
                              bool matters) {
  if (!recovered_) co_return;  // what is written now would hide the history that is to be read
  if (kept_document_ != bound->workload.document) {
    auto kept = co_await around_.journal.put_document(bound->workload.document, bound->document);
    if (kept) kept_document_ = bound->workload.document;
  }
  auto written = co_await around_.journal.append(std::move(frame), std::move(record),
                                                 matters ? Durability::full : Durability::normal);
  if (!written && journal_ok_)
    trouble("the journal cannot be written, nothing is taken away: " + written.error().message);
  journal_ok_ = written.has_value();
}

Task<void> Runner::keep_snapshot(std::shared_ptr<BoundWorkload> bound) {
  if (!recovered_) co_return;
  Snapshot snapshot;
  snapshot.workload = bound->workload.name;
  snapshot.sequence = state_.sequence;
  snapshot.at = around_.time.now();
  snapshot.document = bound->workload.document;
  snapshot.parts = to_parts(state_);
  auto kept = co_await around_.journal.snapshot(std::move(snapshot), bound->document, Durability::full);
  if (!kept && journal_ok_) trouble("no snapshot: " + kept.error().message);
}

}  // namespace ballast
