// The forms that strings of documents have: one table for the check, the pattern of the schema and the sentence.
#pragma once

#include <string>
#include <string_view>

#include "core/field.h"

namespace ballast {

struct FormatInfo {
  Format format = Format::any;
  std::string_view name{};     ///< for people: `a name of a-z, 0-9 and '-'`
  std::string_view pattern{};  ///< RE2, for schemas
  std::string_view example{};
  bool (*matches)(std::string_view text) = nullptr;
  /// What is wrong with a text that does not match; null: that it is not `name`.
  std::string (*problem)(std::string_view text) = nullptr;
};
const FormatInfo& info(Format format);

}  // namespace ballast
