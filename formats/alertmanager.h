// What an Alertmanager is told: the alerts of its API v2.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/time.h"

namespace ballast {

/// As many as Prometheus sends at once (DefaultMaxBatchSize of its notifier).
inline constexpr std::size_t kAlertmanagerBatch = 256;

/// Bodies of POST /api/v2/alerts, `[{labels, annotations, startsAt, endsAt, generatorURL}]`, with at most `most` (at
/// least 1) alerts each, by begin: of two firings of one alert the one that is posted later counts. An alert that fires
/// ends in four times `Notification::repeat`, of at least a minute, unless it is sent again: with `repeat` 1 min at
/// 08:00, at 08:04. One that is over ends when it did. An Alertmanager refuses the names of labels and the times that
/// are malformed (0.25: 400), so that they are made valid: other characters of a name are `_`, the end is never before
/// the begin, a `generatorURL` that is no address of the web is left out, and an alert without labels has the alertname
/// `unnamed`. Source: Alertmanager's api/v2/openapi.yaml; the factor of four is Prometheus' (rules/manager.go).
std::vector<std::string> alertmanager_bodies(const Notification& notification, WallTime now,
                                             std::size_t most = kAlertmanagerBatch);

}  // namespace ballast
