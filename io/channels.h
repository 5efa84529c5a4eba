// One fetcher out of several: each channel's requests go to whoever serves it.
#pragma once

#include <memory>

#include "io/fetcher.h"

namespace ballast {

/// What serves the channels; it outlives what is made of it.
struct Channels {
  Fetcher& network;               ///< http, exchange, dial, tls
  Fetcher* workers = nullptr;     ///< null: `workers` is not served
  Fetcher* commands = nullptr;    ///< null: nobody has allowed commands
  Fetcher* heartbeats = nullptr;  ///< null: `heartbeat` is not served
};

/// Errors beside those of what serves: denied (commands that nobody has allowed), invalid (a channel that is not
/// served).
[[nodiscard]] std::unique_ptr<Fetcher> make_channels(Channels channels);

}  // namespace ballast
