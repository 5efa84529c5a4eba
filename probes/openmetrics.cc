#include "probes/openmetrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "core/read_number.h"
#include "formats/histogram.h"
#include "formats/matchers.h"
#include "probes/prometheus_source.h"
#include "probes/status.h"

namespace ballast {
namespace {

using View = PageOf<OpenMetricsPage>;

constexpr std::size_t kMaxMatched = 20'000;

struct Series {
  Labels labels{};  ///< sorted
  double value = 0;
  TimePoint at{};
};
/// By labels: one page has each series once.
using SeriesSet = std::map<Labels, Series>;

Result<std::vector<LabelMatcher>> matchers_of(const OpenMetricsSpec& spec) {
  std::vector<LabelMatcher> matchers;
  for (const std::string& text : spec.matchers) {
    auto matcher = parse_matcher(text);
    if (!matcher) return matcher.error();
    matchers.push_back(*std::move(matcher));
  }
  return matchers;
}

/// A sample that states no time is as old as the page. A source whose clock is ahead gains nothing by it.
TimePoint time_of(const View& page, const ExpositionSample& sample) {
  if (!sample.unix_seconds) return page.received_at;
  const double wall = seconds(page.content.wall.time_since_epoch());
  return page.received_at - from_seconds(std::clamp(wall - *sample.unix_seconds, 0.0, 1e10));
}

/// What Prometheus would have to be told, too: the name is almost right.
std::string hint(const Exposition& page, const std::string& metric) {
  for (const std::string_view suffix : {"_total", "_bucket", "_sum", "_count"}) {
    const std::string name = metric + std::string(suffix);
    const bool there =
        std::ranges::any_of(page.samples(), [&](const auto& sample) { return page.name(sample) == name; });
    if (there) return suffix == "_bucket" ? "; it is a histogram: write quantile" : "; did you mean " + name + "?";
  }
  return "";
}

/// The series of a name that match. Errors: not_found, invalid (twice, too many).
Result<SeriesSet> series_of(const View& page, const std::string& name, const std::vector<LabelMatcher>& matchers) {
  const Exposition& exposition = page.content.exposition;
  SeriesSet found;
  bool named = false;
  for (const ExpositionSample& sample : exposition.samples()) {
    if (exposition.name(sample) != name) continue;
    named = true;
    Labels labels = exposition.labels(sample);
    const auto matches = [&](const LabelMatcher& matcher) { return matcher.matches(labels); };
    if (!std::ranges::all_of(matchers, matches)) continue;
    if (found.size() == kMaxMatched)
      return Error{Errc::invalid, fmt::format("more than {} series of {} match", kMaxMatched, name)};
    std::ranges::sort(labels);
    if (found.contains(labels))
      return Error{Errc::invalid, fmt::format("the page has {}{} twice", name, to_string(labels))};
    const Series series{labels, sample.value, time_of(page, sample)};
    found.emplace(std::move(labels), series);
  }
  if (!named) return Error{Errc::not_found, fmt::format("the page has no metric {}{}", name, hint(exposition, name))};
  if (found.empty())
    return Error{Errc::not_found, fmt::format("no series of {} matches: unknown, which is not 0", name)};
  return found;
}

Result<std::string> member_of(const OpenMetricsSpec& spec, const Labels& labels) {
  if (spec.member_label.empty()) return std::string{};
  const std::string* label = find_label(labels, spec.member_label);
  if (label != nullptr && !label->empty()) return *label;
  return Error{Errc::not_found,
               fmt::format("a series has no label '{}' (memberLabel): {}", spec.member_label, to_string(labels))};
}

Error not_finite(const OpenMetricsSpec& spec, const Series& series) {
  return {Errc::invalid, fmt::format("{}{} is {}", spec.metric, to_string(series.labels), series.value)};
}

/// When the process behind the page began, if it says so.
std::optional<double> start_of(const Exposition& page) {
  for (const ExpositionSample& sample : page.samples())
    if (page.name(sample) == "process_start_time_seconds") return sample.value;
  return std::nullopt;
}

Error restarted(const std::string& what) {
  return {Errc::unavailable, what + ": it restarted; rates are known again at the next poll"};
}

/// Two pages between which something can be counted, and how long that was.
Result<Duration> span_between(const View& page, const View* previous) {
  if (previous == nullptr || previous->received_at >= page.received_at)
    return Error{Errc::unavailable, "a rate or quantile needs two polls"};
  const auto now = start_of(page.content.exposition);
  const auto then = start_of(previous->content.exposition);
  if (now && then && *now != *then) return restarted("process_start_time_seconds changed");
  return page.received_at - previous->received_at;
}

/// How much each counter grew. A series that was not there before counts from now on: its first value may be the work
/// of years. Errors: unavailable (one fell, or all are new).
Result<SeriesSet> increases(const OpenMetricsSpec& spec, const SeriesSet& now, const SeriesSet& before) {
  SeriesSet grown;
  for (const auto& [labels, series] : now) {
    const auto old = before.find(labels);
    if (!std::isfinite(series.value)) return not_finite(spec, series);
    if (old == before.end() || !std::isfinite(old->second.value)) continue;
    if (series.value < old->second.value) return restarted(fmt::format("{}{} fell", spec.metric, to_string(labels)));
    grown.emplace(labels, Series{labels, series.value - old->second.value, series.at});
  }
  if (grown.empty()) return Error{Errc::unavailable, spec.metric + " is new: its rate needs two polls"};
  return grown;
}

/// The sum of the series of each member.
Result<NamedReading> summed(const OpenMetricsSpec& spec, const View& page, const SeriesSet& series, Duration window) {
  std::map<std::string, NamedSample> members;
  NamedReading reading{page.received_at, window, {}};
  for (const auto& [labels, one] : series) {
    if (!std::isfinite(one.value)) return not_finite(spec, one);
    auto member = member_of(spec, labels);
    if (!member) return member.error();
    auto& sample = members.try_emplace(*member, NamedSample{*member, 0, one.at, window}).first->second;
    sample.value += one.value;
    sample.at = std::min(sample.at, one.at);
    reading.at = std::min(reading.at, one.at);
  }
  for (auto& [name, sample] : members) {
    if (!std::isfinite(sample.value))
      return Error{Errc::invalid, fmt::format("the sum of {} is infinite", spec.metric)};
    reading.samples.push_back(std::move(sample));
  }
  return reading;
}

/// What was counted between two pages, and how long that was.
struct Growth {
  SeriesSet series{};
  Duration span{};
};

/// Of the metric `counters` at two polls; for people it is of `spec`'s, whose `wanted` (rate, quantile) is asked for.
Result<Growth> growth(const OpenMetricsSpec& spec, const OpenMetricsSpec& counters, const char* wanted,
                      const View& page, const SeriesSet& now, const View* previous,
                      const std::vector<LabelMatcher>& matchers) {
  const auto span = span_between(page, previous);
  if (!span) return span.error();
  const auto before = series_of(*previous, counters.metric, matchers);
  if (!before) return Error{Errc::unavailable, fmt::format("{} is new: its {} needs two polls", spec.metric, wanted)};
  auto grown = increases(counters, now, *before);
  if (!grown) return grown.error();
  return Growth{*std::move(grown), *span};
}

Result<NamedReading> select_rate(const OpenMetricsSpec& spec, const View& page, const SeriesSet& now,
                                 const View* previous, const std::vector<LabelMatcher>& matchers) {
  auto grown = growth(spec, spec, "rate", page, now, previous, matchers);
  if (!grown) return grown.error();
  for (auto& [labels, series] : grown->series) series.value /= seconds(grown->span);
  return summed(spec, page, grown->series, grown->span);
}

std::optional<double> bound_of(const Labels& labels, std::string_view name) {
  const std::string* text = find_label(labels, name);
  if (text == nullptr) return std::nullopt;
  if (*text == "+Inf") return HUGE_VAL;
  double bound = 0;
  if (!read_number(*text, bound)) return std::nullopt;
  return bound;
}

/// Buckets of several series are added: together they are one histogram.
Result<NamedReading> select_histogram(const OpenMetricsSpec& spec, const View& page, const View* previous,
                                      const std::vector<LabelMatcher>& matchers) {
  OpenMetricsSpec buckets = spec;
  buckets.metric += "_bucket";
  const auto now = series_of(page, buckets.metric, matchers);
  if (!now) return now.error();
  const auto grown = growth(spec, buckets, "quantile", page, *now, previous, matchers);
  if (!grown) return grown.error();
  const Duration span = grown->span;
  std::map<std::string, std::vector<Bucket>> members;
  NamedReading reading{page.received_at, span, {}};
  for (const auto& [labels, series] : grown->series) {
    auto member = member_of(spec, labels);
    if (!member) return member.error();
    const auto bound = bound_of(labels, "le");
    if (!bound)
      return Error{Errc::invalid, fmt::format("a bucket of {} has no bound: {}", spec.metric, to_string(labels))};
    members[*member].push_back({*bound, series.value});
    reading.at = std::min(reading.at, series.at);
  }
  for (auto& [member, of] : members) {
    const auto value = histogram_quantile(*spec.quantile, std::move(of));
    if (!value || !std::isfinite(*value))
      return Error{Errc::unavailable, fmt::format("{}{}: nothing was observed in {:.3g} s: its quantile is unknown",
                                                  spec.metric, member.empty() ? "" : " of " + member, seconds(span))};
    reading.samples.push_back({member, *value, reading.at, span});
  }
  return reading;
}

/// A summary has computed its quantiles already; those of several series cannot be put together.
Result<NamedReading> select_summary(const OpenMetricsSpec& spec, const View& page, const SeriesSet& all) {
  SeriesSet chosen;
  std::map<std::string, int> members;
  for (const auto& [labels, series] : all) {
    const auto quantile = bound_of(labels, "quantile");
    if (!quantile || *quantile != *spec.quantile) continue;
    const auto member = member_of(spec, labels);
    if (!member) return member.error();
    if (++members[*member] > 1)
      return Error{Errc::invalid, fmt::format("{} is a summary of several series, whose quantiles cannot be added; "
                                              "choose one by matchers",
                                              spec.metric)};
    chosen.emplace(labels, series);
  }
  if (chosen.empty()) return Error{Errc::not_found, fmt::format("{} has no quantile {}", spec.metric, *spec.quantile)};
  return summed(spec, page, chosen, {});
}

Result<NamedReading> select(const OpenMetricsSpec& spec, const View& page, const View* previous,
                            const std::vector<LabelMatcher>& matchers) {
  const Exposition& exposition = page.content.exposition;
  const MetricKind kind = exposition.kind(spec.metric);
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(exposition.samples(),
                               [&](const auto& sample) { return exposition.name(sample) == name; });
  };
  if (spec.quantile && has(spec.metric + "_bucket")) return select_histogram(spec, page, previous, matchers);
  const auto now = series_of(page, spec.metric, matchers);
  if (!now) return now.error();
  if (spec.quantile) return select_summary(spec, page, *now);
  const bool counts = kind == MetricKind::counter && !spec.metric.ends_with("_created");
  if (spec.rate.value_or(counts)) return select_rate(spec, page, *now, previous, matchers);
  return summed(spec, page, *now, {});
}

}  // namespace

Problems OpenMetricsSpec::check() const {
  Problems problems = check_headers(headers);
  for (std::size_t i = 0; i < matchers.size(); ++i)
    if (const auto matcher = parse_matcher(matchers[i]); !matcher)
      problems.push_back({{}, fmt::format("matchers[{}]", i), matcher.error().message});
  return problems;
}

Request openmetrics_request(const OpenMetricsSpec& spec) {
  Request request{.url = spec.url};
  request.accept = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7,*/*;q=0.1";
  request.headers.assign(spec.headers.begin(), spec.headers.end());
  request.tls = spec.tls.value_or(TlsOptions{});
  request.auth = spec.auth.value_or(AuthSpec{});
  request.deadline = spec.timeout;
  request.max_bytes = spec.max_bytes.milli / 1000;
  return request;
}

Result<OpenMetricsPage> openmetrics_decode(const Response& response) {
  if (response.status < 200 || response.status > 299)
    return Error{errc_of_status(response.status),
                 fmt::format("HTTP {}{}", response.status, redirect_note(response.status))};
  auto exposition = parse_exposition(response.body, is_openmetrics(response.content_type));
  if (!exposition) return exposition.error();
  return OpenMetricsPage{*std::move(exposition), response.wall};
}

Result<NamedReading> openmetrics_select(const OpenMetricsSpec& spec, const View& page, const View* previous) {
  const auto matchers = matchers_of(spec);
  if (!matchers) return matchers.error();
  return select(spec, page, previous, *matchers);
}

CompiledProbe compile(const OpenMetricsSpec& spec) {
  return compile_probe("openmetrics", openmetrics_request(spec), openmetrics_decode, spec, openmetrics_select);
}

}  // namespace ballast
