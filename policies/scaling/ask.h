// Stage 3's arithmetic: from a value and its target to a number of replicas, as the HPA's replica calculator does it.
// Pure and exact: integers are thousandths, ratios are doubles, and what has no place in an int is saturated.
// Source: replica_calculator.go, k8s.io/kubernetes v1.36.3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/workload.h"

namespace ballast {

/// Replicas as the HPA tells them apart: `current` is what the target was told, `existing` what there is, `ready`
/// what serves.
struct ReplicaCounts {
  std::int32_t current = 0;
  std::int32_t existing = 0;
  std::int32_t ready = 0;
};

/// How far the ratio of a value to its target may be from 1 before replicas change.
struct Tolerance {
  double down = 0.1;
  double up = 0.1;
};

/// The tolerance in force: `general` (a controller's own), or what `behavior` says per direction.
Tolerance tolerance_of(const std::optional<Behavior>& behavior, double general = 0.1);

/// Whether a ratio is near enough to 1, bounds included. NaN is not.
bool within(double ratio, Tolerance tolerance);

/// `base` x `ratio`, rounded up; saturated, so that no load is too much to be a number of replicas. NaN is 0.
std::int32_t replicas_at(double ratio, double base);

/// What a value asks for. `replicas` may be negative for a negative value.
struct Asked {
  std::int32_t replicas = 0;
  double ratio = 1;
  bool within_tolerance = false;
};

/// The value is a sum over all replicas, of which each shall carry `target`: ceil(usage / target), or the existing
/// ones within tolerance. Without any replica the ratio is infinite, or NaN at 0 / 0.
/// Worked example: 950'000 at a target of 100'000 with 4 existing: ratio 2.375, so ceil(9.5) = 10.
Asked ask_average_value(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance);

/// The value itself shall be `target` and moves with the ready replicas: ceil(ratio x ready), or the current number
/// within tolerance. From none, ceil(ratio), without tolerance.
/// Worked example: 300 at a target of 200 with 4 ready: ceil(1.5 x 4) = 6.
Asked ask_value(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance);

/// The place of the largest of several proposals, as the HPA's loop finds it; nothing: none is known. A running value
/// of 0 gives way to any other, so that the largest of 0 and -5 is -5: a caller that does not want that clamps first.
std::optional<std::size_t> largest_of(std::span<const std::optional<std::int32_t>> proposals);

}  // namespace ballast
