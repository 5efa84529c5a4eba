// The one receiver of all worlds: what it heard, and how often it was asked.
#include <string>
#include <utility>

#include "tests/sim/fakes.h"

namespace ballast::sim {
namespace {

using Told = ballast::Delivery;

Told failure(Errc code, std::optional<Time> retry_after = {}) {
  Told told{.failure = Error{code, "the receiver: " + std::string(to_string(code))}};
  if (retry_after) told.retry_after = from_seconds(*retry_after);
  return told;
}

std::string name_of(const Alert& alert) {
  const auto label = [&alert](const char* name) {
    const auto at = alert.labels.find(name);
    return at == alert.labels.end() ? std::string{} : at->second;
  };
  const std::string signal = label("signal");
  return label("namespace") + "/" + label("policy") + " " + label("alertname") +
         (signal.empty() ? "" : " of " + signal);
}

class SimReceiver final : public Notifier {
 public:
  explicit SimReceiver(Stage& stage) : stage_(stage) {}

  Task<Told> deliver(Notification notification) override {
    const Trouble* trouble = stage_.strike(Target::receiver);
    if (const Time takes = stage_.delay(trouble); takes > 0) {
      const TimePoint until = stage_.time.now() + from_seconds(takes);
      co_await Sleep(stage_.time, until);
    }
    if (!stage_.begin_word()) co_return failure(Errc::cancelled);
    stage_.knocks.push_back({.at = stage_.now(), .key = notification.key});
    const Mishap mishap = as_mishap(trouble);
    if (!mishap.done && mishap.throws_writing) stage_.blow_up();
    if (!mishap.done && mishap.writes) {
      if (stage_.bugs.contains(Bug::drops_refused)) co_return Told{};
      stage_.knocks.back().retry_after = mishap.retry_after;
      co_return failure(*mishap.writes, mishap.retry_after);
    }
    for (const Alert& alert : notification.alerts) take(notification, alert);
    stage_.end_word();
    if (mishap.throws_writing) stage_.blow_up();
    if (mishap.writes) co_return failure(*mishap.writes, mishap.retry_after);
    co_return Told{};
  }

 private:
  /// The faults that have a name, too.
  static Mishap as_mishap(const Trouble* trouble) {
    if (trouble == nullptr) return {};
    if (trouble->fault == Fault::mishap) return trouble->mishap;
    if (trouble->fault == Fault::write_fails) return {.writes = Errc::unavailable};
    if (trouble->fault == Fault::reply_lost) return {.writes = Errc::outcome_unknown, .done = true};
    return {};
  }

  void take(const Notification& notification, const Alert& alert) {
    Notice notice{notification.key, name_of(alert), alert.starts_at, alert.ends_at.has_value(), stage_.now()};
    if (stage_.bugs.contains(Bug::forgets_begin))
      for (const Notice& before : stage_.notices)
        if (before.alert == notice.alert) notice.started = before.started;
    stage_.notices.push_back(std::move(notice));
    for (const LabelSet* texts : {&alert.labels, &alert.annotations})
      for (const auto& [name, text] : *texts) stage_.show("an alert", text);
  }

  Stage& stage_;
};

}  // namespace

bool Stage::begin_word() {
  if (dead()) return false;
  ++words;
  if (crash && crash->where == Crash::Where::before_word && crash->number == words) kill();
  return !dead();
}

void Stage::end_word() {
  if (crash && crash->where == Crash::Where::after_word && crash->number == words) kill();
}

std::shared_ptr<Notifier> make_receiver(Stage& stage) { return std::make_shared<SimReceiver>(stage); }

}  // namespace ballast::sim
