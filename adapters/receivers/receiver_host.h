// What receivers are given of the host. A receiver is a settings struct with `fields()` and a `make_NAME_notifier`;
// what it writes and reads on the wire is in formats/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/executor.h"
#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

/// The fixed hosts of vendors; of the client for vendors the only ones.
inline constexpr std::string_view kSlackHost = "hooks.slack.com";
inline constexpr std::string_view kTelegramHost = "api.telegram.org";
inline std::vector<std::string> vendor_hosts() { return {std::string(kSlackHost), std::string(kTelegramHost)}; }

/// Outlives every notifier made with it.
struct ReceiverHost {
  TimeSource& time;
  Fetcher& fetcher;    ///< for addresses that users name: refuses what the daemon's flags do not allow
  Fetcher& vendors;    ///< for the fixed hosts of vendors
  Executor& executor;  ///< for what blocks
};

}  // namespace ballast
