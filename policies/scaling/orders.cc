#include "policies/scaling/orders.h"

#include <algorithm>

#include "policies/scaling/guard.h"

namespace ballast {
namespace {

/// 0 for an order without an end.
double seconds_left(const Order& order, TimePoint now) {
  return order.until ? seconds(std::max(*order.until - now, Duration{})) : 0;
}

}  // namespace

std::optional<std::int32_t> ordered_replicas(const Situation& now, std::vector<Step>& steps) {
  const Order* order = find(now.observation.orders, OrderKind::scale);
  if (order == nullptr) return std::nullopt;
  const std::int32_t current = now.counts.current;
  const std::int32_t least = now.workload.min_replicas;
  const std::int32_t most = now.workload.max_replicas;
  const std::int32_t wanted = std::clamp(order->replicas, least, most);
  Step step{Stage::activation, {}, current, wanted, Reason::ordered, {seconds_left(*order, now.observation.at)}};
  if (wanted != order->replicas) {
    step.reason = Reason::ordered_beyond_bounds;
    step.numbers = {static_cast<double>(order->replicas), static_cast<double>(least), static_cast<double>(most)};
  }
  steps.push_back(step);
  return may_take_away(now.workload, now.observation, current, wanted, steps) ? wanted : current;
}

std::int32_t frozen_by_order(const Observation& observation, std::int32_t current, std::int32_t decided,
                             std::vector<Step>& steps) {
  const Order* order = find(observation.orders, OrderKind::freeze);
  if (order == nullptr || decided == current) return decided;
  const Freeze asked = decided < current ? Freeze::scale_down : Freeze::scale_up;
  if (order->direction != Freeze::all && order->direction != asked) return decided;
  steps.push_back(
      Step{Stage::guard, {}, decided, current, Reason::order_frozen, {seconds_left(*order, observation.at)}});
  return current;
}

}  // namespace ballast
