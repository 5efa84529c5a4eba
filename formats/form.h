// Query strings and form bodies. Source: the URL standard, application/x-www-form-urlencoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ballast {

/// `a b&c` to `a+b%26c`.
std::string form_encode(std::string_view text);

/// `query=up&timeout=5s`, in the order given.
std::string form(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace ballast
