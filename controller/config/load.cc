// The life of a set of documents: read, checked beside each other, compiled; and what stays when the next is worse.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "controller/config/alerting.h"
#include "controller/config/compile.h"
#include "controller/config/config.h"
#include "controller/config/kinds.h"
#include "controller/config/yaml.h"

namespace ballast {
namespace {

/// A document that is refused by itself: what names it for its last good version.
struct Broken {
  std::string file{};
  std::int32_t position = 0;  ///< -1: the whole file could not be read
  std::optional<DocumentId> id{};
};

struct Read {
  std::vector<Document> documents{};
  std::vector<Broken> broken{};
  std::vector<FileProblem> problems{};
};

void read_file(const SourceFile& file, Read& into) {
  if (file.failure) {
    into.problems.push_back({file.name, {{}, "", file.failure->message}, false});
    into.broken.push_back({file.name, -1, std::nullopt});
    return;
  }
  for (auto& parsed : parse_documents(file.content)) {
    Problems problems;
    // Only a tree that was read to its end can name the document.
    Broken broken{file.name, parsed.position, parsed.problems.empty() ? read_id(parsed.root) : std::nullopt};
    if (auto document = read_document(file.name, std::move(parsed), problems))
      into.documents.push_back(std::move(*document));
    else
      into.broken.push_back(std::move(broken));
    for (auto& problem : problems) into.problems.push_back({file.name, std::move(problem), false});
  }
}

/// Nothing below can be read: its documents are all unknown, not gone.
bool unreadable(const SourceFile& file) {
  return file.failure.has_value() || file.content.size() > kMaxFileBytes ||
         file.content.find('\0') != std::string::npos;
}

Read read_all(const std::vector<SourceFile>& files) {
  Read result;
  for (const auto& file : files) {
    read_file(file, result);
    if (!file.failure && unreadable(file)) result.broken.push_back({file.name, -1, std::nullopt});
  }
  return result;
}

bool keeps(const Broken& broken, const Document& old) {
  if (broken.id) return *broken.id == old.id;
  return broken.file == old.file && (broken.position < 0 || broken.position == old.position);
}

/// Of documents of one name: the one that is in force already, else one of the same file, else the first.
std::optional<std::size_t> successor(const Document& old, const std::vector<Document>& documents) {
  std::optional<std::size_t> best;
  int best_rank = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (documents[i].id != old.id) continue;
    const bool same_file = documents[i].file == old.file;
    const int rank = 1 + (same_file ? 1 : 0) + (documents[i].fingerprint == old.fingerprint ? 2 : 0);
    if (rank <= best_rank) continue;
    best_rank = rank;
    best = i;
  }
  return best;
}

/// The documents to check: those in force come first, in their newest good version, so that what is new cannot push
/// out what runs.
std::vector<Document> candidates(const std::vector<Document>& in_force, const Read& read) {
  std::vector<Document> result;
  std::set<std::size_t> used;
  for (const auto& old : in_force) {
    if (const auto found = successor(old, read.documents)) {
      used.insert(*found);
      result.push_back(read.documents[*found]);
    } else if (std::ranges::any_of(read.broken, [&](const Broken& broken) { return keeps(broken, old); })) {
      result.push_back(old);
    }
  }
  for (std::size_t i = 0; i < read.documents.size(); ++i)
    if (!used.contains(i)) result.push_back(read.documents[i]);
  return result;
}

const Document* find(const std::vector<Document>& documents, const DocumentId& id) {
  const auto found = std::ranges::find(documents, id, &Document::id);
  return found == documents.end() ? nullptr : &*found;
}

/// Puts the version in force in the place of a changed document; false where there is none, or it is there already.
bool restore(std::vector<Document>& documents, std::size_t refused, const std::vector<Document>& in_force,
             std::set<DocumentId>& restored) {
  auto& document = documents[refused];
  const auto* old = find(in_force, document.id);
  const bool twin = find(documents, document.id) != &document;  // a second of the same name never had a version
  if (old == nullptr || twin || old->fingerprint == document.fingerprint) return false;
  if (!restored.insert(document.id).second) return false;
  document = *old;
  return true;
}

std::vector<Document> without(std::vector<Document> documents, const std::set<std::size_t>& gone) {
  std::vector<Document> rest;
  for (std::size_t i = 0; i < documents.size(); ++i)
    if (!gone.contains(i)) rest.push_back(std::move(documents[i]));
  return rest;
}

/// Takes out what cannot stand beside the rest; where a changed document is refused, its version in force takes its
/// place and all are judged again. What is in force as it stands is judged first, so that no change pushes it out. Each
/// round replaces or removes, so that it ends.
std::vector<Document> settle(std::vector<Document> documents, const std::vector<Document>& in_force,
                             std::vector<FileProblem>& problems) {
  std::set<DocumentId> restored;
  const auto stands = [&in_force](const Document& document) {
    const auto* old = find(in_force, document.id);
    return old != nullptr && old->fingerprint == document.fingerprint;
  };
  for (;;) {
    std::ranges::stable_partition(documents, stands);
    const auto refusals = cross_check(documents);
    if (refusals.empty()) return documents;
    bool again = false;
    std::set<std::size_t> gone;
    for (const auto& refusal : refusals) {
      if (std::ranges::find(problems, refusal.problem) == problems.end()) problems.push_back(refusal.problem);
      if (restore(documents, refusal.document, in_force, restored))
        again = true;
      else
        gone.insert(refusal.document);
    }
    if (!again) documents = without(std::move(documents), gone);
  }
}

void sort_problems(std::vector<FileProblem>& problems) {
  std::ranges::stable_sort(problems, {}, [](const FileProblem& problem) {
    return std::tuple(problem.file, problem.problem.place.line, problem.problem.place.column, problem.problem.path);
  });
}

LoadedSet finish(std::vector<Document> documents, std::vector<FileProblem> problems) {
  LoadedSet set;
  std::ranges::move(warnings(documents), std::back_inserter(problems));
  std::ranges::sort(documents, {}, &Document::id);
  set.workloads = compile(documents);
  set.alerting = compile_alerting(documents);
  for (const auto& document : documents)
    if (const auto* configuration = std::get_if<ConfigurationSpec>(&document.spec)) set.configuration = *configuration;
  set.documents = std::move(documents);
  sort_problems(problems);
  set.problems = std::move(problems);
  return set;
}

/// A document that changes what it may not stays as it is.
void keep_immutable(const std::vector<Document>& in_force, Read& read) {
  for (auto& document : read.documents) {
    const auto* old = find(in_force, document.id);
    if (old == nullptr) continue;
    const auto found = immutable_changes(*old, document);
    if (found.empty()) continue;
    for (const auto& problem : found) read.problems.push_back({document.file, problem, false});
    document = *old;
  }
}

void compare(const LoadedSet& before, Reload& reload) {
  const auto key = [](const CompiledWorkload& workload) {
    return std::tuple(workload.workload.document, workload.orders.paused);
  };
  std::map<std::string, std::tuple<Fingerprint, bool>> old;
  for (const auto& workload : before.workloads) old.emplace(workload.workload.name, key(workload));
  for (const auto& workload : reload.set.workloads) {
    const auto found = old.find(workload.workload.name);
    if (found == old.end())
      reload.added.push_back(workload.workload.name);
    else if (found->second != key(workload))
      reload.changed.push_back(workload.workload.name);
    if (found != old.end()) old.erase(found);
  }
  for (const auto& [name, value] : old) reload.removed.push_back(name);
}

}  // namespace

std::size_t LoadedSet::errors() const {
  return static_cast<std::size_t>(std::ranges::count(problems, false, &FileProblem::warning));
}

LoadedSet load(const std::vector<SourceFile>& files) { return Reloader().update(files).set; }
LoadedSet load(const std::vector<std::string>& paths) { return load(read_files(paths)); }

Reload Reloader::update(const std::vector<SourceFile>& files) {
  auto read = read_all(files);
  keep_immutable(current_.documents, read);
  auto documents = settle(candidates(current_.documents, read), current_.documents, read.problems);
  Reload reload{.set = finish(std::move(documents), std::move(read.problems))};
  compare(current_, reload);
  current_ = reload.set;
  return reload;
}

Validation validate(const std::vector<SourceFile>& files) {
  const auto set = load(files);
  Validation result{.exit_status = set.errors() == 0 ? 0 : 3};
  for (const auto& problem : set.problems) result.text += to_string(problem) + "\n";
  return result;
}

}  // namespace ballast
