// What is generated from the definitions of settings, so that it cannot differ from what the reader does: the JSON
// schema, the reference, the text of `ballast docs`, and random documents that the reader takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/config/schema.h"
#include "core/config_node.h"

namespace ballast {

/// OpenAPI v3 as a structural schema of a custom resource has it (openAPIV3Schema), rules as x-kubernetes-validations.
/// Nothing: no such kind.
std::optional<ConfigNode> json_schema(std::string_view kind);

/// docs/reference.md.
std::string reference_markdown();

/// `ScalingPolicy`, `ScalingPolicy.spec.signals.target`, `ScalingPolicy.scaleTarget.process`: what can be set there.
/// Nothing: there is no such setting; `nearest_path` then names what was probably meant.
std::optional<std::string> describe(std::string_view path);
/// Empty when nothing is near.
std::string nearest_path(std::string_view path);

/// A document of this kind that reads without a problem; the same for the same seed. A plug-in of each kind must exist.
ConfigNode random_document(std::string_view kind, std::uint64_t seed);

/// For all of them: what a value is, in words: `whole number`, `list of duration`, `one of A and B`.
std::string type_text(const FieldSchema& field);
/// `0 to 100000`, `at least 1`, `at most 63 characters`; empty for no limits.
std::string limits_text(const FieldSchema& field);
/// The default as it would be written; empty: none.
std::string default_text(const FieldSchema& field);

}  // namespace ballast
