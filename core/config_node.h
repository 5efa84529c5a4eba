// A document as a tree that remembers where each value was written: the one form in which YAML files and JSON
// custom resources reach a spec.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ballast {

/// Where something was written; lines and columns count from 1, 0 means unknown.
struct Place {
  int line = 0;
  int column = 0;
  bool operator==(const Place&) const = default;
};

/// A scalar keeps its text: what it means is decided by the field that reads it. `quoted` tells "8" from 8.
struct ConfigNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  Place place{};
  std::string text{};  ///< of a scalar
  bool quoted = false;
  std::vector<ConfigNode> items{};                           ///< of a list
  std::vector<std::pair<std::string, ConfigNode>> fields{};  ///< of a map, in the order written
  std::vector<Place> field_places{};                         ///< of a map: where each key stands

  [[nodiscard]] const ConfigNode* find(std::string_view key) const {
    for (const auto& [name, node] : fields)
      if (name == key) return &node;
    return nullptr;
  }
  bool operator==(const ConfigNode&) const = default;
};

/// One thing that is wrong with a document: `path: message`, at a place.
struct Problem {
  Place place{};
  std::string path{};     ///< `spec.signals[1].target.averageValue`
  std::string message{};  ///< names the value, the limit and, for an unknown key, the nearest name
  bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// A plug-in named in a document: `haproxy: {socket: …}` is {"haproxy", {socket: …}}. The registry knows its spec.
struct PluginRef {
  std::string type{};
  ConfigNode settings{};
  bool operator==(const PluginRef&) const = default;
};

}  // namespace ballast
