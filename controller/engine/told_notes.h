// What people were told of a target, so that a log says each thing once.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/boxed.h"

namespace ballast {

/// A sentence that differs from one told before in its numbers alone ("next try in 4s") is the same sentence.
class ToldNotes {
 public:
  /// Whether this is to be told now. An empty note means that all is well: what comes later is news again.
  bool is_news(std::string_view note);

 private:
  Boxed<std::set<std::string>> told_{};  ///< without numbers; few
};

}  // namespace ballast
