#include "examples/demo/liar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace ballast_demo {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

Lie lie_named(std::string_view name) {
  if (name == "empty") return Lie::empty;
  if (name == "zero") return Lie::zero;
  return name == "frozen" ? Lie::frozen : Lie::none;
}

std::optional<double> rate_between(const Counted& before, const Counted& now) {
  if (now.at_us <= before.at_us || now.arrivals < before.arrivals) return std::nullopt;
  return static_cast<double>(now.arrivals - before.arrivals) / (static_cast<double>(now.at_us - before.at_us) / 1e6);
}

std::string page_of(std::optional<double> rate, std::int64_t wall_us) {
  std::string page =
      "# HELP demo_arrivals_per_second Requests that came, over the last second.\n"
      "# TYPE demo_arrivals_per_second gauge\n";
  if (rate) page += fmt::format("demo_arrivals_per_second {:.3f} {}\n", *rate, wall_us / 1000);
  return page;
}

std::string Liar::answer(Lie lie, std::optional<double> rate, std::int64_t wall_us) {
  switch (lie) {
    case Lie::empty:
      rate.reset();
      break;
    case Lie::zero:
      rate = 0;
      break;
    case Lie::frozen:
      return last_;
    case Lie::none:
      break;
  }
  return last_ = page_of(rate, wall_us);
}

std::optional<std::int64_t> arrivals_in(std::string_view stat, std::string_view backend) {
  std::size_t column = 0;
  for (const auto line : split(stat, '\n')) {
    const auto cells = split(line, ',');
    if (line.starts_with("# pxname"))
      column = static_cast<std::size_t>(std::ranges::find(cells, "stot") - cells.begin());
    else if (column > 0 && cells.size() > column && cells[0] == backend && cells[1] == "BACKEND")
      return number(cells[column]);
  }
  return std::nullopt;
}

}  // namespace ballast_demo
