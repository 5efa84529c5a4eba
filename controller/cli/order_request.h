// A person's order as it comes over HTTP: `POST
// /api/v1/policies/shop/web/orders?kind=Scale&replicas=12&for=2h&who=…&why=…`. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "controller/server/server.h"
#include "core/observation.h"
#include "core/result.h"
#include "core/workload.h"

namespace ballast {

inline constexpr std::string_view kPoliciesPath = "/api/v1/policies/";

struct OrderRequest {
  std::string workload{};  ///< `shop/web`
  Order order{};           ///< without `given`
  Duration lasts{};        ///< zero: without an end
};

/// Who says it, and why.
struct Saying {
  std::string who{};
  std::string why{};
};
/// Of a request that takes orders back too. Errors: invalid.
Result<Saying> read_saying(const ServerRequest& request);

/// `{shop/web}` of `/api/v1/policies/shop/web/orders`; empty: it is another path.
std::string workload_of_path(std::string_view path);

/// Errors: invalid, with the parameter, its value and what it may be.
Result<OrderRequest> read_order_request(const ServerRequest& request);
/// What an order may not be for this policy: `scale` beyond its bounds, anything for a Monitor. Errors: invalid.
Result<Done> check_order(const Order& order, const Workload& workload);

/// Whether a request may change something: it shows the token, and no web page of another origin sent it. Errors:
/// denied.
Result<Done> may_change(const ServerRequest& request, std::string_view token);
/// The same with any of several tokens.
Result<Done> may_change(const ServerRequest& request, std::span<const std::string> tokens);

}  // namespace ballast
