// How far back a PromQL query looks: whether the samples it is computed from can be older than its answer seems.
// Source: Prometheus' querying basics (selectors, offset, @, subqueries, 5 minutes of lookback) and its grammar.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace ballast {

inline constexpr std::size_t kMaxPromqlBytes = 16384;

struct PromqlReach {
  std::size_t selectors = 0;
  Duration oldest{};  ///< no sample that counts is older than this before the evaluation; 0 unless `why` is empty
  std::string why{};  ///< why there is no such bound, for people: "`up` has no range"; empty: there is one
  bool operator==(const PromqlReach&) const = default;
};

/// There is a bound when each selector has a range: `rate(x[1m])` reaches 1 min back, `max_over_time(rate(x[1m])[5m:])`
/// 6 min, `x[1m] offset 2m` 3 min. There is none when a selector has no range (the answer then carries the evaluation
/// time, whatever the age of its sample), `@` pins one to a fixed time, nothing is selected, or a function such as
/// `vector` makes a value where there is no sample. Errors: invalid (not understood, above kMaxPromqlBytes or 64 levels
/// deep); says nothing about whether the server understands it.
Result<PromqlReach> promql_reach(std::string_view query);

}  // namespace ballast
