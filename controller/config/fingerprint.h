// What names a text or a tree by its content.
#pragma once

#include <string_view>

#include "core/config_node.h"
#include "core/field.h"
#include "core/fnv.h"
#include "core/workload.h"

namespace ballast {

constexpr Fingerprint fingerprint(std::string_view text, Fingerprint start = fnv("")) { return fnv(text, start); }

/// Of type and settings, defaults written out: the order of keys, spaces and places do not count.
Fingerprint fingerprint(const PluginRef& plugin, PluginKind kind);

}  // namespace ballast
