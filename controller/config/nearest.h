// The name that was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// Edits (insert, delete, replace, swap of neighbours) that turn one into the other; case is
/// ignored. Optimal string alignment (restricted Damerau-Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `names` within a third of the word's length, at least 1; empty when none is near. First of equals.
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

/// `a, b and c`; empty for none.
std::string join(std::span<const std::string_view> names, std::string_view last = "and");

}  // namespace ballast
