// FNV-1a, 64 bit: what names a text or a tree by its content. Source: draft-eastlake-fnv, offset basis and prime for 64
// bits.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/config_node.h"
#include "core/field.h"
#include "core/workload.h"

namespace ballast {

/// `a` is 0xaf63dc4c8601ec8c.
constexpr Fingerprint fingerprint(std::string_view text, Fingerprint start = 0xcbf29ce484222325ULL) {
  Fingerprint hash = start;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

/// Of type and settings, defaults written out: the order of keys, spaces and places do not count.
Fingerprint fingerprint(const PluginRef& plugin, PluginKind kind);

}  // namespace ballast
