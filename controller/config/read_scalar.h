// The parts of the reader that need no template: one value at a time, and what may stand in a map.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/time.h"

namespace ballast {

/// The place of what `path` (`signals[1].target`) names below `root`, or of the nearest above it that is there. Keys
/// with dots stand in brackets and quotes: `annotations["ballast.run/paused"]`.
Place place_of(const ConfigNode& root, std::string_view path);

namespace detail {

/// What a value is read for.
struct Where {
  std::string path{};
  std::string_view key{};
  Limits limits{};
  std::span<const std::string_view> later{};  ///< may hold `key: value`, a value of versions to come
  [[nodiscard]] Where item(std::size_t index) const;
};

/// `spec` and `mode` are `spec.mode`; a key that is no name gets brackets and quotes.
std::string child_path(const std::string& path, std::string_view key);
/// A key that is there and has a value; `key:` and `key: null` are as if not there, as in Kubernetes.
inline bool is_written(const ConfigNode* node) { return node != nullptr && node->kind != ConfigNode::Kind::null; }

// Each: false when a problem was added.
bool expect_map(const ConfigNode& node, const std::string& path, Problems& problems);
bool expect_list(const ConfigNode& node, const Where& where, Problems& problems);
bool read_scalar(const ConfigNode& node, const Where& where, bool& out, Problems& problems);
bool read_integer(const ConfigNode& node, const Where& where, std::int64_t least, std::int64_t most, std::int64_t& out,
                  Problems& problems);
bool read_choice(const ConfigNode& node, const Where& where, std::span<const std::string_view> names, std::size_t& out,
                 Problems& problems);
bool read_scalar(const ConfigNode& node, const Where& where, double& out, Problems& problems);
bool read_scalar(const ConfigNode& node, const Where& where, std::string& out, Problems& problems);
bool read_scalar(const ConfigNode& node, const Where& where, Duration& out, Problems& problems);
bool read_scalar(const ConfigNode& node, const Where& where, Quantity& out, Problems& problems);
bool read_scalar(const ConfigNode& node, const Where& where, std::map<std::string, std::string>& out,
                 Problems& problems);
/// `{process: {…}}`: a map of one key, which the registry knows.
bool read_scalar(const ConfigNode& node, const Where& where, PluginRef& out, Problems& problems);
/// Read later, by what else the document says.
bool read_scalar(const ConfigNode& node, const Where& where, ConfigNode& out, Problems& problems);
/// One of the keys of `node` is a plug-in, `others` are not.
bool read_plugin_among(const ConfigNode& node, const Where& where, const std::vector<std::string_view>& others,
                       PluginRef& out, Problems& problems);
bool missing(const ConfigNode& node, const ConfigNode* value, const Where& where, Problems& problems);

/// Keys that belong elsewhere, each with the reason; they are known from here on.
void refuse_named(const ConfigNode& node, const std::string& path,
                  std::span<const std::pair<std::string_view, std::string_view>> refused,
                  std::vector<std::string_view>& known, Problems& problems);
void refuse_unknown(const ConfigNode& node, const std::string& path, std::vector<std::string_view> known,
                    std::span<const std::string_view> later, PluginKind among, Problems& problems);
void check_rule(const Rule& rule, const FieldStates& states, const ConfigNode& node, const std::string& path,
                std::span<const std::string_view> broken, Problems& problems);
void add_checked(Problems found, const ConfigNode& node, const std::string& path, Problems& problems);

}  // namespace detail
}  // namespace ballast
