#include "controller/orders/order_book.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace ballast {
namespace {

using Json = nlohmann::json;

/// What the journal did not take is offered again so soon.
constexpr Duration kWriteAgain = std::chrono::seconds{5};

std::int64_t number(TimePoint at) { return at.time_since_epoch().count(); }

std::optional<OrderKind> kind_named(std::string_view name) {
  constexpr auto kNames = enum_names(OrderKind{});
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<OrderKind>(found - kNames.begin());
}

}  // namespace

std::string order_row_key(const std::string& workload, OrderKind kind) {
  return std::string(kOrderRows) + workload + "/" + std::string(to_string(kind));
}

std::string order_row(const Order& order) {
  const Json json{{"replicas", order.replicas},
                  {"direction", static_cast<int>(order.direction)},
                  {"given", number(order.given)},
                  {"until", order.until ? Json(number(*order.until)) : Json(nullptr)},
                  {"who", order.who},
                  {"why", order.why}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::pair<std::string, Order>> read_order_row(const std::string& key, const std::string& row) {
  const auto slash = key.rfind('/');
  const auto kind = slash < kOrderRows.size() ? std::nullopt : kind_named(key.substr(slash + 1));
  if (!kind) return Error{Errc::invalid, key + ": no such order"};
  try {
    const Json json = Json::parse(row);
    const int direction = json.at("direction").get<int>();
    Order order{.kind = *kind,
                .replicas = json.at("replicas").get<std::int32_t>(),
                .direction = static_cast<Freeze>(std::clamp(direction, 0, static_cast<int>(Freeze::all))),
                .given = TimePoint{Duration{json.at("given").get<std::int64_t>()}},
                .who = json.at("who").get<std::string>(),
                .why = json.at("why").get<std::string>()};
    if (!json.at("until").is_null()) order.until = TimePoint{Duration{json.at("until").get<std::int64_t>()}};
    return std::pair{key.substr(kOrderRows.size(), slash - kOrderRows.size()), std::move(order)};
  } catch (const Json::exception& failure) {
    return Error{Errc::invalid, key + ": " + failure.what()};
  }
}

Task<void> OrderBook::load() {
  std::function<void(const std::string&)> failed = [this](const std::string& why) {
    if (trouble_) trouble_("what people ordered cannot be read, it is tried again: " + why);
  };
  const FirstRows::Rows rows = co_await rows_.read(std::move(failed));
  for (const auto& [key, row] : rows) {
    auto order = read_order_row(key, row);
    if (order) {
      std::pair name{std::move(order->first), order->second.kind};
      // What was said meanwhile counts.
      if (!taken_back_.contains(name)) orders_.try_emplace(std::move(name), std::move(order->second));
    } else if (trouble_) {
      trouble_("an order cannot be read and does not count: " + order.error().message);
    }
  }
  taken_back_.clear();
}

Task<void> OrderBook::run() {
  file_ = journal_.files_begun();
  co_await load();
  while (true) {
    const TimePoint next = time_.now() + kWriteAgain;
    co_await Sleep(time_, next);
    if (std::exchange(file_, journal_.files_begun()) != journal_.files_begun())
      for (const auto& [key, order] : orders_) unwritten_.insert(key);
    if (!unwritten_.empty()) static_cast<void>(co_await write_down());  // who gave it was told that it is not written
  }
}

std::vector<Order> OrderBook::in_force(const std::string& workload) const {
  std::vector<Order> result;
  for (auto at = orders_.lower_bound({workload, OrderKind{}}); at != orders_.end() && at->first.first == workload; ++at)
    if (!at->second.until || time_.now() < *at->second.until) result.push_back(at->second);
  return result;
}

void OrderBook::give(const std::string& workload, Order order) {
  const std::pair key{workload, order.kind};
  orders_.insert_or_assign(key, std::move(order));
  taken_back_.erase(key);
  unwritten_.insert(key);
}

bool OrderBook::take_back(const std::string& workload, OrderKind kind) {
  const std::pair key{workload, kind};
  if (!is_loaded()) taken_back_.insert(key);
  if (orders_.erase(key) == 0) return false;
  unwritten_.insert(key);
  return true;
}

Task<Result<Done>> OrderBook::write_down() {
  // What is over goes with what changes: nobody asks for it any more.
  for (auto at = orders_.begin(); at != orders_.end();) {
    const bool over = at->second.until && *at->second.until <= time_.now();
    if (over) unwritten_.insert(at->first);
    at = over ? orders_.erase(at) : std::next(at);
  }
  const auto keys = std::exchange(unwritten_, {});
  std::vector<PairToWrite> rows;
  for (const auto& key : keys) {
    const auto order = orders_.find(key);
    rows.emplace_back(order_row_key(key.first, key.second),
                      order == orders_.end() ? std::nullopt : std::optional(order_row(order->second)));
  }
  auto written = co_await journal_.put(std::move(rows), Durability::full);
  if (!written) unwritten_.insert(keys.begin(), keys.end());
  co_return written;
}

}  // namespace ballast
