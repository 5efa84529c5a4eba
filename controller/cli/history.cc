// Commands that read the one log: status, explain, replay. They read while the daemon writes, and without one.
#include "controller/journal/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "controller/cli/commands.h"
#include "controller/cli/compile_text.h"
#include "controller/cli/views.h"
#include "controller/engine/fold.h"
#include "controller/journal/explain.h"
#include "controller/journal/replay.h"
#include "controller/orders/order_book.h"
#include "formats/duration.h"
#include "io/wall_clock.h"

namespace ballast {
namespace {

int fail(const Error& error) {
  fmt::print(stderr, "ballast: {}\n", error.message);
  return error.code == Errc::not_found ? kNotFound : kNotWell;
}

Result<std::unique_ptr<History>> open_history(const HistoryOptions& options) {
  return History::open(options.journal.empty() ? journal_in(options.state_directory).string() : options.journal);
}

TimePoint wall_now() { return TimePoint{wall_clock_now().time_since_epoch()}; }

/// `-5m` is so long ago; else RFC 3339 in UTC, with or without a fraction of a second.
Result<TimePoint> parse_at(const std::string& text) {
  if (text.starts_with('-')) {
    const auto ago = parse_duration(text.substr(1));
    if (!ago) return ago.error();
    return wall_now() - *ago;
  }
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr)
    return Error{Errc::invalid, "\"" + text + "\" is no time: write 2026-11-24T10:00:00Z, or -5m for five minutes ago"};
  double fraction = 0.999999;  // a whole second means all of it: what --list shows can be asked for
  if (*rest == '.') fraction = std::strtod(rest, nullptr);
  return TimePoint{std::chrono::seconds{timegm(&parts)}} + from_seconds(fraction);
}

/// As the daemon wrote them down. A row that cannot be read is no order, as for the daemon.
Result<std::vector<Order>> orders_of(History& history, const std::string& name) {
  const auto rows = history.pairs(std::string(kOrderRows) + name + "/");
  if (!rows) return rows.error();
  std::vector<Order> orders;
  for (const auto& [key, row] : *rows)
    if (auto order = read_order_row(key, row); order && (!order->second.until || wall_now() < *order->second.until))
      orders.push_back(std::move(order->second));
  std::ranges::sort(orders, {}, &Order::kind);
  return orders;
}

Result<PolicyView> view_of(History& history, const std::string& name) {
  auto recovered = history.recover(name);
  if (!recovered) return recovered.error();
  if (!*recovered) return Error{Errc::not_found, name + ": the journal knows no such policy"};
  const Recovered& past = **recovered;
  const Fingerprint document = past.frames.empty() ? past.snapshot.document : past.frames.back().document;
  const CompileText compile = compile_text();
  const auto version = [&](Fingerprint fingerprint) -> Result<Workload> {
    auto text = history.document(fingerprint);
    if (!text) return text.error();
    if (!*text) return Error{Errc::not_found, name + ": its document is no longer kept"};
    return compile(**text, name);
  };
  const auto current = version(document);
  if (!current) return current.error();
  auto orders = orders_of(history, name);
  if (!orders) return orders.error();
  PolicyView view{.name = name, .orders = *std::move(orders)};
  view.target = current->target_kind + " " + current->target_name;
  view.mode = current->mode;
  view.status = restore(past, *current, version).status;
  view.at = past.frames.empty() ? past.snapshot.at : past.frames.back().observation.at;
  return view;
}

int list_decisions(History& history, const std::string& name) {
  constexpr std::size_t kMost = 1000;
  const auto records = history.records(name, TimePoint{}, TimePoint::max(), kMost);
  if (!records) return fail(records.error());
  for (const Record& record : *records) fmt::print("{}\n", to_line(record));
  return records->empty() ? kNotFound : kGood;
}

}  // namespace

int status_command(const HistoryOptions& options) {
  const auto history = open_history(options);
  if (!history) return fail(history.error());
  std::vector<std::string> names{full_name(options.name)};
  if (options.name.empty()) {
    auto all = (*history)->workloads();
    if (!all) return fail(all.error());
    names = std::move(*all);
  }
  std::vector<PolicyView> views;
  for (const std::string& name : names) {
    auto view = view_of(**history, name);
    if (!view) return fail(view.error());
    views.push_back(std::move(*view));
  }
  const TimePoint now = wall_now();
  fmt::print("{}", options.json ? to_json(views, now) : to_table(views, now));
  for (const PolicyView& view : views)
    if (!is_well(view, now)) return kNotWell;
  return kGood;
}

int explain_command(const ExplainOptions& options) {
  const auto history = open_history(options.history);
  if (!history) return fail(history.error());
  const std::string name = full_name(options.history.name);
  if (options.list) return list_decisions(**history, name);
  std::optional<TimePoint> at;
  if (!options.at.empty()) {
    const auto parsed = parse_at(options.at);
    if (!parsed) {
      fmt::print(stderr, "ballast: --at: {}\n", parsed.error().message);
      return kUsage;
    }
    at = *parsed;
  }
  const auto explanation = explain(**history, name, at, compile_text());
  if (!explanation) return fail(explanation.error());
  fmt::print("{}", options.history.json ? to_json(*explanation) : to_text(*explanation, local_time_here));
  return kGood;
}

int replay_command(const ReplayOptions& options) {
  const auto history = open_history(options.history);
  if (!history) return fail(history.error());
  const auto result = replay(**history, full_name(options.history.name), compile_text());
  if (!result) return fail(result.error());
  fmt::print("{}", to_text(*result));
  return replay_succeeds(*result, options.strict) ? kGood : kNotWell;
}

}  // namespace ballast
