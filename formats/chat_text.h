// What a person reads in a chat of a notification, before a receiver puts it into its own markup: valid UTF-8, each
// part on one line, without control characters.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/alert.h"

namespace ballast {

/// `[FIRING:2, RESOLVED:1] HighErrors shop`: how many of each, then the values of the group's labels, or without these
/// the name of the first alert.
std::string chat_headline(const Notification& notification);

/// The worst of those that fire, by their label `severity`; one that is missing or unknown is `warning`. Of none:
/// `info`.
Severity worst_severity(const Notification& notification);

struct ChatAlert {
  bool firing = false;
  std::string name{};     ///< its alertname, or `unnamed`
  std::string summary{};  ///< its annotation `summary`, or else `description`; may be empty
  std::string detail{};   ///< its `description` beside a `summary`; may be empty
  std::string labels{};   ///< `instance=a, severity=critical`: those beside the alertname
  std::string link{};     ///< as markup: its generator_url where that is a short address of the web, without quotes
};
ChatAlert chat_alert(const Alert& alert);

/// One after the other as `show` gives them, as many as there is room for in `most` code points, and how many are left
/// out: `\n… and 3 more`. `show` begins each with what parts it from the one before.
std::string list_alerts(const Notification& notification, std::size_t most,
                        const std::function<std::string(const ChatAlert&)>& show);

}  // namespace ballast
