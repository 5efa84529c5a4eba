// Sick workers of a lane, and what became of the requests that HAProxy gave them.
#pragma once

#include "examples/demo/logs.h"
#include "examples/demo/measure.h"

namespace ballast_demo {

/// Fills `sicknesses` and `failed`. When a worker falls sick and is well again stands in its own log; to whom a request
/// was given in HAProxy's, and when: once it was sent and had waited there.
void measure_sickness(const LaneLogs& logs, LaneMeasure& lane);

}  // namespace ballast_demo
