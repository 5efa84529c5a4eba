#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "controller/journal/explain.h"
#include "controller/journal/prose.h"
#include "core/reason.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kSubjects{"workload", "signal", "pool", "member", "window"};

/// RFC 3339 by arithmetic alone (Hinnant, "chrono-Compatible Low-Level Date Algorithms"), with microseconds.
std::string rfc3339(TimePoint at) {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Duration>{at.time_since_epoch()});
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::sys_time<Duration>{at.time_since_epoch()} - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

std::string name_in(const Record& record, const Subject& subject) {
  for (const SubjectName& known : record.names)
    if (known.subject == subject) return known.name;
  return subject.kind == Subject::Kind::workload ? record.workload : std::to_string(subject.index);
}

/// The table's `numbers` names what each of a step's numbers is, in order.
Json numbers_of(const Step& step) {
  Json numbers = Json::object();
  std::string_view names = info(step.reason).numbers;
  for (const double value : step.numbers) {
    if (names.empty()) break;
    const std::size_t end = names.find(", ");
    numbers[std::string(names.substr(0, end))] = number(value);
    names = end == std::string_view::npos ? std::string_view{} : names.substr(end + 2);
  }
  return numbers;
}

Json step_of(const Record& record, const Step& step) {
  return Json{{"stage", to_string(step.stage)},
              {"subject", kSubjects[static_cast<std::size_t>(step.subject.kind)]},
              {"name", name_in(record, step.subject)},
              {"before", step.before},
              {"after", step.after},
              {"reason", info(step.reason).code},
              {"numbers", numbers_of(step)},
              {"text", sentence(step, [&record](const Subject& subject) { return name_in(record, subject); })},
              {"dryRun", step.dry_run}};
}

Json order_of(const Order& order) {
  Json out{{"kind", to_string(order.kind)}, {"given", rfc3339(order.given)}, {"who", order.who}, {"why", order.why}};
  out["until"] = order.until ? Json(rfc3339(*order.until)) : Json(nullptr);
  if (order.kind == OrderKind::scale) out["replicas"] = order.replicas;
  if (order.kind == OrderKind::freeze)
    out["direction"] = enum_names(order.direction)[static_cast<std::size_t>(order.direction)];
  return out;
}

Json known_of(const Known& known) {
  Json out{{"target", nullptr}, {"told", nullptr}, {"sameWhenDecidedAgain", known.same}};
  if (known.target)
    out["target"] = Json{{"desired", known.target->desired},
                         {"existing", known.target->existing},
                         {"ready", known.target->ready},
                         {"uid", known.target->uid},
                         {"version", known.target->version}};
  if (known.write) out["told"] = *known.write;
  out["schedules"] = known.schedules;
  out["tzdata"] = known.tzdata;
  out["signals"] = Json::array();
  for (const KnownSignal& signal : known.signals)
    out["signals"].push_back(Json{{"name", signal.name},
                                  {"quality", to_string(signal.grade)},
                                  {"value", number(signal.value)},
                                  {"target", number(signal.target)},
                                  {"ageSeconds", seconds(signal.age)}});
  return out;
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  const Record& record = explanation.record;
  std::array<char, 20> document{};
  std::snprintf(document.data(), document.size(), "%016llx", static_cast<unsigned long long>(record.document));
  Json out{{"workload", record.workload},
           {"at", rfc3339(record.at)},
           {"tick", record.sequence},
           {"document", document.data()},
           {"replicasBefore", record.replicas_before},
           {"replicasAfter", record.replicas_after},
           {"reason", info(record.reason).code},
           {"limit", record.limit == Reason::none ? Json(nullptr) : Json(info(record.limit).code)},
           {"recorded", explanation.kept}};
  out["known"] = explanation.known ? known_of(*explanation.known) : Json(nullptr);
  out["orders"] = Json::array();
  for (const Order& order : record.orders) out["orders"].push_back(order_of(order));
  out["steps"] = Json::array();
  for (const Step& step : record.steps) out["steps"].push_back(step_of(record, step));
  if (!explanation.note.empty()) out["note"] = explanation.note;
  // Names come from outside: what is no UTF-8 is replaced, not thrown at.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ballast
