// `{port}` and `{name}` in texts of a document. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ballast {

/// Replaces {port} and {name}; `{{` is `{` and `}}` is `}`, a single `}` is itself. What check_template refuses stays
/// as it is.
std::string expand_template(std::string_view text, std::string_view name, std::uint16_t port);

/// What is wrong with it, for people; nothing when it is good. `{port}` is refused without ports.
std::optional<std::string> check_template(std::string_view text, bool has_ports);

}  // namespace ballast
