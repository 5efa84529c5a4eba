// Keeps sources apart: a slow one fills its own slots and nobody else's, and equal questions are asked once. Pure: it
// decorates any fetcher and runs in virtual time.
#pragma once

#include <cstddef>
#include <memory>

#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

struct BulkheadOptions {
  std::size_t under_way = 4;  ///< requests to one source at a time
  std::size_t waiting = 256;  ///< then a request to it fails at once
};

/// A source is scheme, host and port of a url, or the path of a unix socket; of a local question its whole url. Waiting
/// counts against a request's deadline. A question (all but HTTP writes) that equals one waiting or under way shares
/// its answer; if the one that asked first goes away, another of them asks anew. So do not read back a write through
/// it: the answer may be from before. Errors beside those of `below`: timeout (no slot came free in time), unavailable
/// (too many wait). `below` and `time` must outlive it; it must outlive its fetches.
[[nodiscard]] std::unique_ptr<Fetcher> make_bulkhead(Fetcher& below, TimeSource& time, BulkheadOptions options = {});

}  // namespace ballast
