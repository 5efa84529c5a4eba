// Command lines of the demo's programs: `--name value`; a name may repeat.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ballast_demo {

using Options = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What `arguments` (without the program's name) say, or nothing when one is not among `known` or lacks its value;
/// `problem` then says which.
std::optional<Options> parse_options(std::span<const char* const> arguments, std::span<const std::string_view> known,
                                     std::string& problem);

/// The last value given for `name`, or `otherwise`.
std::string text_of(const Options& options, std::string_view name, std::string_view otherwise = "");

/// `500ms`, `5s`, `2m`, `250us` in microseconds; nothing when it is no such text.
std::optional<std::int64_t> parse_span_us(std::string_view text);

/// A whole number or a decimal fraction that is not negative; nothing when it is neither.
std::optional<double> parse_number(std::string_view text);

}  // namespace ballast_demo
