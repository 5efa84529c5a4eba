// What the journal keeps of alerts that somebody has still to be told: one row an episode, one a group.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/alerting/dispatch.h"

namespace ballast {

/// All keys begin with it.
inline constexpr std::string_view kAlertRows = "alert/";

std::string row_key(const EpisodeKey& episode);
std::string row_key(const GroupKey& group);
/// JSON. Bytes that are no UTF-8 become U+FFFD.
std::string row_of(const EpisodeKey& key, const Alert& alert);
std::string row_of(const GroupKey& key, const AlertGroup& group);

/// Rows as `Journal::pairs` gives them. What is told of episodes without a row goes; no group is in flight. A row that
/// cannot be read is left out and named in `damage`.
AlertBook book_of(const std::vector<std::pair<std::string, std::string>>& rows, std::vector<std::string>& damage);

}  // namespace ballast
