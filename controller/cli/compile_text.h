// A journaled document's text, compiled again as the configuration compiles it.
#pragma once

#include <string>

#include "controller/config/config.h"
#include "controller/engine/runner.h"

namespace ballast {

/// Errors of the function: invalid, when this version no longer understands the text.
inline CompileText compile_text() {
  return [](const std::string& text, const std::string& name) -> Result<Workload> {
    const LoadedSet set = load(std::vector<SourceFile>{{.name = "journal", .content = text}});
    for (const CompiledWorkload& compiled : set.workloads)
      if (compiled.workload.name == name) return compiled.workload;
    return Error{Errc::invalid, name + ": the journaled document is not understood by this version"};
  };
}

}  // namespace ballast
