// Explanations for people. Plain text, 100 columns at most where names allow, no colour.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "controller/journal/explain.h"
#include "controller/journal/prose.h"
#include "core/reason.h"

namespace ballast {
namespace {

constexpr std::size_t kColumns = 100;

std::time_t whole_seconds(TimePoint at) {
  return static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
}

std::string date_and_time(TimePoint at) { return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(whole_seconds(at))); }

std::string when(TimePoint at, const LocalTimeAt& local) {
  const LocalTime here = local(at);
  const std::string utc = date_and_time(at);
  std::string there = date_and_time(at + here.offset);
  if (there == utc) return utc + " UTC";
  constexpr std::size_t kDay = std::string_view("2026-07-30 ").size();
  if (there.starts_with(utc.substr(0, kDay))) there.erase(0, kDay);
  return utc + " UTC (" + there + " " + here.zone + ")";
}

std::string seconds_text(Duration span) { return number_text(std::round(seconds(span) * 10) / 10) + " s"; }

NameOf names_of(const Record& record) {
  return [&record](const Subject& subject) -> std::string {
    for (const SubjectName& known : record.names)
      if (known.subject == subject) return known.name;
    constexpr const char* kKinds[] = {"the target", "signal", "pool", "member", "schedule"};
    const std::string kind = kKinds[static_cast<std::size_t>(subject.kind)];
    return subject.kind == Subject::Kind::workload ? kind : kind + " " + std::to_string(subject.index);
  };
}

/// The last step that says the record's reason; of several proposals the one that asks for the most or, by
/// `combine: Min`, the least, since it won.
const Step* headline_of(const Record& record) {
  const bool lowest = std::ranges::find(record.steps, Reason::lowest_proposal, &Step::reason) != record.steps.end();
  const Step* found = nullptr;
  for (const Step& step : record.steps) {
    if (step.reason != record.reason) continue;
    const bool loses = found != nullptr && step.stage == Stage::propose &&
                       (lowest ? step.after >= found->after : step.after <= found->after);
    if (!loses) found = &step;
  }
  return found;
}

/// A text after a first part of `indent` columns, broken at spaces.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.find(' ', at);
    if (end == std::string::npos) end = text.size();
    const std::size_t width = end - at;
    if (column > indent && column + 1 + width > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out.append(text, at, width);
    column += width;
    at = end + 1;
  }
  return out;
}

std::string replicas_text(std::int32_t count) {
  return std::to_string(count) + (count == 1 ? " replica" : " replicas");
}

std::string change_text(const Record& record) {
  if (record.replicas_before == record.replicas_after) return "stay at " + replicas_text(record.replicas_after);
  return fmt::format("{} → {}", record.replicas_before, replicas_text(record.replicas_after));
}

std::string target_text(const Known& known) {
  if (!known.target) return "could not be observed";
  return fmt::format("told {}; {} exist, {} ready", known.target->desired, known.target->existing, known.target->ready);
}

std::string signal_text(const KnownSignal& signal) {
  std::string value = signal.value ? number_text(*signal.value) : "unknown";
  if (signal.target) value += " (target " + number_text(*signal.target) + ")";
  if (signal.age != Duration{}) value += ", " + seconds_text(signal.age) + " old";
  return fmt::format("{}, {}", value, to_string(signal.grade));
}

std::string known_text(const Known& known) {
  std::vector<std::pair<std::string, std::string>> lines{{"target", target_text(known)}};
  if (!known.tzdata.empty() || !known.schedules.empty())
    lines.emplace_back(
        "schedules", fmt::format("{} open by the clock; tzdata {}",
                                 known.schedules.empty() ? "none" : fmt::format("{}", fmt::join(known.schedules, ", ")),
                                 known.tzdata));
  for (const KnownSignal& signal : known.signals) lines.emplace_back(signal.name, signal_text(signal));
  std::size_t width = 0;
  for (const auto& [name, text] : lines) width = std::max(width, name.size());
  std::string out = "\nwhat was known\n";
  for (const auto& [name, text] : lines) out += fmt::format("  {:<{}}  {}\n", name, width, text);
  return out;
}

/// `Scale to 12 until 14:00, by alice: Black Friday`.
std::string order_text(const Order& order) {
  std::string text{to_string(order.kind)};
  if (order.kind == OrderKind::scale) text += " to " + replicas_text(order.replicas);
  if (order.kind == OrderKind::freeze)
    text += fmt::format(" ({})", enum_names(order.direction)[static_cast<std::size_t>(order.direction)]);
  if (order.until) text += " until " + date_and_time(*order.until);
  text += ", by " + (order.who.empty() ? "somebody" : order.who);
  return order.why.empty() ? text : text + ": " + order.why;
}

std::string orders_text(const Record& record) {
  if (record.orders.empty()) return "";
  std::string out = "\nwhat people ordered\n";
  for (const Order& order : record.orders) out += "  " + wrapped(order_text(order), 2) + "\n";
  return out;
}

std::string steps_text(const Record& record) {
  std::string out = "\nhow it was decided\n";
  const NameOf names = names_of(record);
  std::size_t width = 0;
  for (const Step& step : record.steps) width = std::max(width, std::string_view(to_string(step.stage)).size());
  for (std::size_t i = 0; i < record.steps.size(); ++i) {
    const Step& step = record.steps[i];
    const std::string first = fmt::format("  {:>2}. {:<{}}  ", i + 1, to_string(step.stage), width);
    const std::string tried = step.dry_run && !is_dry_run(record.steps) ? "(dry run) " : "";
    out += first + wrapped(tried + sentence(step, names), first.size()) + "\n";
  }
  return out;
}

std::string source_text(const Explanation& explanation) {
  const Record& record = explanation.record;
  std::string out = fmt::format("\ntick {} of document {:016x}", record.sequence, record.document);
  if (explanation.known)
    out += explanation.known->same ? "; decided again from the journal: the same, bit for bit"
                                   : "; decided again from the journal: DIFFERENT now, see `ballast replay`";
  else
    out += "; from the record that was kept, the tick itself is no longer in the journal";
  out += "\n";
  if (!explanation.note.empty()) out += wrapped("note: " + explanation.note, 0) + "\n";
  return out;
}

}  // namespace

LocalTime local_time_here(TimePoint at) {
  const std::time_t seconds = whole_seconds(at);
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return {};
  return LocalTime{std::chrono::seconds{local.tm_gmtoff}, local.tm_zone != nullptr ? local.tm_zone : ""};
}

std::string to_text(const Explanation& explanation, const LocalTimeAt& local) {
  const Record& record = explanation.record;
  std::string out = fmt::format("{} at {}\n", record.workload, when(record.at, local));
  std::string line = change_text(record);
  if (const Step* step = headline_of(record)) line += ": " + sentence(*step, names_of(record));
  out += wrapped(line, 0) + "\n";
  if (is_dry_run(record.steps)) out += "DryRun: decided and recorded, nothing was changed\n";
  if (explanation.known) {
    if (explanation.known->write) out += fmt::format("the target was told {}\n", *explanation.known->write);
    out += known_text(*explanation.known);
  }
  return out + orders_text(record) + steps_text(record) + source_text(explanation);
}

std::string to_line(const Record& record) {
  const std::string change = record.replicas_before == record.replicas_after
                                 ? std::to_string(record.replicas_after)
                                 : fmt::format("{} → {}", record.replicas_before, record.replicas_after);
  const Step* step = headline_of(record);
  return fmt::format("{}  {}  {}  {}  {}", date_and_time(record.at), record.workload, change, info(record.reason).code,
                     step != nullptr ? sentence(*step, names_of(record)) : "");
}

}  // namespace ballast
