// Label matchers as Prometheus and Alertmanager write them: `code=~"5.."`. Source: Prometheus' querying basics.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "formats/exposition.h"

namespace ballast {

/// One condition. Cheap to copy.
class LabelMatcher {
 public:
  /// A label that is not there is one with the empty value.
  [[nodiscard]] bool matches(std::string_view value) const;
  [[nodiscard]] bool matches(const Labels& labels) const;
  [[nodiscard]] const std::string& label() const { return label_; }

 private:
  friend Result<LabelMatcher> parse_matcher(std::string_view text);
  struct Pattern;
  std::string label_{};
  std::string value_{};
  bool negative_ = false;
  std::shared_ptr<const Pattern> pattern_{};  ///< null: equality
};

/// `name="value"`, `!=`, `=~`, `!~`; the value in double or single quotes, or bare without white space. Regular
/// expressions are RE2's, anchored at both ends, in time linear in the value. Errors: invalid (names what is wrong).
Result<LabelMatcher> parse_matcher(std::string_view text);

}  // namespace ballast
