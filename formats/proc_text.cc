#include "formats/proc_text.h"

#include <algorithm>
#include <array>

#include "core/read_number.h"

namespace ballast {
namespace {

constexpr std::size_t kFields = 24 - 2;  ///< the last that is read is 24, the first after the name is 3

/// A line of /proc/PID/stat by the numbers that proc(5) gives its fields.
class StatFields {
 public:
  explicit StatFields(std::string_view line) {
    line = line.substr(0, kMaxProcText);
    const std::size_t name_end = line.rfind(") ");
    if (name_end == std::string_view::npos) return;
    line.remove_prefix(name_end + 2);
    while (count_ < kFields && !line.empty()) {
      const std::size_t end = line.find_first_of(" \n");
      if (end == std::string_view::npos) return;  // cut off: the number may go on
      fields_[count_++] = line.substr(0, end);
      line.remove_prefix(end + 1);
    }
  }
  /// Empty when there is none.
  [[nodiscard]] std::string_view at(std::size_t number) const {
    return number - 3 < count_ ? fields_[number - 3] : std::string_view{};
  }

 private:
  std::array<std::string_view, kFields> fields_{};
  std::size_t count_ = 0;
};

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view line) {
  const StatFields fields(line);
  ProcessStat stat;
  if (fields.at(3).size() != 1) return std::nullopt;
  stat.state = fields.at(3)[0];
  if (!read_number(fields.at(4), stat.parent) || !read_number(fields.at(6), stat.session) ||
      !read_number(fields.at(22), stat.start_ticks))
    return std::nullopt;
  return stat;
}

std::optional<ProcessUsage> parse_usage(std::string_view line, KernelUnits units) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;  // 348 years of ticks, 4 PiB of pages
  const StatFields fields(line);
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  std::uint64_t pages = 0;
  ProcessUsage usage;
  if (units.ticks_per_second <= 0 || units.page_bytes <= 0 || !read_number(fields.at(14), user) ||
      !read_number(fields.at(15), system) || !read_number(fields.at(22), usage.start_ticks) ||
      !read_number(fields.at(24), pages))
    return std::nullopt;
  if (std::max({user, system, pages, usage.start_ticks}) > kMost) return std::nullopt;
  const auto of_ticks = [&units](std::uint64_t ticks) {
    return from_seconds(static_cast<double>(ticks) / static_cast<double>(units.ticks_per_second));
  };
  usage.cpu = of_ticks(user + system);
  usage.started = of_ticks(usage.start_ticks);
  usage.resident_bytes = static_cast<std::int64_t>(pages) * units.page_bytes;
  return usage;
}

std::optional<Duration> parse_uptime(std::string_view text) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // seconds
  const std::size_t end = text.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view number = text.substr(0, end);
  const std::size_t point = number.find('.');
  std::int64_t whole = 0;
  std::int64_t hundredths = 0;
  if (point == std::string_view::npos || number.size() != point + 3 || !read_number(number.substr(0, point), whole) ||
      !read_number(number.substr(point + 1), hundredths) || whole < 0 || whole > kMost || hundredths < 0)
    return std::nullopt;
  return std::chrono::seconds{whole} + std::chrono::milliseconds{10 * hundredths};
}

}  // namespace ballast
