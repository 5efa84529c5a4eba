// A small file for its owner alone.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace ballast {

/// Whole or not at all, in the place of an earlier one: never through a file or link that somebody else put there.
/// Repeating it is harmless. Errors: unavailable, with the path.
Result<Done> write_private(const std::filesystem::path& path, const std::string& text);

}  // namespace ballast
