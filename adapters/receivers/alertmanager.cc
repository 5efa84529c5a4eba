#include "adapters/receivers/alertmanager.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "adapters/receivers/http_delivery.h"
#include "formats/alertmanager.h"
#include "io/url.h"
#include "io/wakeable.h"

namespace ballast {
namespace {

/// What is worth trying again soon comes first, then what is after a while, then what is not.
int rank_of(Errc code) {
  switch (code) {
    case Errc::outcome_unknown:
    case Errc::unavailable:
    case Errc::timeout:
    case Errc::conflict:
      return 0;
    case Errc::rate_limited:
      return 1;
    default:
      return 2;
  }
}

/// One delivery to several; the last of them wakes who waits.
struct Round {
  std::vector<Result<Response>> answers{};
  std::size_t missing = 0;
  Wakeable all_answered;

  Round(std::size_t count, TimeSource& time, TimePoint patience)
      : answers(count, Error{Errc::timeout, "no answer"}), missing(count), all_answered(time, patience) {}
};

class Alertmanager final : public Notifier {
 public:
  Alertmanager(AlertmanagerReceiver spec, ReceiverHost& host) : spec_(std::move(spec)), host_(host) {}

  Task<Delivery> deliver(Notification notification) override {
    constexpr Duration kGrace = std::chrono::seconds{1};  // the fetcher ends each of them at its deadline
    const TimePoint deadline = host_.time.now() + spec_.timeout;
    Round round(spec_.urls.size(), host_.time, deadline + kGrace);
    const std::vector<std::string> bodies = alertmanager_bodies(notification, host_.time.wall());
    TaskGroup told;  // after what they use
    for (std::size_t i = 0; i < spec_.urls.size(); ++i) told.spawn(tell(i, &bodies, deadline, &round));
    co_await round.all_answered;
    told.reap();
    co_return outcome_of(round.answers, notification.receiver);
  }

 private:
  [[nodiscard]] Request request_to(const std::string& url, const std::string& body, Duration left) const {
    Request request = json_post(join_url(url, "/api/v2/alerts"), body, left);
    request.tls = spec_.tls.value_or(TlsOptions{});
    request.auth = spec_.auth.value_or(AuthSpec{});
    return request;
  }

  /// One post after the other; the first that is not taken is the answer. Before the last one there is none.
  Task<void> tell(std::size_t index, const std::vector<std::string>* bodies, TimePoint deadline, Round* round) {
    using std::chrono::milliseconds;
    const SecretWords none;
    Result<Response> answer = Error{Errc::bug, "nothing to tell"};
    for (const std::string& body : *bodies) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - host_.time.now());  // whole ones: messages name it
      Request request = request_to(spec_.urls[index], body, std::max(left, milliseconds{1}));
      answer = co_await host_.fetcher.fetch(std::move(request));
      if (failure_of(answer, none)) break;
    }
    round->answers[index] = std::move(answer);
    if (--round->missing == 0) round->all_answered.wake();
  }

  [[nodiscard]] Delivery outcome_of(const std::vector<Result<Response>>& answers, const std::string& receiver) const {
    const SecretWords none;
    Delivery best;
    std::string all;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto failure = failure_of(answers[i], none);
      if (!failure) return {};
      // What the client says names the url itself.
      all += (all.empty() ? "" : "; ") + (answers[i] ? redact_url(spec_.urls[i]) + ": " : "") + failure->message;
      if (!best.failure || rank_of(failure->code) < rank_of(best.failure->code))
        best = delivery_of(answers[i], receiver, none);
    }
    best.failure = failed_delivery({best.failure->code, all}, receiver, none).failure;
    return best;
  }

  AlertmanagerReceiver spec_;
  ReceiverHost& host_;
};

}  // namespace

Problems AlertmanagerReceiver::check() const {
  Problems problems;
  for (std::size_t i = 0; i < urls.size(); ++i)
    if (std::string wrong = problem_of_base(urls[i]); !wrong.empty())
      problems.push_back({{}, fmt::format("urls[{}]", i), std::move(wrong)});
  return problems;
}

Result<std::unique_ptr<Notifier>> make_alertmanager_notifier(AlertmanagerReceiver spec, ReceiverHost& host) {
  if (spec.urls.empty()) return Error{Errc::invalid, "alertmanager.urls: at least one is needed"};
  if (const Problems problems = spec.check(); !problems.empty())
    return Error{Errc::invalid, fmt::format("alertmanager.{}: {}", problems[0].path, problems[0].message)};
  return std::unique_ptr<Notifier>(std::make_unique<Alertmanager>(std::move(spec), host));
}

}  // namespace ballast
