// The answer of Prometheus' HTTP API to an instant query. Source: Prometheus' HTTP API, /api/v1/query, and the formats
// of its results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace ballast {

inline constexpr std::size_t kMaxPromqlSeries = 20'000;

/// A series' labels, `__name__` among them, and its one sample. The value may be NaN or infinite.
struct PromqlSeries {
  std::vector<std::pair<std::string, std::string>> labels{};
  double value = 0;
  double unix_seconds = 0;  ///< of an instant query: when it was evaluated, not when the sample was taken
  bool operator==(const PromqlSeries&) const = default;
  [[nodiscard]] const std::string* label(std::string_view name) const;
};
/// `{job="web", instance="a:1"}`, cut to a readable length.
std::string to_string(const PromqlSeries& series);

struct PromqlResult {
  bool scalar = false;                 ///< one series without labels
  std::vector<PromqlSeries> series{};  ///< may be empty
  bool operator==(const PromqlResult&) const = default;
};

/// Errors name what the server said. invalid: not such an answer, a matrix, string or histogram, `status: error` with
/// bad_data, above 64 MiB or kMaxPromqlSeries; timeout, not_found: `status: error` with these; unavailable: every other
/// `status: error`, and warnings: the answer is partial. `infos` say nothing about the answer.
Result<PromqlResult> parse_promql_result(std::string_view body);

}  // namespace ballast
