// Documents beside each other: what they say together, and which of them cannot stand together.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/config/documents.h"

namespace ballast {

/// A document that cannot stand beside those before it.
struct Refusal {
  std::size_t document = 0;  ///< its place among those given
  FileProblem problem{};
};

/// Checks documents in the order given: of two that exclude each other the later one is refused. Policies are looked at
/// before pools that need them, whatever their order.
std::vector<Refusal> cross_check(const std::vector<Document>& documents);

/// A signal without a target, named after its pool.
SignalSpec signal_of(const MemberSignalSpec& signal, const std::string& pool);

/// What a signal is held against; `none` without a target.
TargetType target_type(const SignalSpec& signal);

/// Whether a signal says something while there are no members: neither utilization nor what members use does.
bool speaks_at_zero(const SignalSpec& signal);

/// Settings that changed and may not, of two versions of one document.
Problems immutable_changes(const Document& before, const Document& after);

/// Of documents that passed `cross_check`: one workload per ScalingPolicy and Monitor, by name.
std::vector<CompiledWorkload> compile(const std::vector<Document>& documents);

/// What is allowed and probably not meant.
std::vector<FileProblem> warnings(const std::vector<Document>& documents);

}  // namespace ballast
