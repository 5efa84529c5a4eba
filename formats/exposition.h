// The page of an exporter: Prometheus' text format 0.0.4 and OpenMetrics 1.0.0. Sources: Prometheus' exposition
// formats; the OpenMetrics specification 1.0.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace ballast {

inline constexpr std::size_t kMaxExpositionBytes = std::size_t{256} << 20;
inline constexpr std::size_t kMaxExpositionSamples = 1'000'000;

enum class MetricKind : std::uint8_t { unknown, counter, gauge, histogram, gauge_histogram, summary, state_set, info };

/// In the order of the page, names without escapes.
using Labels = std::vector<std::pair<std::string, std::string>>;
/// The value of a label, or null.
const std::string* find_label(const Labels& labels, std::string_view name);
/// `{code="200", path="/"}`, cut to a readable length.
std::string to_string(const Labels& labels);

/// One line: where in the page its name and labels stand, and its value, which may be NaN or infinite.
struct ExpositionSample {
  std::uint32_t name_at = 0;
  std::uint32_t name_size = 0;
  std::uint32_t labels_at = 0;  ///< behind the brace, or behind the name in it
  std::uint32_t labels_size = 0;
  double value = 0;
  std::optional<double> unix_seconds{};  ///< as the source says; most say nothing
};

/// A page that was read whole and found good. Keeps its text: a sample is 40 bytes, not a tree.
class Exposition {
 public:
  [[nodiscard]] const std::vector<ExpositionSample>& samples() const { return samples_; }
  [[nodiscard]] std::string_view name(const ExpositionSample& sample) const;
  [[nodiscard]] Labels labels(const ExpositionSample& sample) const;
  /// What TYPE says of a metric family, or of the family that a sample's name (`x_total`, `x_bucket`) belongs to.
  [[nodiscard]] MetricKind kind(std::string_view name) const;

 private:
  friend class ExpositionReader;
  std::string text_{};
  std::vector<ExpositionSample> samples_{};
  std::map<std::string, MetricKind, std::less<>> kinds_{};
};

/// Whether a Content-Type is that of OpenMetrics.
bool is_openmetrics(std::string_view content_type);

/// Errors: unavailable (cut off: no line end, or no `# EOF` in OpenMetrics), invalid (a line that is none, by its
/// number; above a limit; of OpenMetrics also an empty line, a carriage return, a counter without `_total`, a family in
/// two places; HTML).
Result<Exposition> parse_exposition(std::string text, bool openmetrics);

}  // namespace ballast
