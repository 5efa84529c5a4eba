#include "examples/demo/schedule.h"

#include <cmath>

#include "examples/demo/options.h"

namespace ballast_demo {
namespace {

/// splitmix64 (Steele, Lea, Flood 2014): the same numbers everywhere, unlike the distributions of the library.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  /// Exponential with mean 1.
  double exponential() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    const auto bits = (z ^ (z >> 31U)) >> 11U;
    return -std::log((static_cast<double>(bits) + 0.5) * 0x1p-53);
  }

 private:
  std::uint64_t state_;
};

/// Seconds into an act until `area` requests were due: the root of rate_from t + slope t² / 2 = area.
/// From 50/s rising by 50/s each second, 100 requests take sqrt(50² + 2*50*100) - 50 over 50 = 1.236 s.
double seconds_until(const Act& act, double area) {
  const double length = static_cast<double>(act.length_us) / 1e6;
  const double slope = (act.rate_to - act.rate_from) / length;
  if (std::abs(slope) < 1e-9) return area / act.rate_from;
  return (std::sqrt(std::max(0.0, act.rate_from * act.rate_from + 2 * slope * area)) - act.rate_from) / slope;
}

}  // namespace

std::optional<Act> parse_act(std::string_view text) {
  const auto first = text.find(':');
  const auto second = text.rfind(':');
  if (first == std::string_view::npos || first == 0 || second == first) return std::nullopt;
  const auto length = parse_span_us(text.substr(first + 1, second - first - 1));
  const auto rates = text.substr(second + 1);
  const auto dash = rates.find('-');
  const auto from = parse_number(rates.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : parse_number(rates.substr(dash + 1));
  if (!length || *length <= 0 || !from || !to || *from > 1e5 || *to > 1e5) return std::nullopt;
  const auto name = text.substr(0, first);
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string_view::npos) return std::nullopt;
  return Act{std::string{name}, *length, *from, *to};
}

std::vector<Arrival> arrivals(std::span<const Act> acts, Spacing spacing, std::uint64_t seed) {
  std::vector<Arrival> result;
  Chance chance{seed};
  const auto step = [&] { return spacing == Spacing::even ? 1.0 : chance.exponential(); };
  double due = step();
  std::int64_t begin_us = 0;
  for (std::size_t index = 0; index < acts.size(); ++index) {
    const Act& act = acts[index];
    const double area = (act.rate_from + act.rate_to) / 2 * static_cast<double>(act.length_us) / 1e6;
    while (due < area) {
      result.push_back({begin_us + std::llround(seconds_until(act, due) * 1e6), index});
      due += step();
    }
    due -= area;
    begin_us += act.length_us;
  }
  return result;
}

}  // namespace ballast_demo
