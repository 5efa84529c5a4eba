#include "controller/cli/order_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/cli/views.h"
#include "controller/config/documents.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAnnotation = "Annotation";

bool freezes(const Order& freeze, const Order& order, std::int32_t current) {
  if (order.kind == OrderKind::restart || freeze.direction == Freeze::all) return true;
  if (order.replicas == current) return false;
  return freeze.direction == (order.replicas < current ? Freeze::scale_down : Freeze::scale_up);
}

std::string text_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

/// ``it is paused by ann@host until 2026-11-30T18:00:00.000Z (the sale); `ballast resume shop/web` ends that, …``
std::string what_holds(const std::string& name, const std::string& kind, const Json& orders) {
  if (kind == kAnnotation)
    return fmt::format("its document pauses it; take the annotation {} away to end that", kPausedAnnotation);
  std::string text = kind == to_string(OrderKind::freeze) ? "it is frozen" : "it is paused";
  for (const Json& order : orders) {
    if (text_at(order, "kind") != kind) continue;
    if (const std::string who = text_at(order, "who"); !who.empty()) text += " by " + who;
    if (const std::string until = text_at(order, "until"); !until.empty()) text += " until " + until;
    if (const std::string why = text_at(order, "why"); !why.empty()) text += fmt::format(" ({})", why);
  }
  return text + fmt::format("; `ballast resume {}` ends that, and takes back all that is ordered", name);
}

}  // namespace

std::vector<std::string> pauses(const Orders& orders) {
  std::vector<std::string> result;
  if (orders.paused) result.emplace_back(kAnnotation);
  if (find(orders, OrderKind::pause) != nullptr) result.emplace_back(to_string(OrderKind::pause));
  return result;
}

std::vector<std::string> held_by(const Order& order, const Orders& orders, std::int32_t current) {
  if (order.kind != OrderKind::scale && order.kind != OrderKind::restart) return {};
  std::vector<std::string> result = pauses(orders);
  const Order* freeze = find(orders, OrderKind::freeze);
  if (freeze != nullptr && freezes(*freeze, order, current)) result.emplace_back(to_string(freeze->kind));
  return result;
}

ServerResponse order_answer(const std::string& workload, const std::vector<Order>& in_force,
                            const std::vector<std::string>& held_by) {
  const Json json{{"policy", workload}, {"orders", Json::parse(to_json(in_force))}, {"heldBy", held_by}};
  return {.content_type = "application/json", .body = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"};
}

ServerResponse order_refusal(const Error& error) {
  const auto status = [](Errc code) {
    switch (code) {
      case Errc::denied:
        return 403;
      case Errc::not_found:
        return 404;
      case Errc::unavailable:
        return 503;
      default:
        return 400;
    }
  };
  return {.status = status(error.code), .body = error.message + "\n"};
}

std::string order_text(const SayOptions& said, std::string_view answer) {
  const std::string name = full_name(said.name);
  const Json read = Json::parse(answer, nullptr, false);
  std::string text;
  if (read.is_object() && read.contains("heldBy") && read["heldBy"].is_array()) {
    const Json orders = read.value("orders", Json::array());
    for (const Json& kind : read["heldBy"])
      if (kind.is_string())
        text += fmt::format("{}: {} while {}\n", name,
                            said.take_back ? "what was ordered is taken back, but nothing is done"
                                           : "ordered, but nothing of it is done",
                            what_holds(name, kind.get<std::string>(), orders));
  }
  return text.empty() ? fmt::format("{}: {}\n", name, said.done) : text;
}

}  // namespace ballast
