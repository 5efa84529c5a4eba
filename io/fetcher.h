// One bounded request, one answer: the port through which probes see the world.
#pragma once

#include "core/request.h"
#include "core/result.h"
#include "core/task.h"

namespace ballast {

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// An HTTP error status is an answer, not an error. Errors: timeout (deadline), unavailable (refused, reset, name
  /// not found), invalid (no such channel, malformed url or answer, answer above `max_bytes`), cancelled.
  virtual Task<Result<Response>> fetch(Request request) = 0;
};

}  // namespace ballast
