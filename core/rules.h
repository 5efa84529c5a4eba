// What must hold between the fields of one spec, as data: `static constexpr auto rules()` beside `fields()`. The check,
// the CEL rule of the schema and the sentence of the reference come from the one Rule.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ballast {

struct Rule {
  enum class Kind : std::uint8_t {
    le,            ///< fields[0] <= fields[1]; holds while one of them is absent
    needs,         ///< fields[0] is written only together with fields[1]
    needs_when,    ///< fields[0] has `value`: fields[1] must be there
    forbids_when,  ///< fields[0] has `value`, written or by default: fields[1] may not be there
    exactly_one,   ///< of all fields
    at_most_one,   ///< of all fields
    at_least_one,  ///< of all fields
    immutable,     ///< fields[0] cannot change while the document lives
  };
  static constexpr std::size_t kMaxFields = 6;
  Kind kind = Kind::le;
  std::array<std::string_view, kMaxFields> fields{};  ///< keys; unused ones are empty
  std::string_view value{};                           ///< of needs_when and forbids_when
};

namespace rule {
constexpr Rule le(std::string_view a, std::string_view b) { return {Rule::Kind::le, {a, b}, {}}; }
constexpr Rule needs(std::string_view a, std::string_view b) { return {Rule::Kind::needs, {a, b}, {}}; }
constexpr Rule needs_when(std::string_view a, std::string_view value, std::string_view b) {
  return {Rule::Kind::needs_when, {a, b}, value};
}
constexpr Rule forbids_when(std::string_view a, std::string_view value, std::string_view b) {
  return {Rule::Kind::forbids_when, {a, b}, value};
}
constexpr Rule exactly_one(std::string_view a, std::string_view b, std::string_view c = {}, std::string_view d = {},
                           std::string_view e = {}, std::string_view f = {}) {
  return {Rule::Kind::exactly_one, {a, b, c, d, e, f}, {}};
}
constexpr Rule at_most_one(std::string_view a, std::string_view b, std::string_view c = {}, std::string_view d = {},
                           std::string_view e = {}, std::string_view f = {}) {
  return {Rule::Kind::at_most_one, {a, b, c, d, e, f}, {}};
}
constexpr Rule at_least_one(std::string_view a, std::string_view b, std::string_view c = {}, std::string_view d = {},
                            std::string_view e = {}, std::string_view f = {}) {
  return {Rule::Kind::at_least_one, {a, b, c, d, e, f}, {}};
}
constexpr Rule immutable(std::string_view a) { return {Rule::Kind::immutable, {a}, {}}; }
}  // namespace rule

/// What a rule sees of a field.
struct FieldState {
  bool present = false;            ///< written in the document
  std::optional<double> number{};  ///< its value or default, of numbers, durations (seconds) and quantities
  std::string text{};              ///< as it is written, for messages; of an enum the name
};
using FieldStates = std::function<FieldState(std::string_view key)>;

/// Nothing when the rule holds, else what is wrong: `field` is where, `message` begins after `field: `.
struct RuleProblem {
  std::string field{};
  std::string message{};
  bool operator==(const RuleProblem&) const = default;
};
std::optional<RuleProblem> check(const Rule& rule, const FieldStates& states);

/// For the reference: `minReplicas is at most maxReplicas.`
std::string sentence(const Rule& rule);

/// The operands of a CEL comparison depend on their type.
enum class CelType : std::uint8_t { number, duration, quantity };
/// For x-kubernetes-validations of the object that holds the fields: `self.minReplicas <= self.maxReplicas`.
std::string cel(const Rule& rule, CelType type = CelType::number);

}  // namespace ballast
