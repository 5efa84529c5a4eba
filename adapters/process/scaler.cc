#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "adapters/process/connect.h"
#include "adapters/process/fleet.h"
#include "adapters/process/process.h"
#include "adapters/process/template.h"

namespace ballast {
namespace {

/// How long a death, or the end of a start, can go unnoticed.
constexpr Duration kLook = std::chrono::milliseconds{100};

enum class CheckKind : std::uint8_t { ready, live };

class ProcessScaler final : public Scaler {
 public:
  ProcessScaler(ProcessTarget target, ProcessHost host)
      : fleet_(std::move(target), std::move(host)), time_(fleet_.host().time), fetcher_(fleet_.host().fetcher) {}

  Result<Done> open() {
    auto opened = fleet_.open();
    if (!opened) return opened;
    began_ = time_.now();
    desired_ = fleet_.staying();
    tasks_.spawn(supervise());
    enter_roster();
    return opened;
  }

  Task<Result<ScalerView>> observe() override {
    // A worker that was found is not known before it has been asked once; "not ready" would be a guess.
    while (some_found_worker_is_unasked()) {
      const TimePoint next = time_.now() + std::chrono::milliseconds{20};
      co_await Sleep(time_, next);
    }
    fleet_.look(time_.now());
    co_return view();
  }

  Task<Result<Done>> scale(ObservedTarget observed, std::int32_t replicas, std::vector<std::string> remove) override {
    co_return tell(observed, replicas, remove);
  }

 private:
  void enter_roster() {
    const ProcessHost& host = fleet_.host();
    if (host.roster == nullptr) return;
    place_ = host.roster->enter(fmt::format("{}/{}", host.policy_namespace, host.policy), [this] {
      std::vector<RosterEntry> living;
      for (const Slot& slot : fleet_.slots())
        if (slot.worker && is_itself(*slot.worker))
          living.push_back({slot.worker->token.name, slot.worker->handle.pid(), slot.worker->token.start_ticks});
      return living;
    });
  }
  /// While its shim is at work it is a copy of Ballast, and once it has ended nothing.
  static bool is_itself(const Worker& worker) {
    return !worker.status && worker.start_failure.empty() && !worker.handle.ended();
  }

  Result<Done> tell(const ObservedTarget& observed, std::int32_t replicas, const std::vector<std::string>& remove) {
    const TimePoint now = time_.now();
    fleet_.look(now);
    if (observed.uid != fleet_.uid())
      return Error{Errc::conflict, fmt::format("decided on {}, this is {}", observed.uid, fleet_.uid())};
    if (const std::string why = fleet_.hands_off(); !why.empty())
      return Error{Errc::denied, fmt::format("{}: nothing is started or stopped", why)};
    if (replicas < 0) return Error{Errc::bug, fmt::format("{} replicas", replicas)};
    const bool is_repeated = replicas == desired_ &&
                             std::ranges::none_of(remove, [this](const std::string& name) { return is_there(name); });
    if (!is_repeated && observed.version != version())
      return Error{Errc::conflict, fmt::format("told something else since {}, now {}", observed.version, version())};
    if (!is_repeated) ++told_;
    for (const std::string& name : remove) fleet_.leave(name, now);
    desired_ = replicas;
    fleet_.resize(replicas);
    if (!is_repeated) fleet_.remember_told(replicas);
    fleet_.start_missing(now);
    return Done{};
  }

  [[nodiscard]] bool is_there(const std::string& name) {
    return std::ranges::any_of(fleet_.slots(), [&name](const Slot& slot) {
      return !slot.leaving && (slot.worker ? slot.worker->token.name == name : slot.dead && slot.dead->name == name);
    });
  }

  ScalerView view() {
    ScalerView view;
    view.target =
        ObservedTarget{.uid = fleet_.uid(), .version = version(), .desired = desired_, .chooses_members = true};
    for (const Slot& slot : fleet_.slots()) {
      if (!slot.worker && !slot.dead) continue;
      view.members.push_back(slot.worker ? member_of(*slot.worker) : *slot.dead);
      if (view.members.back().state != MemberState::stopping) ++view.target.existing;
      if (view.members.back().state == MemberState::ready) ++view.target.ready;
    }
    view.note = fleet_.note(time_.now());
    return view;
  }

  [[nodiscard]] std::string version() const { return fmt::format("{}-{}", began_.time_since_epoch().count(), told_); }

  [[nodiscard]] bool some_found_worker_is_unasked() {
    const auto& ready = fleet_.target().ready;
    if (!ready || time_.now() >= began_ + ready->timeout + std::chrono::seconds{1}) return false;
    return std::ranges::any_of(fleet_.slots(), [](const Slot& slot) {
      return slot.worker && slot.worker->adopted && !slot.worker->ready.answered && !slot.worker->handle.ended();
    });
  }

  Task<void> supervise() {
    for (;;) {
      const TimePoint now = time_.now();
      fleet_.look(now);
      fleet_.resize(desired_);
      fleet_.start_missing(now);
      begin_checks(now);
      const TimePoint next = now + kLook;
      co_await Sleep(time_, next);
    }
  }

  void begin_checks(TimePoint now) {
    const ProcessTarget& target = fleet_.target();
    for (Slot& slot : fleet_.slots()) {
      if (!slot.worker || slot.worker->status || slot.worker->kill_at) continue;
      Worker& worker = *slot.worker;
      const TimePoint first =
          worker.adopted ? now : worker.started + (target.ready ? target.ready->initial_delay : Duration{});
      if (target.ready && is_due(worker.ready, first, now)) {
        worker.ready.running = true;
        worker.ready.next = now + target.ready->period;
        tasks_.spawn(check(CheckKind::ready, worker.token.name, worker.token.port));
      }
      if (target.live && worker.first_ready &&
          is_due(worker.live, *worker.first_ready + target.live->initial_delay, now)) {
        worker.live.running = true;
        worker.live.next = now + target.live->period;
        tasks_.spawn(check(CheckKind::live, worker.token.name, worker.token.port));
      }
    }
  }

  Task<void> check(CheckKind kind, std::string name, std::uint16_t port) {
    const ProcessTarget& target = fleet_.target();
    const bool is_ready = kind == CheckKind::ready;
    const auto& http = is_ready ? target.ready->http : target.live->http;
    const auto& tcp = is_ready ? target.ready->tcp : target.live->tcp;
    const Duration timeout = is_ready ? target.ready->timeout : target.live->timeout;
    Result<Done> answer = Error{Errc::bug, "a check without an address"};
    if (http) {
      std::string url = expand_template(*http, name, port);
      answer = co_await ask_http(std::move(url), timeout);
    } else if (tcp) {
      std::string address = expand_template(*tcp, name, port);
      answer = co_await ask_tcp(std::move(address), timeout);
    }
    // It may be gone by now, but its name is never another's.
    if (Worker* worker = fleet_.find(name)) conclude(kind, *worker, answer);
  }

  Task<Result<Done>> ask_http(std::string url, Duration timeout) {
    constexpr std::int64_t kMaxAnswer = std::int64_t{1} << 20;
    Request request{.url = std::move(url), .deadline = timeout, .max_bytes = kMaxAnswer};
    const auto response = co_await fetcher_.fetch(std::move(request));
    if (!response) co_return response.error();
    if (response->status >= 200 && response->status < 400) co_return Done{};
    co_return Error{Errc::unavailable, fmt::format("HTTP {}", response->status)};
  }

  Task<Result<Done>> ask_tcp(std::string text, Duration timeout) {
    auto address = parse_socket_address(text);
    if (!address) co_return address.error();
    co_return co_await try_to_connect(time_, std::move(*address), timeout);
  }

  void conclude(CheckKind kind, Worker& worker, const Result<Done>& answer) {
    const TimePoint now = time_.now();
    CheckCounts& counts = kind == CheckKind::ready ? worker.ready : worker.live;
    counts.running = false;
    counts.count(answer.has_value());
    if (kind == CheckKind::ready) {
      judge_ready(worker, *fleet_.target().ready, now);
    } else if (counts.bad >= fleet_.target().live->failure_threshold) {
      fleet_.condemn(worker.token.name,
                     fmt::format("{} live checks in a row failed: {}", counts.bad, answer.error().message), now);
    }
  }

  Fleet fleet_;
  TimeSource& time_;
  Fetcher& fetcher_;
  TimePoint began_{};
  std::int32_t desired_ = 0;
  std::int64_t told_ = 0;
  Roster::Place place_{};
  TaskGroup tasks_{};  // last: tasks go before what they use
};

}  // namespace

Result<std::unique_ptr<Scaler>> make_process_scaler(ProcessTarget target, ProcessHost host) {
  auto scaler = std::make_unique<ProcessScaler>(std::move(target), std::move(host));
  if (auto opened = scaler->open(); !opened) return opened.error();
  return std::unique_ptr<Scaler>(std::move(scaler));
}

}  // namespace ballast
