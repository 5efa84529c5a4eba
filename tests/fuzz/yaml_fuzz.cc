// Any bytes as a file of documents: read or refused with a place inside the file, never more than the limits allow.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "controller/config/yaml.h"

namespace {

std::size_t count(const ballast::ConfigNode& node, std::size_t depth) {
  if (depth > ballast::kMaxDepth) std::abort();
  if (node.kind == ballast::ConfigNode::Kind::map && node.fields.size() != node.field_places.size()) std::abort();
  std::size_t sum = 1;
  for (const auto& item : node.items) sum += count(item, depth + 1);
  for (const auto& [key, value] : node.fields) sum += 1 + count(value, depth + 1);
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::size_t sum = 0;
  for (const auto& document : ballast::parse_documents({reinterpret_cast<const char*>(bytes), size})) {
    for (const auto& problem : document.problems)
      if (problem.place.line < 1 || problem.message.empty()) std::abort();
    if (document.problems.empty()) sum += count(document.root, 0);
  }
  if (sum > 2 * ballast::kMaxNodes) std::abort();
  return 0;
}
