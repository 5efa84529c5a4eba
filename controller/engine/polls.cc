#include "controller/engine/polls.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "controller/engine/guarded.h"
#include "core/fnv.h"

namespace ballast {
namespace {

/// Of what is asked: the same in every run.
std::uint64_t hash_of(const Request& request) { return fnv(request.body, fnv(request.url)); }

/// A place within the interval.
Duration phase_of(std::uint64_t hash, Duration interval) {
  return Duration{
      static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(std::max<std::int64_t>(1, interval.count())))};
}

/// What escaped a fetcher or a probe fails this one signal.
Error escaped_probe(const std::string& type, const std::string& doing) {
  return escaped("the probe " + type + " failed " + doing, std::current_exception());
}

/// A source that is overloaded says when it wants to be asked again; nobody may silence a signal for long with that.
Duration asked_to_wait(const Result<Response>& answer) {
  constexpr Duration kMost = std::chrono::minutes{5};
  if (!answer || (answer->status != 429 && answer->status != 503)) return {};
  return std::min(answer->retry_after.value_or(Duration{}), kMost);
}

}  // namespace

Result<Page> Polls::decode(const Source& source, const Response& answer) {
  try {
    return source.decode(answer);
  } catch (...) {
    return escaped_probe(source.type, "reading an answer of " + std::to_string(answer.body.size()) + " bytes");
  }
}

Result<NamedReading> Polls::select(const Source& source, const Subscriber& subscriber, const Page& page) {
  try {
    return subscriber.select(page, source.previous.get());
  } catch (...) {
    return escaped_probe(source.type, "selecting its signal");
  }
}

TimePoint Polls::first_poll(Duration phase) {
  constexpr Duration kApart = std::chrono::milliseconds{2};
  const TimePoint now = time_.now();
  const TimePoint paced = std::max(now, next_first_);
  next_first_ = paced + kApart;
  return std::min(paced, now + phase);
}

Polls::Subscription Polls::subscribe(CompiledProbe probe, Duration interval, Receive receive) {
  Subscription subscription;
  subscription.live_ = std::make_shared<bool>(true);
  Subscriber subscriber{std::move(probe.select), std::move(receive), subscription.live_};
  const std::uint64_t hash = hash_of(probe.request);
  const auto [begin, end] = sources_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    Source& source = *at->second;
    if (source.interval != interval || source.type != probe.type || source.request != probe.request) continue;
    source.subscribers.push_back(std::move(subscriber));
    return subscription;
  }
  auto source = std::make_shared<Source>();
  source->request = std::move(probe.request);
  source->type = std::move(probe.type);
  source->decode = std::move(probe.decode);
  source->interval = interval;
  source->subscribers.push_back(std::move(subscriber));
  sources_.emplace(hash, source);
  const TimePoint first = first_poll(phase_of(hash, interval));
  tasks_.spawn(poll(std::move(source), first));
  return subscription;
}

void Polls::forget(const std::shared_ptr<Source>& source) {
  const auto [begin, end] = sources_.equal_range(hash_of(source->request));
  const auto at = std::find_if(begin, end, [&](const auto& entry) { return entry.second == source; });
  if (at != end) sources_.erase(at);
}

Task<void> Polls::poll(std::shared_ptr<Source> source, TimePoint first) {
  TimePoint next = first;
  for (;;) {
    co_await Sleep(time_, next);
    std::erase_if(source->subscribers, [](const Subscriber& subscriber) { return !*subscriber.live; });
    if (source->subscribers.empty()) break;
    next = co_await poll_once(source, next);
  }
  forget(source);
  source.reset();  // a finished task is forgotten later, with what it was given
}

/// A task of its own, so that nothing of an answer outlives its poll.
Task<TimePoint> Polls::poll_once(std::shared_ptr<Source> source, TimePoint due) {
  const Result<Response> answer = co_await ask(source);
  deliver(*source, answer, time_.now());
  // A poll that took longer than the interval skips beats instead of piling up.
  const TimePoint now = time_.now();
  TimePoint next = due + source->interval;
  if (next < now) next = now + source->interval;
  co_return std::max(next, now + asked_to_wait(answer));
}

Task<Result<Response>> Polls::ask(std::shared_ptr<Source> source) {
  co_return co_await guarded(fetcher_.fetch(source->request),
                             "the probe " + source->type + " failed asking its source");
}

void Polls::deliver(Source& source, const Result<Response>& answer, TimePoint at) {
  std::unique_ptr<Page> page;
  Error failure;
  if (!answer) {
    failure = answer.error();
  } else if (auto decoded = decode(source, *answer); decoded) {
    page = std::make_unique<Page>(std::move(*decoded));
  } else {
    failure = decoded.error();
  }
  for (const Subscriber& subscriber : source.subscribers) {
    if (!*subscriber.live) continue;
    subscriber.receive(at, page ? select(source, subscriber, *page) : Result<NamedReading>(failure));
  }
  if (page) source.previous = std::move(page);
}

}  // namespace ballast
