// Notifications for tests of what receivers are sent.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "core/alert.h"

namespace ballast {

/// 2026-11-27T08:00:00Z
inline constexpr WallTime kEight = std::chrono::sys_days{std::chrono::November / 27 / 2026} + std::chrono::hours{8};

inline Alert alert(LabelSet labels, LabelSet annotations = {}) {
  return {.labels = std::move(labels), .annotations = std::move(annotations), .starts_at = kEight};
}

inline Alert over(Alert alert, Duration after = std::chrono::minutes{5}) {
  alert.ends_at = alert.starts_at + after;
  return alert;
}

inline Notification notification(std::vector<Alert> alerts) {
  Notification result{.receiver = "pager", .group_key = "shop/HighErrors", .key = "k1", .alerts = std::move(alerts)};
  result.group_labels = {{"alertname", "HighErrors"}};
  result.external_url = "https://ballast.example.org";
  result.repeat = std::chrono::minutes{5};
  return result;
}

/// Text that tries to be something else: markup, a mention, a second header, broken bytes, a turned direction.
inline const std::string kHostile =
    "<b>&lt; <!channel> </i><a href=\"javascript:x\">\r\nX-Evil: 1\r\n\r\n\x1b[31m\xff\xc3 "
    "\xe2\x80\xae\xf0\x9f\x94\xa5";

}  // namespace ballast
