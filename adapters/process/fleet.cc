#include "adapters/process/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "adapters/process/files.h"
#include "adapters/process/find.h"
#include "adapters/process/proc.h"
#include "adapters/process/spawn.h"
#include "adapters/process/template.h"

namespace ballast {
namespace {

/// A start takes a millisecond or two of the engine's thread.
constexpr std::size_t kBirthsAtOnce = 16;
/// Between two tries while ports or memory are short.
constexpr Duration kShortOf = std::chrono::seconds{1};
constexpr std::size_t kOldLogs = 20;

std::int64_t bytes_of(const std::optional<Quantity>& quantity) { return quantity ? quantity->milli / 1000 : 0; }

Result<Done> make_directory(const std::filesystem::path& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) return system_error(path.string(), failure.value());
  return Done{};
}

bool waits(const Slot& slot, TimePoint now) { return !slot.worker && !slot.leaving && now >= slot.retry_at; }

}  // namespace

Fleet::Fleet(ProcessTarget target, ProcessHost host)
    : target_(std::move(target)),
      host_(std::move(host)),
      log_directory_(target_.log_directory.empty()
                         ? host_.state_directory / "logs" / host_.policy_namespace / host_.policy
                         : std::filesystem::path(target_.log_directory)),
      records_path_(records_path(host_.state_directory, host_.policy_namespace, host_.policy)),
      generation_(generation_of(target_)) {
  if (const auto range = parse_port_range(target_.ports)) ports_ = *range;
}

Result<Done> Fleet::open() {
  for (const Problem& problem : target_.check())
    return Error{Errc::invalid, fmt::format("scaleTarget.process.{}: {}", problem.path, problem.message)};
  auto scope = scope_of(host_.state_directory);
  if (!scope) return scope.error();
  scope_ = *scope;
  for (const auto& folder : {records_path_.parent_path(), log_directory_})
    if (auto made = make_directory(folder); !made) return made.error();
  if (const auto text = read_small_file(records_path_)) records_ = parse_records(*text);
  const Records before = records_;
  auto found = find_processes(host_.state_directory, scope_);
  if (!found) return found.error();
  const TimePoint now = host_.time.now();
  for (auto& [token, handle] : *found)
    if (token.policy_namespace == host_.policy_namespace && token.policy == host_.policy)
      adopt(std::move(token), std::move(handle), now);
  restore(before, now);
  (void)keep_records(false);  // the note says so
  return Done{};
}

void Fleet::adopt(WorkerToken token, ProcessHandle handle, TimePoint now) {
  records_.next = std::max(records_.next, number_of(token.name, token.policy).value_or(0) + 1);
  Worker worker{.token = std::move(token), .handle = std::move(handle), .adopted = true, .since = now};
  worker.started = std::min(worker.token.started, now);
  slots_.push_back(Slot{.worker = std::move(worker)});
}

/// What stood in the slots of the Ballast before: who was asked to end, how often workers died, and the slots that
/// wait for a worker, as far as they were told and may be.
void Fleet::restore(const Records& before, TimePoint now) {
  std::vector<Slot> waiting;
  for (const SlotRecord& record : before.slots) {
    const auto slot =
        std::ranges::find_if(slots_, [&record](const Slot& each) { return each.worker->token.name == record.worker; });
    if (slot != slots_.end()) {
      slot->failures = record.failures;
      slot->leaving = record.leaving;
      if (!record.leaving) continue;
      slot->worker->become(MemberState::stopping, now);
      slot->worker->kill_at = now + target_.stop_timeout;
    } else if (!record.leaving) {
      const TimePoint latest = now + target_.restart_backoff.max;
      waiting.push_back(Slot{.failures = record.failures, .retry_at = std::min(record.retry_at, latest)});
      if (record.failures > 0)
        waiting.back().problem = fmt::format("workers died {} times before Ballast began", record.failures);
    }
  }
  const std::int32_t told = std::min(before.told.value_or(0), host_.max_replicas);
  for (Slot& slot : waiting)
    if (staying() < told) slots_.push_back(std::move(slot));
  while (staying() < told) slots_.push_back(Slot{});
  records_.told = staying();
}

std::int32_t Fleet::staying() const {
  return static_cast<std::int32_t>(std::ranges::count(slots_, false, &Slot::leaving));
}

void Fleet::remember_told(std::int32_t replicas) {
  records_.told = replicas;
  (void)keep_records(false);  // the note says so
}

Worker* Fleet::find(std::string_view name) {
  for (Slot& slot : slots_)
    if (slot.worker && slot.worker->token.name == name) return &*slot.worker;
  return nullptr;
}

void Fleet::look(TimePoint now) {
  for (Slot& slot : slots_)
    if (slot.worker) hear_from_shim(*slot.worker, now);
  bury_dead(now);
  kill_overdue(now);
}

void Fleet::hear_from_shim(Worker& worker, TimePoint now) const {
  if (const auto news = worker.status ? shim_news(worker.status) : std::nullopt) {
    worker.status.reset();
    worker.start_failure = *news;
  }
  const bool lives = !worker.status && worker.start_failure.empty() && !worker.kill_at && !worker.handle.ended();
  if (!target_.ready && lives && now - worker.started >= kReadyAge) worker.become(MemberState::ready, now);
}

void Fleet::bury_dead(TimePoint now) {
  std::vector<WorkerToken> dead;
  for (Slot& slot : slots_) {
    if (!slot.worker || !slot.worker->handle.ended()) continue;
    const Worker& worker = *slot.worker;
    dead.push_back(worker.token);
    bury(slot, target_.restart_backoff, death_note(worker, worker.handle.reap(), log_of(worker.token.name), now), now);
  }
  if (dead.empty()) return;
  if (acts()) kill_sessions_of(dead);
  std::erase_if(slots_, [](const Slot& slot) { return slot.leaving && !slot.worker; });
  (void)keep_records(false);  // the note says so
}

void Fleet::kill_overdue(TimePoint now) {
  if (!acts()) return;
  std::vector<WorkerToken> overdue;
  for (Slot& slot : slots_) {
    if (!slot.worker || !slot.worker->kill_at || slot.worker->killed || now < *slot.worker->kill_at) continue;
    slot.worker->killed = true;
    send(slot, SIGKILL);
    overdue.push_back(slot.worker->token);
  }
  kill_sessions_of(overdue);
}

void Fleet::send(Slot& slot, int signal) {
  if (const auto sent = slot.worker->handle.send(signal); !sent)
    slot.problem = fmt::format("{} cannot be stopped: {}", slot.worker->token.name, sent.error().message);
}

void Fleet::stop(Slot& slot, TimePoint now) {
  if (slot.worker->kill_at) return;
  slot.worker->kill_at = now + target_.stop_timeout;
  send(slot, SIGTERM);
}

void Fleet::condemn(std::string_view name, std::string why, TimePoint now) {
  if (!acts()) return;
  for (Slot& slot : slots_) {
    if (!slot.worker || slot.worker->token.name != name || slot.worker->kill_at) continue;
    slot.worker->condemned = std::move(why);
    slot.worker->become(MemberState::failed, now);
    stop(slot, now);
    return;
  }
}

bool Fleet::leave(std::string_view name, TimePoint now) {
  const auto slot = std::ranges::find_if(slots_, [name](const Slot& each) {
    return each.worker ? each.worker->token.name == name : each.dead && each.dead->name == name;
  });
  if (slot == slots_.end() || slot->leaving) return false;
  if (!slot->worker) {
    slots_.erase(slot);
    return true;
  }
  slot->leaving = true;
  stop(*slot, now);
  slot->worker->become(MemberState::stopping, now);
  return true;
}

void Fleet::resize(std::int32_t replicas) {
  std::int32_t count = staying();
  for (; count < replicas; ++count) slots_.push_back(Slot{});
  for (std::size_t i = slots_.size(); i > 0 && count > replicas; --i) {
    if (slots_[i - 1].worker || slots_[i - 1].leaving) continue;
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(i - 1));
    --count;
  }
}

void Fleet::start_missing(TimePoint now) {
  if (!acts() || now < next_births_ ||
      std::ranges::none_of(slots_, [now](const Slot& slot) { return waits(slot, now); }))
    return;
  shortage_.clear();
  const std::vector<Birth> births = plan_births(now);
  if (!shortage_.empty()) next_births_ = now + kShortOf;
  if (births.empty()) return;
  // A number is used up before its worker exists: no crash and no power cut gives a name twice. A full disk may: to
  // serve with too few would be worse, and who lives is found without its record.
  std::int64_t number = records_.next;
  records_.next += static_cast<std::int64_t>(births.size());
  if (!keep_records(true) && !are_found_without_records()) {
    records_.next = number;
    next_births_ = now + kShortOf;
    return;
  }
  for (const Birth& birth : births) give_birth(birth, number++, now);
  (void)keep_records(false);
  forget_old_logs();
}

std::vector<Fleet::Birth> Fleet::plan_births(TimePoint now) {
  std::set<std::uint16_t> taken;
  for (const Slot& slot : slots_)
    if (slot.worker) taken.insert(slot.worker->token.port);
  std::set<std::uint16_t> occupied;
  std::int64_t fit = births_with_memory();
  std::vector<Birth> births;
  for (Slot& slot : slots_) {
    if (!waits(slot, now)) continue;
    if (births.size() == kBirthsAtOnce || fit-- <= 0) break;
    Birth birth{.slot = &slot};
    if (ports_) {
      const auto port = lowest_free_port(*ports_, taken, port_is_free, occupied);
      if (!port) {
        shortage_ = port_shortage(*ports_, occupied);
        break;
      }
      birth.port = *port;
      taken.insert(*port);
    }
    births.push_back(birth);
  }
  return births;
}

std::int64_t Fleet::births_with_memory() {
  MemoryNeeds needs{.reserve = host_.memory_reserve_bytes, .per_worker = bytes_of(target_.memory_max)};
  if (needs.reserve <= 0) return workers_that_fit(needs);
  std::vector<std::int64_t> settled;
  for (const Slot& slot : slots_) {
    if (!slot.worker) continue;
    const std::int64_t used = resident_bytes(slot.worker->token.pid).value_or(0);
    (slot.worker->state == MemberState::starting ? needs.starting : settled).push_back(used);
  }
  if (needs.per_worker == 0) needs.per_worker = median(settled);
  needs.available = available_memory_bytes().value_or(0);
  const std::int64_t fit = workers_that_fit(needs);
  const auto waiting = std::ranges::count_if(slots_, [](const Slot& slot) { return !slot.worker && !slot.leaving; });
  if (fit < waiting) shortage_ = memory_shortage(needs);
  return fit;
}

void Fleet::give_birth(const Birth& birth, std::int64_t number, TimePoint now) {
  WorkerToken token{.scope = scope_,
                    .policy_namespace = host_.policy_namespace,
                    .policy = host_.policy,
                    .name = fmt::format("{}-{}", host_.policy, number),
                    .port = birth.port,
                    .generation = generation_,
                    .started = now};
  ShimOptions options{.log = log_of(token.name),
                      .user = target_.user,
                      .working_directory = target_.working_directory,
                      .environment_file = target_.environment_file,
                      .memory_bytes = bytes_of(target_.memory_max)};
  for (const std::string& part : target_.command)
    options.command.push_back(expand_template(part, token.name, token.port));
  std::vector<EnvironmentVariable> environment = target_.environment;
  for (auto& variable : environment) variable.value = expand_template(variable.value, token.name, token.port);

  auto spawned = spawn_worker(host_.shim, options, environment, token);
  Slot& slot = *birth.slot;
  if (!spawned) {
    bury(slot, target_.restart_backoff, fmt::format("{}: {}", token.name, spawned.error().message), now);
    return;
  }
  slot.dead.reset();
  slot.worker = Worker{.token = std::move(spawned->token),
                       .handle = std::move(spawned->handle),
                       .status = std::move(spawned->status),
                       .started = now,
                       .since = now};
}

std::string Fleet::log_of(const std::string& name) const { return (log_directory_ / (name + ".log")).string(); }

void Fleet::forget_old_logs() const {
  std::vector<std::int64_t> numbers;
  std::error_code failure;
  std::filesystem::directory_iterator entry(log_directory_, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const std::filesystem::path& path = entry->path();
    const std::int64_t number =
        path.extension() == ".log" ? number_of(path.stem().string(), host_.policy).value_or(-1) : -1;
    const auto lives = [&](const Slot& slot) { return slot.worker && slot.worker->token.name == path.stem().string(); };
    if (number >= 0 && std::ranges::none_of(slots_, lives)) numbers.push_back(number);
  }
  if (numbers.size() <= kOldLogs) return;
  std::ranges::sort(numbers);
  numbers.resize(numbers.size() - kOldLogs);
  for (const std::int64_t number : numbers)
    std::filesystem::remove(log_of(fmt::format("{}-{}", host_.policy, number)), failure);
}

Result<Done> Fleet::keep_records(bool durable) {
  records_.boot = boot_id();
  records_.workers.clear();
  records_.slots.clear();
  for (const Slot& slot : slots_) {
    if (slot.worker) records_.workers.push_back(slot.worker->token);
    if (slot.worker && slot.failures == 0 && !slot.leaving) continue;
    records_.slots.push_back({.worker = slot.worker ? slot.worker->token.name : std::string(),
                              .failures = slot.failures,
                              .retry_at = slot.retry_at,
                              .leaving = slot.leaving});
  }
  auto kept = replace_file(records_path_, to_string(records_), durable);
  records_failure_.clear();
  if (!kept)
    records_failure_ = fmt::format(
        "{}: {}",
        are_found_without_records() ? "workers are started, but cannot be written down" : "no worker is started",
        kept.error().message);
  return kept;
}

bool Fleet::are_found_without_records() const { return known_scope_of(host_.state_directory) == scope_; }

std::string Fleet::uid() const { return fmt::format("{}/{}/{}", scope_, host_.policy_namespace, host_.policy); }

std::string Fleet::note(TimePoint now) const {
  return compose_note(slots_, generation_, shortage_, records_failure_, now, hands_off());
}

}  // namespace ballast
