// The kinds of documents, and one document read by its kind.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/config/documents.h"
#include "controller/config/schema.h"
#include "controller/config/yaml.h"

namespace ballast {

struct KindEntry {
  std::string_view name{};
  std::string_view plural{};
  std::string_view short_name{};
  std::string_view doc{};
  Schema (*schema)() = nullptr;  ///< of `spec`
  Spec (*read)(const ConfigNode& spec, const std::string& path, Problems& problems) = nullptr;
  ConfigNode (*write)(const Spec& spec, Secrets secrets) = nullptr;
};
/// Sorted by name.
std::span<const KindEntry> kinds();
const KindEntry* find_kind(std::string_view name);
std::string_view kind_of(const Spec& spec);

/// Nothing when problems were added; warnings are not added here. Problems get the file's name from the caller.
std::optional<Document> read_document(const std::string& file, ParsedDocument parsed, Problems& problems);

/// What can be said of a document that is refused: its id, as far as it can be read.
std::optional<DocumentId> read_id(const ConfigNode& root);

}  // namespace ballast
