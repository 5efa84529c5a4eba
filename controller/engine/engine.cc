#include "controller/engine/engine.h"

#include <algorithm>
#include <utility>

namespace ballast {

Engine::Engine(TimeSource& time, Fetcher& fetcher, Journal& journal, EngineEvents events, CompileText compile)
    : time_(time), journal_(journal), events_(std::move(events)), compile_(std::move(compile)), polls_(time, fetcher) {}

void Engine::put(const std::string& name, Bind bind) {
  std::erase_if(leaving_, [](const auto& runner) { return runner->stopped(); });
  if (const auto at = runners_.find(name); at != runners_.end()) {
    at->second->rebind(std::move(bind));
    return;
  }
  auto runner = std::make_unique<Runner>(name, time_, polls_, journal_, events_, compile_, std::move(bind));
  Runner& added = *runner;
  runners_.emplace(name, std::move(runner));
  tasks_.spawn(run_after_others(&added));
}

Task<void> Engine::run_after_others(Runner* runner) {
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
    const TimePoint next = time_.now() + std::chrono::milliseconds{20};
    co_await Sleep(time_, next);
  }
  co_await runner->run();
}

void Engine::remove(const std::string& name) {
  const auto at = runners_.find(name);
  if (at == runners_.end()) return;
  at->second->stop();
  leaving_.push_back(std::move(at->second));
  runners_.erase(at);
}

Task<void> Engine::shutdown(Duration patience) {
  for (auto& [name, runner] : runners_) runner->stop();
  const TimePoint deadline = time_.now() + patience;
  const auto all_stopped = [this] {
    return std::ranges::all_of(runners_, [](const auto& entry) { return entry.second->stopped(); }) &&
           std::ranges::all_of(leaving_, [](const auto& runner) { return runner->stopped(); });
  };
  while (!all_stopped() && time_.now() < deadline) {
    const TimePoint next = time_.now() + std::chrono::milliseconds{20};
    co_await Sleep(time_, next);
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
    const Duration late = time_.now() - since - longest_pause(runner->bound()->workload.interval);
    most = std::max(most, late);
  }
  return most;
}

}  // namespace ballast
