// Bytes to trees. The only part of Ballast that knows yaml-cpp is yaml.cc. JSON is read the same way: it is YAML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_node.h"

namespace ballast {

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxNodes = 100'000;  ///< in a file

/// One document of a file. With problems the root is not to be used.
struct ParsedDocument {
  std::int32_t position = 0;  ///< among the documents of the file that are not empty, from 0
  Place place{};              ///< of its first line
  std::string text{};         ///< as written, without the marker before it
  ConfigNode root{};
  Problems problems{};
};

/// Every document by itself: a syntax error in one loses no other. Documents of comments alone are left out. Refused:
/// aliases and tags, keys that are no scalars, a key twice in one map, and what is over the limits above.
/// Places count from the start of the file.
std::vector<ParsedDocument> parse_documents(std::string_view content);

}  // namespace ballast
