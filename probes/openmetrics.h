// A signal from the page of an exporter, without a Prometheus between: one metric, summed or by member, as it stands,
// as a rate, or as a quantile of a histogram.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "core/rules.h"
#include "formats/exposition.h"
#include "probes/compile.h"

namespace ballast {

/// `openmetrics: {url: http://127.0.0.1:9100/metrics, metric: http_requests_total, matchers: ['code=~"5.."']}`
struct OpenMetricsSpec {
  std::string url{};
  std::map<std::string, std::string> headers{};
  std::optional<TlsOptions> tls{};
  std::optional<AuthSpec> auth{};
  std::string metric{};
  std::vector<std::string> matchers{};
  std::optional<bool> rate{};
  std::optional<double> quantile{};
  std::string member_label{};
  Quantity max_bytes{(std::int64_t{8} << 20) * 1000};
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const OpenMetricsSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"url", &OpenMetricsSpec::url, "",
              "The page, in Prometheus' text format or OpenMetrics. It is fetched once for all signals that read it.",
              Limits{.min = 8,
                     .max = 4096,
                     .required = true,
                     .example = "http://127.0.0.1:9100/metrics",
                     .format = Format::url}},
        Field{"headers", &OpenMetricsSpec::headers, "", "Further headers of the request; no secrets.",
              Limits{.secret = true}},
        Field{"tls", &OpenMetricsSpec::tls, "", "Of an https url: whom to trust, what to show."},
        Field{"auth", &OpenMetricsSpec::auth, "", "What to show that one may ask."},
        Field{
            "metric", &OpenMetricsSpec::metric, "",
            "The name of the samples, such as queue_depth or http_requests_total; with quantile that of the histogram "
            "or summary, without _bucket.",
            Limits{.min = 1, .max = 512, .required = true, .example = "queue_depth"}},
        Field{"matchers", &OpenMetricsSpec::matchers, "",
              "Which of its series count: name=\"value\", !=, =~ and !~ (RE2, the whole value). Several series are "
              "summed.",
              Limits{.max = 32, .example = "code=~\"5..\""}},
        Field{"rate", &OpenMetricsSpec::rate, "",
              "The increase per second between two polls. Default: true for what the page calls a counter. A counter "
              "that fell is unknown for one poll, and one that is new counts from the next."},
        Field{"quantile", &OpenMetricsSpec::quantile, "",
              "Of a histogram: this quantile of what was observed between two polls, as Prometheus' histogram_quantile "
              "has it. Of a summary: the quantile that it has under this number.",
              Limits{.min = 0, .max = 1, .example = "0.99"}},
        Field{"memberLabel", &OpenMetricsSpec::member_label, "",
              "The label whose value names a member: a value for each instead of the sum.",
              Limits{.max = 256, .example = "instance"}},
        Field{"maxBytes", &OpenMetricsSpec::max_bytes, "bytes", "A longer page is unknown.",
              Limits{.min = 1024, .max = 268'435'456, .example = "8Mi"}},
        Field{"timeout", &OpenMetricsSpec::timeout, "", "The most that one request may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
  static constexpr auto rules() { return std::array{rule::at_most_one("rate", "quantile")}; }
  /// Matchers are matchers; headers are headers, and no secrets.
  [[nodiscard]] Problems check() const;
};

/// A page, and the wall clock when it came.
struct OpenMetricsPage {
  Exposition exposition{};
  WallTime wall{};
};

Request openmetrics_request(const OpenMetricsSpec& spec);
/// Errors: of the status where it is not 2xx, and those of parse_exposition.
Result<OpenMetricsPage> openmetrics_decode(const Response& response);
/// As old as the page, or as the time that the oldest sample states. A rate is over the time between the pages, its
/// window. Errors: not_found (no such metric, no series that matches, a series without memberLabel's label), invalid
/// (NaN, infinite, a series twice, a summary's quantiles of several series), unavailable (a rate or quantile without a
/// previous page or after a restart, no observation between the pages: comes by itself).
Result<NamedReading> openmetrics_select(const OpenMetricsSpec& spec, const PageOf<OpenMetricsPage>& page,
                                        const PageOf<OpenMetricsPage>* previous);

CompiledProbe compile(const OpenMetricsSpec& spec);

}  // namespace ballast
