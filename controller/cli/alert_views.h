// Alerts as the daemon and `ballast alert list` show them. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "controller/server/metrics.h"
#include "controller/server/server.h"
#include "core/time.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

/// Alertmanager knows none that are over; `ballast alert list` shows those that are not yet told to all.
enum class AlertsShown : std::uint8_t { firing, untold_too };
/// In the form of Alertmanager's GET /api/v2/alerts, by name, namespace and policy. One that is over has the state
/// `resolved` and its end.
std::string alerts_json(const AlertBook& book, WallTime now, AlertsShown which);
/// To GET /api/v2/alerts. `active=false` leaves none; `filter` is refused: whoever asks for some would take all for
/// these. Other parameters of Alertmanager are about what there is not here, and change nothing.
ServerResponse answer_alerts(const ServerRequest& request, const AlertBook& book, WallTime now);
/// A line an alert: STATE ALERT SEVERITY WHERE SINCE SUMMARY; those that are over and not yet told to all too.
std::string alerts_table(const AlertBook& book, WallTime now);

/// `shop/checkout`: of whom it is.
std::string where_of(const Alert& alert);

AlertMetrics to_metrics(const AlertBook& book, TimePoint now);

}  // namespace ballast
