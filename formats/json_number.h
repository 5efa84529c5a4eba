// One number out of a JSON document, or out of plain text.
#pragma once

#include <string_view>

#include "core/result.h"

namespace ballast {

inline constexpr std::size_t kMaxJsonBytes = std::size_t{64} << 20;

/// The finite number at a JSON pointer (RFC 6901; `` is the whole document, `/queue/0/depth` a part). A string counts
/// when it holds a number or a quantity (`"12"`, `"1.5k"`), as in KEDA's metrics-api. Of a repeated key the first
/// counts. Only what stands before the value is checked for being JSON.
/// Errors: not_found (the document has no such place), invalid (no JSON, HTML, no number, malformed pointer).
Result<double> json_number(std::string_view document, std::string_view pointer);

/// The finite number or quantity that a text is, white space around it aside. Errors: invalid.
Result<double> text_number(std::string_view text);

/// What a program or a page answers: `json_number`, or, with an empty pointer, also what is no JSON but a number to
/// people: `+1`, `250m`. Errors: those of `json_number`.
Result<double> number_in(std::string_view text, std::string_view pointer);

/// Empty, or each part begins with `/`, and `~` only as `~0` or `~1`.
bool is_json_pointer(std::string_view text);

}  // namespace ballast
