// What webhooks are sent: the document of Alertmanager's webhook receiver, version 4, so that what was written for it
// understands it.
#pragma once

#include <cstddef>
#include <string>

#include "core/alert.h"

namespace ballast {

/// Labels as other programs take them: valid UTF-8, none with an empty value, which Prometheus takes for an absent one.
LabelSet sendable_labels(const LabelSet& labels);

/// 16 hex digits: FNV-1a, 64 bits, of the labels by name, each name and value followed by the byte 0xff.
/// `{a="b",alertname="T"}` is `c5088262821a4b75`. Source: prometheus/common, model/signature.go.
std::string alert_fingerprint(const LabelSet& labels);

/// `{receiver, status, alerts, groupLabels, commonLabels, commonAnnotations, externalURL, version, groupKey,
/// truncatedAlerts}`. Of more than `max_alerts` (0: no limit) alerts those that fire come first, the others are
/// counted; what is common is so of those that are there. The `endsAt` of an alert that fires is 0001-01-01T00:00:00Z.
/// Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
std::string alert_webhook_body(const Notification& notification, std::size_t max_alerts = 0);

}  // namespace ballast
