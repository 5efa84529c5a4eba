#include "tests/sim/run.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "controller/journal/explain.h"
#include "tests/sim/blows.h"
#include "tests/sim/canary.h"
#include "tests/sim/notices.h"
#include "tests/sim/process.h"

namespace ballast::sim {
namespace {

class Run {
 public:
  explicit Run(const Play& play)
      : play_(play), services_(services_of(play)), planting_(play.bugs), disk_("sim", play.world.seed) {
    outcome_.services.resize(services_.size());
    for (std::size_t i = 0; i < services_.size(); ++i) {
      promises_.push_back(promise_of(play, i));
      World& own = worlds_.emplace_back(services_[i].world);
      stage_.sites.push_back({services_[i].shares ? &worlds_.front() : &own, &services_[i]});
      outcome_.services[i].initial = services_[i].world.initial_members;
      outcome_.services[i].has_pool = services_[i].world.has_pool;
    }
    if (play.bugs.contains(Bug::act_before_journal)) disk_.lie_about_syncs();
    if (play.crash && is_of_disk(play.crash->where))
      disk_.crash_at(play.crash->number, play.crash->where == Crash::Where::after_disk);
    start();
  }

  Outcome run() {
    const std::vector<Blow> blows = blows_of(play_.faults);
    std::size_t next = 0;
    Time settled_since = play_.length;
    for (int second = 1; second <= play_.length; ++second) {
      const Time t = second;
      for (; next < blows.size() && blows[next].at <= t; ++next) {
        run_to(blows[next].at);
        happen(blows[next]);
      }
      run_to(t);
      look(t);
      if (!is_settled(t)) settled_since = t;
      if (!play_.full_length && t - settled_since > 60 + 3 * promise().interval) break;
    }
    return finish();
  }

 private:
  static bool is_of_disk(Crash::Where where) {
    return where == Crash::Where::before_disk || where == Crash::Where::after_disk;
  }

  [[nodiscard]] bool is_settled(Time t) const {
    if (t < play_.quiet_from || !process_) return false;
    for (std::size_t i = 0; i < services_.size(); ++i) {
      if (services_[i].refused || services_[i].shares) continue;
      const Time from = play_.quiet_from + promises_[i].shrink_window + 10 * promises_[i].interval;
      if (t < from || !judge_convergence(worlds_[i], promises_[i]).empty()) return false;
    }
    return true;
  }

  /// What a person would see now.
  void look(Time t) {
    if (!process_) return;
    process_->show_status();
    if (play_.watch) play_.watch(process_->engine(), t);
    for (std::size_t i = 0; i < services_.size(); ++i) {
      const Plan* plan = process_->decision(i);
      if (plan == nullptr) continue;
      Told& told = outcome_.services[i].told.emplace_back(Told{t, plan->replicas});
      for (const Step& step : plan->steps) told.reasons.set(static_cast<std::size_t>(step.reason));
    }
  }

  [[nodiscard]] const Promise& promise() const { return promises_.front(); }
  [[nodiscard]] std::size_t service_of(const Workload& workload) const {
    const auto at = std::ranges::find(services_, workload.name, [](const Service& one) { return one.workload.name; });
    return static_cast<std::size_t>(at - services_.begin());
  }
  void mix(std::uint64_t value) { outcome_.digest = (outcome_.digest ^ value) * 1099511628211ULL; }

  void set_disk() {
    constexpr Time kTick = 2e-6;  // of the clock: the moment itself counts
    const Trouble* trouble = play_.faults.now(Target::disk, stage_.now() + kTick);
    using Disk = LossyDisk::Fault;
    Disk writes = Disk::none;
    if (trouble != nullptr && trouble->fault == Fault::disk_full) writes = Disk::full;
    if (trouble != nullptr && trouble->fault == Fault::disk_fails) writes = Disk::io_error;
    if (trouble != nullptr && trouble->fault == Fault::disk_read_only) writes = Disk::read_only;
    disk_.fail_writes(writes);
    disk_.fail_reads(trouble != nullptr && trouble->fault == Fault::disk_unreadable);
    if (trouble != nullptr) ++stage_.struck;
  }

  void tell(const std::string& what) { outcome_.trace.push_back(std::to_string(stage_.now()) + " " + what); }

  EngineEvents events() {
    EngineEvents events;
    events.ticked = [this](const Workload&, Duration) { ++outcome_.ticks; };
    events.decided = [this](const Workload& workload, const Record& record) {
      outcome_.services[service_of(workload)].decided.push_back(stage_.now());
      for (const auto value : {record.at.time_since_epoch().count(), std::int64_t{record.replicas_after},
                               static_cast<std::int64_t>(record.reason), static_cast<std::int64_t>(record.limit)})
        mix(static_cast<std::uint64_t>(value));
      if (play_.trace) tell(to_line(record));
    };
    events.trouble = [this](const std::string& /*workload*/, const std::string& what) {
      stage_.show("what is told of a workload", what);
      outcome_.said.push_back(what);
      if (play_.trace) tell(what);
    };
    if (!play_.trace) return events;
    events.acted = [this](const Workload&, ActionKind kind, const Result<Done>& result) {
      tell(std::string(to_string(kind)) + ": " + (result ? "done" : result.error().message));
    };
    return events;
  }

  void start() {
    set_disk();
    process_ = std::make_unique<Process>(stage_, events());
    if (stage_.dead()) return;  // the power went while it started
    if (!process_->failure().empty()) {
      outcome_.violations.push_back({"start", stage_.now(), "the controller does not start: " + process_->failure()});
    } else {
      process_->judge_journal(outcome_.violations);
      process_->run();
    }
    stage_.last_action = -1;
    for (World& world : worlds_) world.note(Event::Kind::controller_started);
  }

  void die() {
    stage_.kill();
    for (World& world : worlds_) world.note(Event::Kind::controller_killed);
    process_.reset();
    disk_.power_cycle(loss());
    if (play_.faults.lose_disk || play_.bugs.contains(Bug::forgets))
      for (const std::string& file : disk_.files()) disk_.remove(file);
    ++outcome_.kills;
    restart_at_ = stage_.now() + (play_.crash ? 1.5 : play_.faults.restart_after);
  }

  [[nodiscard]] LossyDisk::Loss loss() const {
    using Loss = LossyDisk::Loss;
    if (play_.crash) return play_.crash->lose_all ? Loss::everything : Loss::some;
    if (play_.faults.power_stays) return Loss::nothing;
    constexpr Loss kLosses[] = {Loss::everything, Loss::nothing, Loss::some};
    return kLosses[(play_.world.seed + outcome_.kills) % 3];
  }

  /// Lets time pass; a controller that was to die in it is dead at the end, and one that was away long enough is back.
  void run_to(Time t) {
    while (!process_ && restart_at_ <= t) {
      pass_to(restart_at_);
      stage_.killed = false;
      stage_.dies_next = false;
      start();
      if (stage_.dead()) die();
    }
    pass_to(t);
    if (!process_ || !stage_.dead()) return;
    outcome_.crashed = true;
    die();
  }

  void pass_to(Time t) {
    clock_.run_until(kBegan + from_seconds(t));
    for (World& world : worlds_) world.advance(t);
  }

  void happen(const Blow& blow) {
    if (blow.kind == BlowKind::member_fails) worlds_.front().fail_one();
    if (blow.kind == BlowKind::counters_reset)
      for (World& world : worlds_) world.reset_counters();
    if (blow.kind == BlowKind::disk_changes && process_) set_disk();
    if (blow.kind == BlowKind::kill && process_) die();
    if (blow.kind == BlowKind::wall_steps) clock_.step_wall(from_seconds(blow.by));
    if (blow.kind == BlowKind::says && process_) {
      const FaultPlan::Word& word = play_.faults.words[blow.which];
      process_->say(word);
      for (Promise::Word& before : promises_.front().words)  // one of each kind
        if (before.pause == word.pause) before.to = std::min(before.to, stage_.now());
      promises_.front().words.push_back({stage_.now(), word.to, word.pause});
    }
    if (blow.kind == BlowKind::meddles) meddle(play_.faults.hands[blow.which]);
    if (blow.kind == BlowKind::sickens) {
      const FaultPlan::Sick& sick = play_.faults.sick[blow.which];
      worlds_.front().sicken(sick.how, sick.members, sick.to);
    }
  }

  void meddle(const FaultPlan::Meddling& hand) {
    using What = FaultPlan::Meddling::What;
    if (hand.what == What::tells) worlds_.front().tell_by_hand(hand.replicas);
    if (hand.what == What::takes_out) worlds_.front().take_out_by_hand();
    if (hand.what == What::gives_back) worlds_.front().give_back();
  }

  void complain(std::vector<Violation> found) {
    for (Violation& violation : found) outcome_.violations.push_back(std::move(violation));
  }

  Outcome finish() {
    outcome_.ended = stage_.now();
    outcome_.disk_points = disk_.points();
    outcome_.calls = stage_.calls;
    if (stage_.dead() || !process_)
      outcome_.violations.push_back({"start", outcome_.ended, "no controller runs at the end"});
    if (process_ && !stage_.dead()) complain(judge_notices(play_, stage_, process_->firing()));
    process_.reset();
    complain(judge_secrets(stage_));
    for (std::size_t i = 0; i < services_.size(); ++i) judge_service(i);
    outcome_.words = stage_.words;
    outcome_.struck = stage_.struck;
    outcome_.asked = std::move(stage_.asked);
    outcome_.notices = std::move(stage_.notices);
    outcome_.knocks = std::move(stage_.knocks);
    for (const Expectation& expected : play_.expected) expected(outcome_, outcome_.violations);
    if (play_.bugs.empty()) judge_replay(play_, disk_, outcome_);
    outcome_.lost = worlds_.front().lost();
    return std::move(outcome_);
  }

  void judge_service(std::size_t i) {
    ServiceOutcome& seen = outcome_.services[i];
    seen.events = worlds_[i].events();
    for (const Delivery& delivery : worlds_[i].deliveries()) seen.heard.push_back(delivery.at);
    mix(worlds_[i].digest());
    if (services_[i].refused || services_[i].shares) return;  // nobody steers it
    for (auto judged : {judge, judge_sheds, judge_convergence})
      for (Violation& violation : judged(worlds_[i], promises_[i])) {
        if (i > 0) violation.text += " (service " + std::to_string(i) + ")";
        outcome_.violations.push_back(std::move(violation));
      }
  }

  const Play& play_;
  const std::vector<Service> services_;
  std::vector<Promise> promises_{};
  Planting planting_;
  Outcome outcome_{};
  SimClock clock_{kBegan};
  std::deque<World> worlds_{};
  LossyDisk disk_;
  Stage stage_{.faults = play_.faults, .time = clock_, .disk = disk_, .bugs = play_.bugs, .crash = play_.crash};
  std::unique_ptr<Process> process_{};
  Time restart_at_ = 0;
};

std::string to_text(const Event& event) {
  constexpr const char* kNames[] = {
      "scaled",       "member started",     "member stopped",    "member failed", "weight changed",
      "request lost", "controller started", "controller killed", "sickened",      "meddled",
      "refuses"};
  return std::to_string(event.at) + " " + kNames[static_cast<std::size_t>(event.kind)] + " " + event.member + " " +
         std::to_string(event.before) + " -> " + std::to_string(event.after);
}

/// Nothing is written, also where what was written before cannot be read at a start.
bool keeps_from_writing(const FaultPlan& faults, const Trouble& trouble) {
  const auto starts = [&trouble](Time kill) { return trouble.from <= kill && kill < trouble.to; };
  return trouble.target == Target::disk &&
         (trouble.fault != Fault::disk_unreadable || std::ranges::any_of(faults.kills, starts));
}

/// What is told arrives late.
bool is_slow(const Trouble& trouble) {
  return trouble.fault == Fault::slow || trouble.mishap.takes > 0 || trouble.mishap.jitter > 0;
}

std::vector<RateRule> rules_of(const ScalingRules& written) {
  std::vector<RateRule> list;
  for (const RatePolicy& policy : written.policies)
    list.push_back({policy.type == PolicyType::percent, policy.value, static_cast<Time>(policy.period_seconds)});
  return list;
}

}  // namespace

std::vector<Service> services_of(const Play& play) {
  Service own{.workload = play.workload, .world = play.world, .dialects = play.dialects, .windows = play.windows};
  std::vector<Service> services{std::move(own)};
  services.insert(services.end(), play.others.begin(), play.others.end());
  return services;
}

Promise promise_of(const Play& play, std::size_t service) {
  const Workload& workload = service == 0 ? play.workload : play.others[service - 1].workload;
  const WorldOptions& world = service == 0 ? play.world : play.others[service - 1].world;
  Promise promise;
  promise.min_replicas = workload.min_replicas;
  promise.max_replicas = workload.max_replicas;
  promise.interval = seconds(workload.interval);
  promise.chooses_members = world.chooses_members;
  for (const Signal& signal : workload.signals) {
    if (signal.target_type == TargetType::none) continue;
    promise.signals.push_back(signal.name);
    promise.stale_after = std::max(promise.signals.size() == 1 ? 0 : promise.stale_after, seconds(signal.stale_after));
    promise.target_per_member = static_cast<double>(signal.target_milli) / 1000.0;
    promise.by_ratio = promise.by_ratio || signal.target_type != TargetType::average_value;
    if (signal.target_type != TargetType::average_value) promise.target_per_member *= world.capacity / 100;
  }
  if (workload.fallback.behavior != FallbackBehavior::current_replicas)
    promise.told_without_metrics = workload.fallback.replicas.value_or(0);
  if (!workload.pools.empty()) promise.drain_timeout = seconds(workload.pools.front().drain_timeout);
  if (!workload.pools.empty() && workload.pools.front().outlier_detection) {
    const OutlierDetection& rules = *workload.pools.front().outlier_detection;
    promise.ejects = true;
    promise.max_ejected_percent = rules.max_ejection_percent;
    promise.one_may_be_ejected = rules.always_eject_one_host;
  }
  if (!workload.pools.empty() && workload.pools.front().overload) {
    const Overload& rules = *workload.pools.front().overload;
    promise.max_shed_percent = rules.max_percent;
    promise.let_in_per_member = promise.target_per_member * 1.25 * rules.utilization_above / 100;
  }
  for (const Trouble& trouble : play.faults.troubles)
    if (trouble.target == Target::balancer && trouble.service == service)
      promise.pool_down.emplace_back(trouble.from, trouble.to);
  for (const Trouble& trouble : play.faults.troubles)
    if (keeps_from_writing(play.faults, trouble)) promise.journal_down.emplace_back(trouble.from, trouble.to);
  promise.journal_down = joined(std::move(promise.journal_down));
  for (const Trouble& trouble : play.faults.troubles)
    if (trouble.target != Target::source && trouble.service == service)
      promise.hindered.emplace_back(trouble.from, trouble.to);
  for (const Trouble& trouble : play.faults.troubles)
    if (is_slow(trouble) && trouble.service == service) promise.slow.emplace_back(trouble.from, trouble.to);
  promise.may_shrink = workload.mode == Mode::enforce;
  promise.hands_off = workload.mode == Mode::dry_run;
  if (!workload.behavior) return promise;
  promise.shrink_window = workload.behavior->scale_down.stabilization_window_seconds.value_or(300);
  promise.up_rules = rules_of(workload.behavior->scale_up);
  promise.tolerance = 0;
  for (const ScalingRules* rules : {&workload.behavior->scale_up, &workload.behavior->scale_down})
    promise.tolerance =
        std::max(promise.tolerance, rules->tolerance ? static_cast<double>(rules->tolerance->milli) / 1000 : 0.1);
  promise.may_raise = workload.behavior->scale_up.select_policy != SelectPolicy::disabled;
  promise.may_shrink = promise.may_shrink && workload.behavior->scale_down.select_policy != SelectPolicy::disabled;
  promise.down_rules = rules_of(workload.behavior->scale_down);
  return promise;
}

Outcome play(const Play& play) { return Run(play).run(); }

std::string describe(Play play) {
  play.trace = true;
  Outcome outcome = sim::play(play);
  const Promise promise = promise_of(play);
  std::string text;
  for (const Violation& violation : outcome.violations)
    text += violation.invariant + " at " + std::to_string(violation.at) + ": " + violation.text + "\n";
  text += "replicas " + std::to_string(play.workload.min_replicas) + " to " +
          std::to_string(play.workload.max_replicas) + ", interval " + std::to_string(seconds(play.workload.interval)) +
          "\n";
  for (const bool up : {true, false})
    for (const RateRule& rule : up ? promise.up_rules : promise.down_rules)
      text += std::string("  ") + (up ? "up " : "down ") + std::to_string(rule.value) + (rule.percent ? " %" : "") +
              " in " + std::to_string(rule.period) + " s\n";
  for (const Trouble& trouble : play.faults.troubles)
    text += "  trouble " + std::to_string(static_cast<int>(trouble.target)) + "/" +
            std::to_string(static_cast<int>(trouble.fault)) + " " + trouble.signal + " " +
            std::to_string(trouble.from) + " to " + std::to_string(trouble.to) + "\n";
  std::vector<std::string>& lines = outcome.trace;
  for (const Event& event : outcome.services.front().events) lines.push_back(to_text(event) + " (seen)");
  std::ranges::stable_sort(lines, {}, [](const std::string& line) { return std::stod(line); });
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

}  // namespace ballast::sim
