// Asks the sources: equal questions once, spread over their interval, each answer read once and shared by all signals
// that are selected from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/probe.h"
#include "core/task.h"
#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

class Polls {
 public:
  /// Gets each answer of one signal, or the reason that there is none; what a probe throws is such a reason (bug).
  using Receive = std::function<void(TimePoint at, Result<NamedReading>)>;

  /// Unsubscribes when it goes.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept = default;
    ~Subscription() {
      if (live_) *live_ = false;
    }

   private:
    friend class Polls;
    std::shared_ptr<bool> live_{};
  };

  Polls(TimeSource& time, Fetcher& fetcher) : time_(time), fetcher_(fetcher) {}

  /// Polls every `interval`. A few sources are asked at once; many begin one after the other, 500 a second, and none
  /// later than at its place within the interval, which depends on the request alone: so they stay spread over it. Who
  /// answers 429 or 503 with Retry-After is not asked before, for five minutes at most.
  Subscription subscribe(CompiledProbe probe, Duration interval, Receive receive);
  [[nodiscard]] std::size_t sources() const { return sources_.size(); }

 private:
  struct Subscriber {
    decltype(CompiledProbe::select) select{};
    Receive receive{};
    std::shared_ptr<bool> live{};
  };
  struct Source {
    Request request{};
    std::string type{};
    Duration interval{};
    decltype(CompiledProbe::decode) decode{};
    std::vector<Subscriber> subscribers{};
    std::unique_ptr<Page> previous{};
  };
  Task<void> poll(std::shared_ptr<Source> source, TimePoint first);
  /// Returns when it is to be asked next.
  Task<TimePoint> poll_once(std::shared_ptr<Source> source, TimePoint due);
  /// When a new source is asked first: soon, but not all at once.
  TimePoint first_poll(Duration phase);
  void forget(const std::shared_ptr<Source>& source);
  Task<Result<Response>> ask(std::shared_ptr<Source> source);
  static Result<Page> decode(const Source& source, const Response& answer);
  static Result<NamedReading> select(const Source& source, const Subscriber& subscriber, const Page& page);
  static void deliver(Source& source, const Result<Response>& answer, TimePoint at);

  TimeSource& time_;
  Fetcher& fetcher_;
  std::unordered_multimap<std::uint64_t, std::shared_ptr<Source>> sources_{};  ///< by a hash of what is asked
  TimePoint next_first_{};
  TaskGroup tasks_{};
};

}  // namespace ballast
