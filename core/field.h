// One setting, defined once. A spec struct lists its settings in `static constexpr auto fields()`; from that list
// come the parser, the schema, the reference page, `ballast docs` and random valid specs.
#pragma once

#include <cstdint>
#include <limits>

#include "core/time.h"

namespace ballast {

/// Which table of the registry knows a plug-in.
enum class PluginKind : std::uint8_t { none, probe, scaler, balancer, notifier, action };

/// The form of a string: checked by the reader, a pattern in the schema.
enum class Format : std::uint8_t {
  any,
  dns_label,   ///< RFC 1123: at most 63 of a-z, 0-9 and '-', begins and ends with a letter or digit
  name,        ///< of a signal: at most 63 of letters, digits, '_', '-', '.', begins with a letter
  identifier,  ///< at most 63 of letters, digits and '_', begins with a letter
  url,         ///< http:// or https://
  address,     ///< `host:port`
  path,        ///< absolute
  time_zone,   ///< a name that tzdata has: `Europe/Berlin`
  cron,        ///< of a schedule's start or end: `0 8 * * MON-FRI`
  timestamp,   ///< RFC 3339: `2026-11-27T08:00:00+01:00`
};

/// What a value must satisfy beyond its type.
struct Limits {
  double min = -std::numeric_limits<double>::infinity();  ///< inclusive; of a Duration in seconds
  double max = std::numeric_limits<double>::infinity();   ///< inclusive; of a string or list its length
  bool required = false;
  bool secret = false;     ///< never printed
  bool immutable = false;  ///< cannot change while the document lives
  const char* example = "";
  PluginKind plugin = PluginKind::none;  ///< of a PluginRef
  Format format = Format::any;           ///< of a string, or of the strings of a list
};

/// A setting: its key, the member it fills, its unit ("" for none), what it means, its limits. Its default is the
/// member's initialiser. Types: bool, int32_t, int64_t, double, std::string, Duration, Quantity, an enum with
/// `enum_names(E)`, a struct with `fields()`, PluginRef, std::optional and std::vector of these, and
/// std::map<std::string, std::string>. A PluginRef whose key is "" stands among the other keys: `{name: x, http: {…}}`.
///
/// A spec struct may also have, beside `fields()`:
///   static constexpr auto rules()   std::array of Rule (core/rules.h): what holds between its fields
///   static constexpr auto later()   std::array of std::string_view: keys that are not available in this version
///   static constexpr auto refused() std::array of pairs: keys that belong elsewhere, and what to write instead
///   Problems check() const          what a rule cannot say; paths relative to the spec (`ports`), places left empty
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
constexpr double as_double(const Quantity& quantity) { return static_cast<double>(quantity.milli) / 1000; }

}  // namespace ballast
