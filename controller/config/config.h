// From files to workloads: read, check, compile, and reload without losing what was good. All but `read_files` is pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/config/alerting.h"
#include "controller/config/documents.h"
#include "core/observation.h"
#include "core/result.h"
#include "core/workload.h"

namespace ballast {

/// A file and what it holds, or why it could not be read.
struct SourceFile {
  std::string name{};
  std::string content{};
  std::optional<Error> failure{};
  bool operator==(const SourceFile&) const = default;
};

/// Files as named; `-` is standard input; a directory gives its *.yaml, *.yml and *.json, sorted, not those below.
/// A file that cannot be read comes with its failure. At most kMaxFileBytes + 1 of each are read.
std::vector<SourceFile> read_files(const std::vector<std::string>& paths);

/// What a document is bound from; plug-ins are checked, but nothing is made yet.
struct CompiledWorkload {
  Workload workload{};
  std::string document{};                 ///< the texts that `workload.document` is the fingerprint of
  Orders orders{};                        ///< what annotations ask
  std::optional<PluginRef> scaler{};      ///< none for a Monitor
  std::vector<Window> windows{};          ///< in the order of `workload.schedules`
  std::vector<PluginRef> probes{};        ///< in the order of `workload.signals`
  std::vector<PluginRef> balancers{};     ///< in the order of `workload.pools`
  std::vector<CompiledAction> actions{};  ///< of its rules
  std::vector<DocumentId> documents{};    ///< the policy or monitor, then its sources and pools
};

/// All that is in force, and everything that is wrong, by file, line and column.
struct LoadedSet {
  std::vector<Document> documents{};          ///< in force, by id
  std::vector<CompiledWorkload> workloads{};  ///< by name
  CompiledAlerting alerting{};                ///< who is told
  ConfigurationSpec configuration{};          ///< defaults where there is no such document
  std::vector<FileProblem> problems{};        ///< errors and warnings
  [[nodiscard]] std::size_t errors() const;
};

/// Reads and checks everything; documents that are refused, by themselves or beside others, are left out.
LoadedSet load(const std::vector<SourceFile>& files);
LoadedSet load(const std::vector<std::string>& paths);

/// What became of a reload. Names are workloads' (`shop/checkout`), sorted.
struct Reload {
  LoadedSet set{};
  std::vector<std::string> added{};
  std::vector<std::string> changed{};  ///< their text, or an order by annotation
  std::vector<std::string> removed{};  ///< their workers are orphaned, never stopped
};

/// Keeps the last good version of each document. A state machine without I/O: give it the files, take what is in force.
/// A bad document is refused and its last good version stays; a file that cannot be read keeps all of its documents;
/// a document or file that is gone is removed.
class Reloader {
 public:
  Reload update(const std::vector<SourceFile>& files);
  [[nodiscard]] const LoadedSet& current() const { return current_; }

 private:
  LoadedSet current_{};
};

/// For `ballast validate`: every problem of all files, one a line, and the exit status: 0 good (warnings too), 3 bad
/// documents.
struct Validation {
  std::string text{};
  int exit_status = 0;
};
Validation validate(const std::vector<SourceFile>& files);

}  // namespace ballast
