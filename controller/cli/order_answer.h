// What the daemon answers to a person's word, and what the person is shown of it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/cli/commands.h"
#include "controller/server/server.h"
#include "core/observation.h"
#include "core/result.h"

namespace ballast {

/// `Annotation` (of the document) and `Pause`: what keeps a policy from doing anything.
std::vector<std::string> pauses(const Orders& orders);
/// What keeps `order` from being done: a pause, and a `Freeze` of what it would change. `current`: replicas now. Of an
/// order to leave things as they are: nothing.
std::vector<std::string> held_by(const Order& order, const Orders& orders, std::int32_t current);

/// `{policy, orders: […], heldBy: ["Pause"]}`: `in_force` as /api/v1/policies lists it, and what beats it.
ServerResponse order_answer(const std::string& workload, const std::vector<Order>& in_force,
                            const std::vector<std::string>& held_by);
/// 403 denied, 404 not_found, 503 unavailable, else 400.
ServerResponse order_refusal(const Error& error);

/// Lines for a person: that it is done, or what holds it, who ordered that, and how it ends.
std::string order_text(const SayOptions& said, std::string_view answer);

}  // namespace ballast
