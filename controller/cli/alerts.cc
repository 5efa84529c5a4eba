// `ballast alert`: what fires, and whether a receiver can be told.
#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "controller/alerts/rows.h"
#include "controller/cli/alert_views.h"
#include "controller/cli/commands.h"
#include "controller/config/config.h"
#include "controller/journal/history.h"
#include "controller/registry.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "io/rest_line.h"
#include "io/vendor_client.h"
#include "io/wall_clock.h"

namespace ballast {
namespace {

int fail(const Error& error) {
  fmt::print(stderr, "ballast: {}\n", error.message);
  return error.code == Errc::not_found ? kNotFound : kNotWell;
}

/// One that fires and one that is over, so that both can be looked at.
Notification test_notification(const std::string& receiver, WallTime now) {
  Alert alert{.labels = {{"alertname", "BallastTest"}, {"namespace", "ballast"}, {"severity", "info"}},
              .annotations = {{"summary", "This is a test"},
                              {"description", "Somebody ran `ballast alert test`: nothing is wrong."}},
              .starts_at = now};
  Alert ended = alert;
  ended.labels["alertname"] = "BallastTestResolved";
  ended.ends_at = now;
  return {.receiver = receiver,
          .group_key = "{}:{alertname=\"BallastTest\"}",
          .key = fmt::format("test-{}", now.time_since_epoch().count()),
          .group_labels = {{"namespace", "ballast"}},
          .alerts = {alert, ended},
          .repeat = std::chrono::minutes{1}};
}

Task<void> deliver(Loop* loop, Notifier* notifier, Notification notification, std::optional<Delivery>* into) {
  *into = co_await notifier->deliver(std::move(notification));
  loop->stop();
}

Result<Delivery> deliver_test(const CompiledReceiver& receiver, bool allow_link_local) {
  prepare_rest_library();  // before there are other threads
  const auto loop = make_loop();
  HttpClientOptions network;
  network.network.allow_link_local = allow_link_local;
  auto http = make_http_fetcher(*loop, std::move(network));
  if (!http) return http.error();
  auto vendors = make_vendor_fetcher(*loop, {.hosts = vendor_hosts()});
  if (!vendors) return vendors.error();
  const auto executor = loop->make_executor();
  ReceiverHost host{*loop, **http, **vendors, *executor};
  auto notifier = bind_notifier(receiver.notifier, host);
  if (!notifier) return notifier.error();
  std::optional<Delivery> delivery;
  TaskGroup tasks;
  tasks.spawn(deliver(loop.get(), notifier->get(), test_notification(receiver.name, loop->wall()), &delivery));
  if (!delivery) loop->run();
  if (!delivery) return Error{Errc::cancelled, "interrupted"};
  return *delivery;
}

const CompiledReceiver* find(const CompiledAlerting& alerting, const std::string& name) {
  for (const CompiledReceiver& receiver : alerting.receivers)
    if (receiver.name == full_name(name)) return &receiver;
  return nullptr;
}

std::string known(const CompiledAlerting& alerting) {
  std::string names;
  for (const CompiledReceiver& receiver : alerting.receivers) names += (names.empty() ? "" : ", ") + receiver.name;
  return names.empty() ? "there is none" : "there are " + names;
}

}  // namespace

int alert_test_command(const AlertTestOptions& options) {
  const LoadedSet set = load(options.files);
  for (const FileProblem& problem : set.problems)
    if (!problem.warning) fmt::print(stderr, "{}\n", to_string(problem));
  const CompiledReceiver* receiver = find(set.alerting, options.receiver);
  if (receiver == nullptr) {
    fmt::print(stderr, "ballast: no good AlertReceiver {}: {}\n", full_name(options.receiver), known(set.alerting));
    return set.errors() > 0 ? kBadDocuments : kNotFound;
  }
  const auto delivery = deliver_test(*receiver, options.allow_link_local);
  if (!delivery) return fail(delivery.error());
  if (delivery->failure) {
    fail(*delivery->failure);
    return kNotWell;
  }
  fmt::print("{} ({}) took a test notification\n", receiver->name, receiver->notifier.type);
  if (!delivery->note.empty()) fmt::print(stderr, "ballast: {}\n", delivery->note);
  return kGood;
}

int alert_list_command(const HistoryOptions& options) {
  auto history =
      History::open(options.journal.empty() ? journal_in(options.state_directory).string() : options.journal);
  if (!history) return fail(history.error());
  auto rows = (*history)->pairs(std::string(kAlertRows));
  if (!rows) return fail(rows.error());
  std::vector<std::string> damage;
  const AlertBook book = book_of(*rows, damage);
  for (const std::string& what : damage) fmt::print(stderr, "ballast: a row cannot be read: {}\n", what);
  const WallTime now = wall_clock_now();
  fmt::print("{}", options.json ? alerts_json(book, now, AlertsShown::untold_too) : alerts_table(book, now));
  return kGood;
}

}  // namespace ballast
