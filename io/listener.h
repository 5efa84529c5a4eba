// Accepts TCP connections. Runs on the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "io/loop.h"
#include "io/stream.h"

namespace ballast {

/// Accepts for as long as it lives.
class Listener {
 public:
  virtual ~Listener() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

/// `where`: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` (127.0.0.1); port 0 takes a free one. Out of descriptors
/// it waits and goes on. Errors: invalid (no address and port), unavailable (taken), denied (a port that needs rights).
[[nodiscard]] Result<std::unique_ptr<Listener>> make_listener(Loop& loop, const std::string& where,
                                                              std::function<void(Stream)> accepted);

}  // namespace ballast
