// A probe compiled for one signal: what to ask, how to read the answer once, how to pick the signal out of it. Three
// pure functions; the engine fetches, shares equal requests, caps and times.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/request.h"
#include "core/result.h"
#include "core/signal.h"

namespace ballast {

/// An answer read once; what `content` is, the probe that decoded it knows.
struct Page {
  std::shared_ptr<const void> content{};
  TimePoint received_at{};
};

struct CompiledProbe {
  Request request{};
  std::string type{};  ///< of the probe: equal requests of one type share one page
  /// Errors: unavailable (an HTTP error), invalid (not what this probe reads).
  std::function<Result<Page>(const Response&)> decode{};
  /// `previous` is the page of the poll before, null at first. Errors: invalid (no number), not_found (no such field
  /// or member), unavailable (a rate without a previous page: comes by itself).
  std::function<Result<NamedReading>(const Page& page, const Page* previous)> select{};
};

}  // namespace ballast
