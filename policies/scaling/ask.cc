#include "policies/scaling/ask.h"

#include <cmath>

#include "policies/scaling/numbers.h"

namespace ballast {

Tolerance tolerance_of(const std::optional<Behavior>& behavior, double general) {
  Tolerance tolerance{general, general};
  if (!behavior) return tolerance;
  const auto read = [](const std::optional<Quantity>& written, double& into) {
    // A product, as Kubernetes' AsApproximateFloat64 makes it: 3m is 0.003, and a quotient may differ in the last bit.
    if (written) into = static_cast<double>(written->milli) * 0.001;
  };
  read(behavior->scale_down.tolerance, tolerance.down);
  read(behavior->scale_up.tolerance, tolerance.up);
  return tolerance;
}

bool within(double ratio, Tolerance tolerance) { return 1.0 - tolerance.down <= ratio && ratio <= 1.0 + tolerance.up; }

std::int32_t replicas_at(double ratio, double base) { return saturate<std::int32_t>(std::ceil(ratio * base)); }

Asked ask_average_value(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance) {
  const auto value = static_cast<double>(usage);
  const auto each = static_cast<double>(target);
  const double ratio = value / (each * static_cast<double>(counts.existing));
  if (within(ratio, tolerance)) return {counts.existing, ratio, true};
  return {saturate<std::int32_t>(std::ceil(value / each)), ratio, false};
}

Asked ask_value(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance) {
  const double ratio = static_cast<double>(usage) / static_cast<double>(target);
  if (counts.current == 0) return {replicas_at(ratio, 1), ratio, false};
  if (within(ratio, tolerance)) return {counts.current, ratio, true};
  return {replicas_at(ratio, counts.ready), ratio, false};
}

std::optional<std::size_t> largest_of(std::span<const std::optional<std::int32_t>> proposals) {
  std::optional<std::size_t> largest;
  std::int32_t running = 0;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    if (!proposals[i] || (running != 0 && *proposals[i] <= running)) continue;
    largest = i;
    running = *proposals[i];
  }
  return largest;
}

}  // namespace ballast
