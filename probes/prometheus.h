// A signal from Prometheus, or from what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics): an instant query.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "core/rules.h"
#include "formats/promql_result.h"
#include "probes/compile.h"

namespace ballast {

/// `prometheus: {serverAddress: http://127.0.0.1:9090, query: 'sum(rate(http_requests_total[1m]))'}`
struct PrometheusSpec {
  std::optional<SourceRef> source_ref{};
  std::string server_address{};
  std::map<std::string, std::string> headers{};
  std::optional<TlsOptions> tls{};
  std::optional<AuthSpec> auth{};
  std::string query{};
  std::string freshness{};
  std::string member_label{};
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const PrometheusSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"sourceRef", &PrometheusSpec::source_ref, "", "The MetricSource that says how Prometheus is reached."},
        Field{"serverAddress", &PrometheusSpec::server_address, "",
              "Where the HTTP API is, without /api/v1; a path before it is kept.",
              Limits{.min = 8, .max = 2048, .example = "http://127.0.0.1:9090", .format = Format::url}},
        Field{"headers", &PrometheusSpec::headers, "", "Further headers of each request; no secrets.",
              Limits{.secret = true}},
        Field{"tls", &PrometheusSpec::tls, "", "Of an https address: whom to trust, what to show."},
        Field{"auth", &PrometheusSpec::auth, "", "What to show that one may ask."},
        Field{"query", &PrometheusSpec::query, "",
              "An instant query in PromQL that gives one value, or one for each member. Give every selector a range: "
              "what is read without one may be old, and never lets a target shrink unless freshness tells its age. No "
              "series, NaN, infinite values and warnings (a partial answer) are unknown, never 0.",
              Limits{.min = 1, .max = 16384, .required = true, .example = "sum(rate(http_requests_total[1m]))"}},
        Field{"freshness", &PrometheusSpec::freshness, "",
              "A query for the time of the newest sample that counts, in seconds since 1970. It is evaluated together "
              "with the query, which must give a vector then.",
              Limits{.max = 16384, .example = "max(timestamp(queue_depth))"}},
        Field{"memberLabel", &PrometheusSpec::member_label, "",
              "The label whose value names a member, when the query gives a series for each. Absent: the query gives "
              "one series.",
              Limits{.max = 256, .example = "instance"}},
        Field{"timeout", &PrometheusSpec::timeout, "", "The most that one query may take; longer is unknown.",
              Limits{.min = 0.1, .max = 60}}};
  }
  static constexpr auto rules() {
    return std::array{rule::exactly_one("sourceRef", "serverAddress"), rule::needs("headers", "serverAddress"),
                      rule::needs("tls", "serverAddress"), rule::needs("auth", "serverAddress")};
  }
  /// serverAddress is the beginning of an address; headers are headers, and no secrets.
  [[nodiscard]] Problems check() const;
};

/// An answer, and the wall clock when it came.
struct PrometheusPage {
  PromqlResult result{};
  WallTime wall{};
};

/// What a spec says of picking its signal out of a page.
struct PrometheusChoice {
  bool has_freshness = false;
  std::string member_label{};
  Duration window{};  ///< how far back the query reaches; zero where that cannot be told
};
PrometheusChoice prometheus_choice(const PrometheusSpec& spec);

/// GET, or a form in POST where the url would be long.
Request prometheus_request(const PrometheusSpec& spec);
/// Errors: those of parse_promql_result, and of the status where it is not 2xx.
Result<PrometheusPage> prometheus_decode(const Response& response);
/// As old as the evaluation, or as the freshness query says; both by the clocks of the source, so that its clock need
/// not be right. Errors: not_found (no series; a member without its label or freshness), invalid (NaN, infinite;
/// several series without memberLabel, or two of one member), unavailable (no freshness).
Result<NamedReading> prometheus_select(const PrometheusChoice& choice, const PageOf<PrometheusPage>& page,
                                       const PageOf<PrometheusPage>* previous);

/// Why the time of a reading is no proof of when it was measured, for people; empty when it is one.
std::string undated(const PrometheusSpec& spec, Duration stale_after);

CompiledProbe compile(const PrometheusSpec& spec);

}  // namespace ballast
