// How the tables of the registry make an entry out of a settings struct.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/config/plugins.h"
#include "controller/config/read.h"
#include "controller/config/schema.h"
#include "controller/config/write.h"
#include "core/config_node.h"

namespace ballast {

template <class T>
ConfigNode normalized(const ConfigNode& settings, const std::string& path, Problems& problems) {
  return write_spec(read_spec<T>(settings, path, problems));
}
template <class T>
ConfigNode redacted_settings(const ConfigNode& settings) {
  Problems ignored;
  return write_spec(read_spec<T>(settings, "", ignored), Secrets::redacted);
}
template <class T>
constexpr PluginEntry plugin(std::string_view name, std::string_view doc,
                             std::vector<Claim> (*claims)(const ConfigNode&) = nullptr) {
  return {name, doc, schema_of<T>, normalized<T>, redacted_settings<T>, claims};
}
/// Settings that the documents' check has passed.
template <class T>
T settings_of(const ConfigNode& settings) {
  Problems ignored;
  return read_spec<T>(settings, "", ignored);
}

}  // namespace ballast
