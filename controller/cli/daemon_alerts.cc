// How the daemon tells people: receivers made from documents, and what its log and metrics say of them.
#include <fmt/format.h>

#include <utility>

#include "controller/cli/alert_views.h"
#include "controller/cli/daemon.h"
#include "controller/registry.h"
#include "io/vendor_client.h"

namespace ballast {
namespace {

std::string label(const Alert& alert, const std::string& name) {
  const auto found = alert.labels.find(name);
  return found == alert.labels.end() ? "" : found->second;
}

std::string summary(const Alert& alert) {
  const auto found = alert.annotations.find("summary");
  return found == alert.annotations.end() ? "" : found->second;
}

}  // namespace

int Daemon::open_alerts() {
  auto vendors = make_vendor_fetcher(*loop_, {.hosts = vendor_hosts()});
  if (!vendors) {
    log_.error(vendors.error().message);
    return kUsage;
  }
  vendors_ = std::move(*vendors);
  receiver_host_ = std::make_unique<ReceiverHost>(ReceiverHost{*loop_, *http_, *vendors_, *mail_executor_});
  alerts_ = std::make_unique<AlertDispatcher>(*loop_, *journal_, alert_events());
  return kGood;
}

void Daemon::route_alerts(const CompiledAlerting& alerting) {
  if (alerting_ == alerting) return;
  Notifiers notifiers;
  for (const CompiledReceiver& receiver : alerting.receivers) {
    auto made = bind_notifier(receiver.notifier, *receiver_host_);
    if (made)
      notifiers.emplace(receiver.name, std::move(*made));
    else
      log_.error("a receiver cannot be used", {{"receiver", receiver.name}, {"error", made.error().message}});
  }
  if (!alerting.routed) log_.info("alerts go to this log only: there is no AlertRoute", {{"reason", "NoReceiver"}});
  alerts_->configure(alerting.routing, std::move(notifiers));
  alerting_ = alerting;
}

AlertEvents Daemon::alert_events() {
  AlertEvents events;
  events.changed = [this](const Alert& alert) {
    log_.warn(alert.ends_at ? "alert resolved" : "alert firing", {{"alert", label(alert, "alertname")},
                                                                  {"severity", label(alert, "severity")},
                                                                  {"workload", where_of(alert)},
                                                                  {"summary", summary(alert)}});
    if (actions_) actions_->wake();
  };
  events.tried = [this](const Notification& notification, const Delivery& delivery) {
    const std::string result = delivery.failure ? std::string{to_string(delivery.failure->code)} : "ok";
    metrics_->notification_was(notification.receiver, result);
    if (delivery.failure)
      log_.warn("a receiver was not told, it is tried again",
                {{"receiver", notification.receiver}, {"error", delivery.failure->message}});
    else if (!delivery.note.empty())
      log_.warn("a receiver took it, though not for everybody",
                {{"receiver", notification.receiver}, {"note", delivery.note}});
  };
  events.trouble = [this](const std::string& what) { log_.warn(what); };
  return events;
}

}  // namespace ballast
