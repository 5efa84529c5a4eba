// The metric source of the demo: what a service's exporter would say of its arrivals, and the lies that exporters tell
// when they are broken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ballast_demo {

/// How it lies now.
enum class Lie {
  none,
  empty,   ///< a good page without a sample
  zero,    ///< the sample is there, fresh, and 0
  frozen,  ///< what it said last, true or not, again and again, with its time
};
/// ``, `empty`, `zero` or `frozen`; anything else is no lie.
Lie lie_named(std::string_view name);

/// Counted arrivals at a time.
struct Counted {
  std::int64_t at_us = 0;  ///< monotonic
  std::int64_t arrivals = 0;
};

/// Requests a second between two counts; nothing when the later is no later, or the counter fell.
std::optional<double> rate_between(const Counted& before, const Counted& now);

/// A page of one gauge, `demo_arrivals_per_second`, with its time in milliseconds since 1970.
std::string page_of(std::optional<double> rate, std::int64_t wall_us);

/// What the exporter answers: the truth, or the lie.
class Liar {
 public:
  std::string answer(Lie lie, std::optional<double> rate, std::int64_t wall_us);

 private:
  std::string last_{page_of(std::nullopt, 0)};
};

/// The number of requests that `show stat` counts at the frontend of a backend (`stot` of its row BACKEND).
std::optional<std::int64_t> arrivals_in(std::string_view stat, std::string_view backend);

}  // namespace ballast_demo
