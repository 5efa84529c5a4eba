#include "examples/demo/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace ballast_demo {

std::optional<Options> parse_options(std::span<const char* const> arguments, std::span<const std::string_view> known,
                                     std::string& problem) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view argument = arguments[i];
    const bool named = argument.starts_with("--");
    if (!named || std::ranges::find(known, argument.substr(2)) == known.end()) {
      problem = "unknown argument " + std::string{argument} + "; known:";
      for (const auto name : known) problem += " --" + std::string{name};
      return std::nullopt;
    }
    if (i + 1 == arguments.size()) {
      problem = std::string{argument} + ": value missing";
      return std::nullopt;
    }
    options[std::string{argument.substr(2)}].emplace_back(arguments[i + 1]);
  }
  return options;
}

std::string text_of(const Options& options, std::string_view name, std::string_view otherwise) {
  const auto found = options.find(name);
  return found == options.end() ? std::string{otherwise} : found->second.back();
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0) return {};
  return value;
}

std::optional<std::int64_t> parse_span_us(std::string_view text) {
  // The longer suffixes first: `ms` also ends in `s`.
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}}};
  for (const auto& [suffix, unit] : kUnits) {
    if (!text.ends_with(suffix)) continue;
    const auto value = parse_number(text.substr(0, text.size() - suffix.size()));
    if (!value || *value * unit > 86'400e6) return std::nullopt;
    return std::llround(*value * unit);
  }
  return std::nullopt;
}

}  // namespace ballast_demo
