#include "controller/engine/engine.h"

#include <algorithm>
#include <utility>

namespace ballast {

Engine::Engine(TimeSource& time, Fetcher& fetcher, Journal& journal, EngineEvents events, CompileText compile,
               AlertDispatcher* alerts, OrderBook* orders)
    : polls_(time, fetcher), around_{time, polls_, journal, std::move(events), std::move(compile), alerts, orders} {}

void Engine::put(const std::string& name, Bind bind) {
  std::erase_if(leaving_, [](const auto& runner) { return runner->stopped(); });
  if (const auto at = runners_.find(name); at != runners_.end()) {
    at->second->rebind(std::move(bind));
    return;
  }
  auto runner = std::make_unique<Runner>(name, around_, std::move(bind));
  Runner& added = *runner;
  runners_.emplace(name, std::move(runner));
  const TimePoint first = next_start();
  tasks_.spawn(leaving_.empty() ? added.run(first) : run_after_others(&added, first));
}

/// All at once would wait for the journal together, each with all it holds meanwhile.
TimePoint Engine::next_start() {
  constexpr Duration kApart = std::chrono::microseconds{500};
  const TimePoint start = std::max(around_.time.now(), next_start_);
  next_start_ = start + kApart;
  return start;
}

Task<void> Engine::run_after_others(Runner* runner, TimePoint first) {
  // A renamed document takes over the target of another name, so all who left before must be gone; each waits for
  // earlier ones only.
  const auto still_leaving = [&] {
    for (const auto& other : leaving_) {
      if (other.get() == runner) return false;
      if (!other->stopped()) return true;
    }
    return false;
  };
  while (still_leaving()) {
    const TimePoint next = around_.time.now() + std::chrono::milliseconds{20};
    co_await Sleep(around_.time, next);
  }
  co_await runner->run(first);
}

void Engine::nudge(const std::string& name) {
  if (const auto at = runners_.find(name); at != runners_.end()) at->second->tick_soon();
}

void Engine::remove(const std::string& name) {
  const auto at = runners_.find(name);
  if (at == runners_.end()) return;
  at->second->stop();
  leaving_.push_back(std::move(at->second));
  runners_.erase(at);
  if (around_.alerts != nullptr) around_.alerts->forget(name);
}

Task<void> Engine::shutdown(Duration patience) {
  for (auto& [name, runner] : runners_) runner->stop();
  const TimePoint deadline = around_.time.now() + patience;
  const auto all_stopped = [this] {
    return std::ranges::all_of(runners_, [](const auto& entry) { return entry.second->stopped(); }) &&
           std::ranges::all_of(leaving_, [](const auto& runner) { return runner->stopped(); });
  };
  while (!all_stopped() && around_.time.now() < deadline) {
    const TimePoint next = around_.time.now() + std::chrono::milliseconds{20};
    co_await Sleep(around_.time, next);
  }
}

const Runner* Engine::find(const std::string& name) const {
  const auto at = runners_.find(name);
  return at == runners_.end() ? nullptr : at->second.get();
}

Duration Engine::behind() const {
  Duration most{};
  for (const auto& [name, runner] : runners_) {
    if (runner->bound() == nullptr) continue;
    const TimePoint since = std::max(runner->last_tick(), runner->bound_since());
    const Duration late = around_.time.now() - since - longest_pause(runner->bound()->workload.interval);
    most = std::max(most, late);
  }
  return most;
}

}  // namespace ballast
