// Names to addresses without blocking the loop, and without one slow name blocking another.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/loop.h"

namespace ballast {

/// Numeric addresses (`127.0.0.1`, `::1`), best first.
using Addresses = std::vector<std::string>;

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// Calls `found` on the loop's thread, never at once. One look-up per name at a time, all who ask share it. When the
  /// name server does not answer, the last good addresses count for five more minutes. Takes as long as the system's
  /// resolver does: the asker has the deadline. Errors: unavailable (no such name, name server silent, too many
  /// look-ups hang). Without `found` being called when the resolver ends first.
  virtual void resolve(const std::string& name, std::function<void(Result<Addresses>)> found) = 0;
};

/// What asks the system: blocking, any thread. The default is getaddrinfo.
struct LookedUp {
  Addresses addresses{};
  bool no_such_name = false;  ///< an answer: last good addresses do not count any more
  std::string problem{};
};
using LookUp = std::function<LookedUp(const std::string& name)>;
LookedUp look_up(const std::string& name);

[[nodiscard]] std::unique_ptr<Resolver> make_resolver(Loop& loop, LookUp look_up_name = look_up);

}  // namespace ballast
