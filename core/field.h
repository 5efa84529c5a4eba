// One setting, defined once. A spec struct lists its settings in `static constexpr auto fields()`; from that list
// come the parser, the schema, the reference page, `ballast docs` and random valid specs.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "core/time.h"

namespace ballast {

/// What a value must satisfy beyond its type.
struct Limits {
  double min = -std::numeric_limits<double>::infinity();  ///< inclusive; of a Duration in seconds
  double max = std::numeric_limits<double>::infinity();   ///< inclusive; of a string or list its length
  bool required = false;
  bool secret = false;     ///< never printed
  bool immutable = false;  ///< cannot change while the document lives
  const char* example = "";
};

/// A setting: its key, the member it fills, its unit ("" for none), what it means, its limits. Its default is the
/// member's initialiser. Types: bool, int32_t, int64_t, double, std::string, Duration, Quantity, an enum with
/// `enum_names(E)`, a struct with `fields()`, PluginRef, and std::optional and std::vector of these.
template <class Spec, class T>
struct Field {
  const char* name;
  T Spec::*member;
  const char* unit;
  const char* doc;
  Limits limits;
  constexpr Field(const char* key, T Spec::*field, const char* measured_in, const char* meaning, Limits bounds = {})
      : name(key), member(field), unit(measured_in), doc(meaning), limits(bounds) {}
};

/// A Kubernetes Quantity in thousandths: `100m` is 100, `80` is 80'000.
struct Quantity {
  std::int64_t milli = 0;
  bool operator==(const Quantity&) const = default;
};

}  // namespace ballast
