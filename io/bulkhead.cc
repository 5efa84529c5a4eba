#include "io/bulkhead.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "io/url.h"
#include "io/wakeable.h"

namespace ballast {
namespace {

/// One question on its way, and those who want the same answer.
struct Flight {
  Request request{};
  std::optional<Result<Response>> answer{};
  std::list<Wakeable*> followers{};
};

struct Slot;

struct Source {
  std::size_t under_way = 0;
  std::list<Slot*> waiting{};  ///< first come, first served
  std::list<std::shared_ptr<Flight>> flights{};
};
using SourcePtr = std::shared_ptr<Source>;

/// The right to be under way, or a place in the line for it.
struct Slot {
  SourcePtr source;
  Wakeable turn;
  bool granted = false;

  Slot(SourcePtr of, TimeSource& time, TimePoint deadline, std::size_t limit)
      : source(std::move(of)), turn(time, deadline), granted(source->under_way < limit) {
    if (granted)
      ++source->under_way;
    else
      source->waiting.push_back(this);
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    if (!granted) {
      source->waiting.remove(this);
    } else if (source->waiting.empty()) {
      --source->under_way;
    } else {  // handed on
      Slot* const next = source->waiting.front();
      source->waiting.pop_front();
      next->granted = true;
      next->turn.wake();
    }
  }
};

/// Leads a flight; when it ends, with an answer or without, the followers wake.
struct Lead {
  SourcePtr source;
  std::shared_ptr<Flight> flight = std::make_shared<Flight>();

  Lead(SourcePtr of, const Request& request) : source(std::move(of)) {
    flight->request = request;
    source->flights.push_back(flight);
  }
  Lead(const Lead&) = delete;
  Lead& operator=(const Lead&) = delete;
  ~Lead() {
    source->flights.remove(flight);
    for (Wakeable* follower : flight->followers) follower->wake();
  }
};

struct Follow {
  std::shared_ptr<Flight> flight;
  Wakeable arrival;

  Follow(std::shared_ptr<Flight> of, TimeSource& time, TimePoint deadline)
      : flight(std::move(of)), arrival(time, deadline) {
    flight->followers.push_back(&arrival);
  }
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;
  ~Follow() { flight->followers.remove(&arrival); }
};

bool is_shareable(const Request& request) {
  return request.channel != Channel::http || request.method == "GET" || request.method == "HEAD";
}

class Bulkhead final : public Fetcher {
 public:
  Bulkhead(Fetcher& below, TimeSource& time, BulkheadOptions options) : below_(below), time_(time), options_(options) {}

  Task<Result<Response>> fetch(Request request) override {
    const TimePoint deadline = time_.now() + request.deadline;
    const SourcePtr source = source_of(request);
    while (auto flight = shared_flight(*source, request)) {
      Follow follow(std::move(flight), time_, deadline);
      const bool woken = co_await follow.arrival;
      if (follow.flight->answer) co_return *follow.flight->answer;
      if (!woken) co_return late(request, *source);
      // Its leader went away: the first of its followers leads, the others find that one.
    }
    co_return co_await lead(std::move(request), source, deadline);
  }

 private:
  Task<Result<Response>> lead(Request request, SourcePtr source, TimePoint deadline) {
    if (source->waiting.size() >= options_.waiting && source->under_way >= options_.under_way)
      co_return Error{Errc::unavailable, fmt::format("{}: {} requests wait for this source already",
                                                     redact_url(request.url), source->waiting.size())};
    Lead lead(source, request);
    Slot slot(source, time_, deadline, options_.under_way);
    if (!slot.granted) {
      const bool came = co_await slot.turn;
      if (!came) {
        lead.flight->answer = late(request, *source);
        co_return *lead.flight->answer;
      }
    }
    request.deadline = std::max(deadline - time_.now(), Duration{1});
    lead.flight->answer = co_await below_.fetch(std::move(request));
    co_return *lead.flight->answer;
  }

  static Error late(const Request& request, const Source& source) {
    return {Errc::timeout, fmt::format("{}: no slot came free within {} s: {} requests to this source are under way",
                                       redact_url(request.url), seconds(request.deadline), source.under_way)};
  }

  static std::shared_ptr<Flight> shared_flight(const Source& source, const Request& request) {
    if (!is_shareable(request)) return nullptr;
    const auto found =
        std::ranges::find_if(source.flights, [&](const auto& flight) { return flight->request == request; });
    return found == source.flights.end() ? nullptr : *found;
  }

  SourcePtr source_of(const Request& request) {
    const Result<Url> url = parse_url(request.url);
    const std::string name = url ? origin_of(*url) : request.url;
    if (sources_.size() >= next_sweep_) {
      std::erase_if(sources_, [](const auto& entry) { return entry.second.expired(); });
      next_sweep_ = 2 * sources_.size() + 64;
    }
    std::weak_ptr<Source>& known = sources_[name];
    SourcePtr source = known.lock();
    if (!source) known = source = std::make_shared<Source>();
    return source;
  }

  Fetcher& below_;
  TimeSource& time_;
  BulkheadOptions options_;
  std::map<std::string, std::weak_ptr<Source>> sources_{};  // each lives as long as somebody asks it
  std::size_t next_sweep_ = 64;
};

}  // namespace

std::unique_ptr<Fetcher> make_bulkhead(Fetcher& below, TimeSource& time, BulkheadOptions options) {
  return std::make_unique<Bulkhead>(below, time, options);
}

}  // namespace ballast
