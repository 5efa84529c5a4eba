#include "formats/json_number.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "formats/excerpt.h"
#include "formats/quantity.h"

namespace ballast {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t from = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(from, text.find_last_not_of(kSpace) + 1 - from);
}

Error failure(std::string_view document, std::string_view pointer, simdjson::error_code code) {
  switch (code) {
    case simdjson::NO_SUCH_FIELD:
    case simdjson::INDEX_OUT_OF_BOUNDS:
    case simdjson::INVALID_JSON_POINTER:  // it is well-formed: the document's place has no parts
    case simdjson::INCORRECT_TYPE:
      return Error{Errc::not_found, fmt::format("the document has no '{}': {}", pointer, excerpt(document))};
    default:
      return not_json(document, simdjson::error_message(code));
  }
}

/// What stands where a number should.
const char* name_of(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::object:
      return "an object";
    case ondemand::json_type::array:
      return "a list";
    case ondemand::json_type::boolean:
      return "true or false";
    case ondemand::json_type::null:
      return "null";
    default:
      return "something";
  }
}

/// `Place` is a document or a value within one.
template <class Place>
Result<double> number_at(Place& place, std::string_view document, std::string_view pointer) {
  ondemand::json_type type{};
  if (const auto code = place.type().get(type); code != simdjson::SUCCESS) return not_json(document, "no value");
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (const auto code = place.get_string().get(text); code != simdjson::SUCCESS)
      return not_json(document, simdjson::error_message(code));
    return text_number(text);
  }
  double number = 0;
  if (type == ondemand::json_type::number && place.get_double().get(number) == simdjson::SUCCESS &&
      std::isfinite(number))
    return number;
  const std::string where = pointer.empty() ? "the document" : fmt::format("'{}'", pointer);
  return Error{Errc::invalid,
               fmt::format("{} is {}, not a finite number: {}", where, name_of(type), excerpt(document))};
}

}  // namespace

Result<double> text_number(std::string_view text) {
  const std::string_view word = trimmed(text);
  double number = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failed == std::errc{} && end == word.data() + word.size() && std::isfinite(number)) return number;
  const auto quantity = parse_exact_quantity(word);
  const bool digits = word.find_first_of("0123456789") != std::string_view::npos;  // Kubernetes reads `k` as 0
  if (quantity && digits && std::isfinite(approximate(*quantity))) return approximate(*quantity);
  return Error{Errc::invalid, fmt::format("'{}' is not a finite number", excerpt(word))};
}

Result<double> number_in(std::string_view text, std::string_view pointer) {
  auto number = json_number(text, pointer);
  if (number || !pointer.empty()) return number;
  auto plain = text_number(text);
  return plain ? plain : number;
}

bool is_json_pointer(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != '/') return false;
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1))
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  return true;
}

Result<double> json_number(std::string_view document, std::string_view pointer) {
  if (!is_json_pointer(pointer))
    return Error{Errc::invalid, fmt::format("'{}' is no JSON pointer; write /queue/depth or /items/0", pointer)};
  if (document.size() > kMaxJsonBytes)
    return Error{Errc::invalid,
                 fmt::format("the document has {} bytes, at most {} are read", document.size(), kMaxJsonBytes)};
  const simdjson::padded_string padded{document};
  ondemand::parser parser;
  ondemand::document tree;
  if (const auto code = parser.iterate(padded).get(tree); code != simdjson::SUCCESS)
    return not_json(document, simdjson::error_message(code));
  if (pointer.empty()) return number_at(tree, document, pointer);
  ondemand::value value;
  if (const auto code = tree.at_pointer(pointer).get(value); code != simdjson::SUCCESS)
    return failure(document, pointer, code);
  return number_at(value, document, pointer);
}

}  // namespace ballast
