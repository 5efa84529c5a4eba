#include "formats/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace ballast {
namespace {

constexpr std::int64_t kNanoScale = -9;
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kMaxFastDigits = 18;  // always fit an int64

struct Suffix {
  int base = 10;
  std::int64_t exponent = 0;
  QuantityFormat format = QuantityFormat::decimal_si;
};

struct NamedSuffix {
  std::string_view name;
  int base;
  std::int64_t exponent;
};
constexpr std::array kSuffixes{
    NamedSuffix{"", 10, 0},   NamedSuffix{"n", 10, -9}, NamedSuffix{"u", 10, -6}, NamedSuffix{"m", 10, -3},
    NamedSuffix{"k", 10, 3},  NamedSuffix{"M", 10, 6},  NamedSuffix{"G", 10, 9},  NamedSuffix{"T", 10, 12},
    NamedSuffix{"P", 10, 15}, NamedSuffix{"E", 10, 18}, NamedSuffix{"Ki", 2, 10}, NamedSuffix{"Mi", 2, 20},
    NamedSuffix{"Gi", 2, 30}, NamedSuffix{"Ti", 2, 40}, NamedSuffix{"Pi", 2, 50}, NamedSuffix{"Ei", 2, 60},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `e` or `E` and a signed integer; an int32, as in Go.
std::optional<Suffix> parse_exponent(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  suffix.remove_prefix(1);
  if (suffix[0] == '+' && suffix.size() > 1 && is_digit(suffix[1])) suffix.remove_prefix(1);
  std::int32_t exponent = 0;
  const auto [end, failed] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
  if (failed != std::errc{} || end != suffix.data() + suffix.size()) return std::nullopt;
  return Suffix{10, exponent, QuantityFormat::decimal_exponent};
}

std::optional<Suffix> parse_suffix(std::string_view suffix) {
  const auto* found = std::ranges::find(kSuffixes, suffix, &NamedSuffix::name);
  if (found == kSuffixes.end()) return parse_exponent(suffix);
  return Suffix{found->base, found->exponent,
                found->base == 2 ? QuantityFormat::binary_si : QuantityFormat::decimal_si};
}

bool has_digit(std::string_view text) { return std::ranges::any_of(text, is_digit); }

std::string_view take_digits(std::string_view& rest) {
  const auto count = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

void strip_leading_zeros(std::string& digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) digits = "0";
}

bool is_zero(const ExactQuantity& quantity) { return quantity.digits == "0"; }

/// Multiplies decimal digits by a small factor, by hand as on paper.
std::string times(const std::string& digits, unsigned factor) {
  std::string product(digits.size() + 4, '0');  // factor <= 1024 adds at most 4 digits
  unsigned carry = 0;
  for (std::size_t i = 0; i < product.size(); ++i) {
    if (i < digits.size()) carry += static_cast<unsigned>(digits[digits.size() - 1 - i] - '0') * factor;
    product[product.size() - 1 - i] = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  strip_leading_zeros(product);
  return product;
}

/// Whether Kubernetes reads this into an int64 and a scale; other numbers take its big-number path.
bool is_fast(std::size_t digits, std::size_t fraction, const Suffix& suffix) {
  if (suffix.base == 2) return fraction == 0 && digits + static_cast<std::size_t>(suffix.exponent * 3 / 10) <= 14;
  return digits <= kMaxFastDigits && suffix.exponent - static_cast<std::int64_t>(fraction) >= kNanoScale;
}

/// A fast number that Kubernetes takes for canonical without looking closer: `+1`, `1E3` and `10.500` stay.
bool keeps_text(std::string_view shifted, std::int64_t scale, const Suffix& suffix) {
  if (suffix.base == 2) {  // not a multiple of 8: the last three digits decide
    unsigned low = 0;
    for (const char c : shifted.substr(shifted.size() - std::min<std::size_t>(shifted.size(), 3)))
      low = low * 10 + static_cast<unsigned>(c - '0');
    return low % 8 != 0;
  }
  return scale % 3 == 0 && !shifted.ends_with("000") && shifted[0] != '0';
}

/// The integer magnitude of digits x 10^(scale + shift), rounded up; nothing when it does not fit an int64.
std::optional<std::int64_t> magnitude(const ExactQuantity& quantity, std::int64_t shift) {
  std::string digits = quantity.digits;
  const std::int64_t power = quantity.scale + shift;
  bool round_up = false;
  if (digits == "0") return 0;
  if (power >= 0) {
    if (power > 19) return std::nullopt;
    digits.append(static_cast<std::size_t>(power), '0');
  } else {
    const std::size_t keep =
        -power >= static_cast<std::int64_t>(digits.size()) ? 0 : digits.size() - static_cast<std::size_t>(-power);
    round_up = digits.find_first_not_of('0', keep) != std::string::npos;
    digits.resize(keep);
  }
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failed == std::errc::result_out_of_range || (round_up && number == kInt64Max)) return std::nullopt;
  return number + (round_up ? 1 : 0);
}

std::int64_t saturated(const ExactQuantity& quantity, std::int64_t shift) {
  const auto number = magnitude(quantity, shift);
  if (!number) return quantity.negative ? std::numeric_limits<std::int64_t>::min() : kInt64Max;
  return quantity.negative ? -*number : *number;
}

/// Nothing finer than nano: the part below is dropped and, unless it was zero, one nano added.
void round_up_to_nano(ExactQuantity& quantity) {
  if (quantity.scale >= kNanoScale) return;
  const auto drop = static_cast<std::uint64_t>(kNanoScale - quantity.scale);
  const std::size_t keep = drop >= quantity.digits.size() ? 0 : quantity.digits.size() - drop;
  const bool round_up = quantity.digits.find_first_not_of('0', keep) != std::string::npos;
  quantity.digits.resize(keep);
  quantity.scale = kNanoScale;
  if (round_up) {
    auto digit = quantity.digits.rbegin();
    for (; digit != quantity.digits.rend() && *digit == '9'; ++digit) *digit = '0';
    if (digit == quantity.digits.rend())
      quantity.digits.insert(quantity.digits.begin(), '1');
    else
      ++*digit;
  }
  strip_leading_zeros(quantity.digits);
}

/// What Kubernetes' big-number path does after applying the suffix.
void finish_wide(ExactQuantity& quantity) {
  quantity.wide = true;
  if (is_zero(quantity)) return;
  round_up_to_nano(quantity);
  if (quantity.format != QuantityFormat::binary_si) return;
  if (!magnitude(quantity, 0)) {
    quantity.digits = std::to_string(kInt64Max);
    quantity.scale = 0;
    quantity.wide = false;
  } else if (static_cast<std::int64_t>(quantity.digits.size()) + quantity.scale <= 0) {
    quantity.format = QuantityFormat::decimal_si;  // below 1
  }
}

Error malformed(std::string_view text, std::string_view problem) {
  return Error{Errc::invalid,
               fmt::format("'{}' is no quantity: {}; write 80, 1.5, 250m, 2k or 512Mi", text.substr(0, 64), problem)};
}

std::string decimal_suffix(std::int64_t exponent, QuantityFormat format) {
  if (exponent == 0) return "";
  if (format != QuantityFormat::decimal_exponent)
    for (const NamedSuffix& suffix : kSuffixes)
      if (suffix.base == 10 && suffix.exponent == exponent) return std::string{suffix.name};
  return "e" + std::to_string(exponent);  // above exa there is no suffix
}

std::string canonical_decimal(const ExactQuantity& quantity, QuantityFormat format) {
  std::string digits = quantity.digits;
  const std::size_t length = digits.find_last_not_of('0') + 1;
  std::int64_t exponent = quantity.scale + static_cast<std::int64_t>(digits.size() - length);
  digits.resize(length);
  for (; exponent % 3 != 0; --exponent) digits += '0';
  return digits + decimal_suffix(exponent, format);
}

std::string canonical_binary(std::int64_t number) {
  std::size_t suffix = 0;
  constexpr std::array<std::string_view, 7> kBinary{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  for (; number % 1024 == 0 && suffix + 1 < kBinary.size(); ++suffix) number /= 1024;
  return std::to_string(number) + std::string{kBinary[suffix]};
}

/// Go's math.Pow10, product of two table entries included.
double pow10(std::int64_t exponent) {
  constexpr std::array kSteps{1e00, 1e32, 1e64, 1e96, 1e128, 1e160, 1e192, 1e224, 1e256, 1e288};
  constexpr std::array kSmallSteps{1e-00, 1e-32, 1e-64, 1e-96, 1e-128, 1e-160, 1e-192, 1e-224, 1e-256, 1e-288, 1e-320};
  constexpr std::array kUnits{1e00, 1e01, 1e02, 1e03, 1e04, 1e05, 1e06, 1e07, 1e08, 1e09, 1e10,
                              1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
                              1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31};
  if (exponent > 308) return std::numeric_limits<double>::infinity();
  if (exponent < -323) return 0;
  const auto power = static_cast<std::size_t>(std::abs(exponent));
  return exponent >= 0 ? kSteps[power / 32] * kUnits[power % 32] : kSmallSteps[power / 32] / kUnits[power % 32];
}

}  // namespace

Result<ExactQuantity> parse_exact_quantity(std::string_view text) {
  if (text.empty()) return malformed(text, "it is empty");
  if (text.size() > kMaxQuantityText)
    return malformed(text, fmt::format("{} bytes long, at most {} are read", text.size(), kMaxQuantityText));
  std::string_view rest = text;
  ExactQuantity quantity{.negative = text[0] == '-'};
  if (text[0] == '-' || text[0] == '+') rest.remove_prefix(1);
  rest.remove_prefix(std::min(rest.find_first_not_of('0'), rest.size()));
  std::string shifted{take_digits(rest)};
  if (shifted.empty()) shifted = "0";
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    shifted += fraction;
  }
  const auto suffix = parse_suffix(rest);
  if (!suffix) return malformed(text, fmt::format("unknown suffix '{}'", rest.substr(0, 32)));

  quantity.format = suffix->format;
  quantity.scale = (suffix->base == 10 ? suffix->exponent : 0) - static_cast<std::int64_t>(fraction.size());
  quantity.digits = shifted;
  strip_leading_zeros(quantity.digits);
  if (suffix->base == 2)
    for (std::int64_t power = 0; power < suffix->exponent; power += 10) quantity.digits = times(quantity.digits, 1024);
  if (!is_fast(shifted.size(), fraction.size(), *suffix))
    finish_wide(quantity);
  else if (keeps_text(shifted, quantity.scale, *suffix))
    quantity.as_written = text;
  if (is_zero(quantity)) quantity.negative = false;
  return quantity;
}

ExactQuantity exact_quantity_of_milli(std::int64_t milli, QuantityFormat format) {
  std::string digits = std::to_string(milli);
  if (milli < 0) digits.erase(0, 1);
  return ExactQuantity{.negative = milli < 0, .digits = std::move(digits), .scale = -3, .format = format};
}

int sign(const ExactQuantity& quantity) { return is_zero(quantity) ? 0 : quantity.negative ? -1 : 1; }

std::string canonical(const ExactQuantity& quantity) {
  if (is_zero(quantity)) return "0";
  const std::string minus = quantity.negative ? "-" : "";
  if (quantity.format != QuantityFormat::binary_si) return minus + canonical_decimal(quantity, quantity.format);
  const auto whole = magnitude(quantity, 0);
  const std::size_t significant = quantity.digits.find_last_not_of('0') + 1;
  const bool fractional = quantity.scale + static_cast<std::int64_t>(quantity.digits.size() - significant) < 0;
  if (!whole || *whole < 1024 || fractional) return minus + canonical_decimal(quantity, QuantityFormat::decimal_si);
  return minus + canonical_binary(*whole);
}

std::string to_string(const ExactQuantity& quantity) {
  return quantity.as_written.empty() ? canonical(quantity) : quantity.as_written;
}

std::int64_t value(const ExactQuantity& quantity) { return saturated(quantity, 0); }
std::int64_t milli_value(const ExactQuantity& quantity) { return saturated(quantity, 3); }

double approximate(const ExactQuantity& quantity) {
  if (is_zero(quantity)) return 0;
  const std::int64_t scale = quantity.wide ? kNanoScale : quantity.scale;
  const std::string mantissa = fmt::format("{}e{}", quantity.digits, quantity.scale - scale);
  double base = std::numeric_limits<double>::infinity();  // stays when the mantissa is beyond a double
  std::from_chars(mantissa.data(), mantissa.data() + mantissa.size(), base);
  const double magnitude = scale == 0 ? base : base * pow10(scale);
  return quantity.negative ? -magnitude : magnitude;
}

Result<Quantity> parse_quantity(std::string_view text) {
  const auto exact = parse_exact_quantity(text);
  if (!exact) return exact.error();
  // Kubernetes reads `k` or `.` as 0; a forgotten number is better refused.
  if (!has_digit(text)) return malformed(text, "it has no digits");
  if (!magnitude(*exact, 3)) return malformed(text, "it is beyond 9223372036854775.807");
  return Quantity{milli_value(*exact)};
}

std::string format_quantity(Quantity quantity) {
  return canonical(exact_quantity_of_milli(quantity.milli, QuantityFormat::decimal_si));
}

}  // namespace ballast
