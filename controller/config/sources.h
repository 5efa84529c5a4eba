// MetricSource documents, put in the place of the `sourceRef` that names them.
#pragma once

#include <string>
#include <vector>

#include "controller/config/documents.h"
#include "core/result.h"

namespace ballast {

/// The MetricSource that a signal is read through; empty: none, the signal says itself where it comes from.
std::string source_named_by(const SignalSpec& signal);

/// What the signal is read with: settings of its MetricSource stand in the place of `sourceRef`, and its memberLabel
/// among those of its plug-in. Errors, which begin after the path of `sourceRef`: not_found (no such document in that
/// namespace), invalid (a source of another kind).
Result<PluginRef> resolved_probe(const SignalSpec& signal, const std::string& name_space,
                                 const std::vector<Document>& documents);

/// Null: there is none.
const Document* find_source(const std::vector<Document>& documents, const std::string& name_space,
                            const std::string& name);

}  // namespace ballast
