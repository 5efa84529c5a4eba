// Groups quantity and quantity_new: parsing and writing resource.Quantity.
#include "formats/quantity.h"

#include <charconv>
#include <limits>

#include "tests/vectors/vectors.h"

namespace ballast::vectors {
namespace {

using nlohmann::json;

double double_of(const std::string& text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Go's integers are wrong where 1000 times the number does not fit, and below zero on its big-number path.
bool has_right_integers(const ExactQuantity& parsed) {
  const std::int64_t milli = milli_value(parsed);
  const bool saturates =
      milli == std::numeric_limits<std::int64_t>::max() || milli == std::numeric_limits<std::int64_t>::min();
  return !saturates && !(parsed.negative && parsed.wide);
}

}  // namespace

std::string compare_quantity(const json& line) {
  const auto parsed = parse_exact_quantity(line.at("in").get<std::string>());
  std::string different = difference("ok", parsed.has_value(), line.at("ok").get<bool>());
  if (!parsed || !different.empty()) return different;
  different += difference("string", to_string(*parsed), line.at("string").get<std::string>());
  different += difference("canonical", canonical(*parsed), line.at("canonical").get<std::string>());
  different += difference("format", std::string{to_string(parsed->format)}, line.at("format").get<std::string>());
  different += difference("sign", sign(*parsed), line.at("sign").get<int>());
  different += difference("approx_float64", approximate(*parsed), double_of(line.at("approx_float64")));
  if (!has_right_integers(*parsed)) return different;
  different += difference("value", value(*parsed), line.at("value").get<std::int64_t>());
  return different + difference("milli_value", milli_value(*parsed), line.at("milli_value").get<std::int64_t>());
}

std::string compare_quantity_new(const json& line) {
  const auto named = line.at("format").get<std::string>();
  const auto format = named == "BinarySI"          ? QuantityFormat::binary_si
                      : named == "DecimalExponent" ? QuantityFormat::decimal_exponent
                                                   : QuantityFormat::decimal_si;
  return difference("string", to_string(exact_quantity_of_milli(line.at("milli").get<std::int64_t>(), format)),
                    line.at("string").get<std::string>());
}

}  // namespace ballast::vectors
