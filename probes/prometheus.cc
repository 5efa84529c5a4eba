#include "probes/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

#include "formats/duration.h"
#include "formats/form.h"
#include "formats/promql.h"
#include "probes/prometheus_source.h"
#include "probes/status.h"

namespace ballast {
namespace {

constexpr std::size_t kLongUrl = 2000;  // proxies cut what is much longer
/// Tells the value from its freshness in one answer.
constexpr std::string_view kPart = "ballast_part";
constexpr std::string_view kValue = "value";
constexpr std::string_view kFreshness = "freshness";

using Series = std::vector<const PromqlSeries*>;

/// The line end closes a comment that the query may end with.
std::string marked(const std::string& query, std::string_view part) {
  return fmt::format("label_replace(({}\n), \"{}\", \"{}\", \"\", \"\")", query, kPart, part);
}

std::string full_query(const PrometheusSpec& spec) {
  if (spec.freshness.empty()) return spec.query;
  return marked(spec.query, kValue) + " or " + marked(spec.freshness, kFreshness);
}

Series part_of(const PromqlResult& result, std::string_view part) {
  Series series;
  for (const PromqlSeries& one : result.series) {
    const std::string* label = one.label(kPart);
    if (label != nullptr && *label == part) series.push_back(&one);
  }
  return series;
}

Series all_of(const PromqlResult& result) {
  Series series;
  for (const PromqlSeries& one : result.series) series.push_back(&one);
  return series;
}

/// Source times of members, or of all of them under "".
using Times = std::map<std::string, double, std::less<>>;

Result<Times> newest_samples(const PrometheusChoice& choice, const PromqlResult& result) {
  Times times;
  if (!choice.has_freshness) return times;
  const Series series = part_of(result, kFreshness);
  if (series.empty()) return Error{Errc::unavailable, "the freshness query gives no series: there is no sample"};
  for (const PromqlSeries* one : series) {
    if (!std::isfinite(one->value)) return Error{Errc::unavailable, "the freshness query gives no finite time"};
    const std::string* member = choice.member_label.empty() ? nullptr : one->label(choice.member_label);
    if (member == nullptr && series.size() > 1)
      return Error{Errc::invalid, "the freshness query gives several series; take min() of them"};
    times.emplace(member == nullptr ? "" : *member, one->value);
  }
  return times;
}

/// How long before the evaluation a member's newest sample was taken.
Result<double> sample_age(const PrometheusChoice& choice, const Times& times, const PromqlSeries& series,
                          const std::string& member) {
  if (!choice.has_freshness) return 0.0;
  auto time = times.find(member);
  if (time == times.end()) time = times.find("");
  if (time == times.end())
    return Error{Errc::not_found,
                 fmt::format("the freshness query gives no time for {} '{}'", choice.member_label, member)};
  return std::max(0.0, series.unix_seconds - time->second);
}

Result<std::string> member_of(const PrometheusChoice& choice, const PromqlSeries& series) {
  if (choice.member_label.empty()) return std::string{};
  const std::string* label = series.label(choice.member_label);
  if (label != nullptr && !label->empty()) return *label;
  return Error{Errc::not_found,
               fmt::format("a series has no label '{}' (memberLabel): {}", choice.member_label, to_string(series))};
}

/// An answer that was evaluated long ago came out of a cache. A source whose clock is ahead cannot hide more than that.
Duration since_evaluation(const PrometheusPage& page, double unix_seconds) {
  const double wall = seconds(page.wall.time_since_epoch());
  return from_seconds(std::clamp(wall - unix_seconds, 0.0, 1e10));
}

Result<NamedSample> sample_of(const PrometheusChoice& choice, const PageOf<PrometheusPage>& page, const Times& times,
                              const PromqlSeries& series) {
  if (!std::isfinite(series.value))
    return Error{Errc::invalid, fmt::format("the value is {}: {}", series.value, to_string(series))};
  if (!std::isfinite(series.unix_seconds)) return Error{Errc::invalid, "a sample has no finite time"};
  auto member = member_of(choice, series);
  if (!member) return member.error();
  const auto age = sample_age(choice, times, series, *member);
  if (!age) return age.error();
  const TimePoint at =
      page.received_at - since_evaluation(page.content, series.unix_seconds) - from_seconds(std::min(*age, 1e10));
  return NamedSample{*std::move(member), series.value, at, {}};
}

std::optional<Error> repeated(const PrometheusChoice& choice, std::vector<NamedSample> samples) {
  std::ranges::sort(samples, {}, &NamedSample::member);
  const auto twin = std::ranges::adjacent_find(samples, {}, &NamedSample::member);
  if (twin == samples.end()) return std::nullopt;
  return Error{Errc::invalid, fmt::format("two series have the {} '{}'; aggregate them: sum by ({}) (…)",
                                          choice.member_label, twin->member, choice.member_label)};
}

}  // namespace

Problems PrometheusSpec::check() const {
  Problems problems = check_server_address(server_address);
  std::ranges::move(check_headers(headers), std::back_inserter(problems));
  return problems;
}

Request prometheus_request(const PrometheusSpec& spec) {
  Request request;
  request.url = spec.server_address.substr(0, spec.server_address.find_last_not_of('/') + 1) + "/api/v1/query";
  request.accept = "application/json";
  request.headers.assign(spec.headers.begin(), spec.headers.end());
  request.tls = spec.tls.value_or(TlsOptions{});
  request.auth = spec.auth.value_or(AuthSpec{});
  request.deadline = spec.timeout;
  const std::string fields = form({{"query", full_query(spec)}, {"timeout", format_duration(spec.timeout)}});
  if (request.url.size() + fields.size() < kLongUrl) {
    request.url += "?" + fields;
  } else {
    request.method = "POST";
    request.content_type = std::string("application/x-www-form-urlencoded");
    request.body = fields;
  }
  return request;
}

Result<PrometheusPage> prometheus_decode(const Response& response) {
  auto result = parse_promql_result(response.body);
  if (response.status >= 200 && response.status <= 299) {
    if (!result) return result.error();
    return PrometheusPage{*std::move(result), response.wall};
  }
  const std::string said = result ? "" : ": " + result.error().message;
  return Error{errc_of_status(response.status),
               fmt::format("HTTP {}{}{}", response.status, redirect_note(response.status), said)};
}

PrometheusChoice prometheus_choice(const PrometheusSpec& spec) {
  const auto reach = promql_reach(spec.query);
  return {!spec.freshness.empty(), spec.member_label, reach ? reach->oldest : Duration{}};
}

Result<NamedReading> prometheus_select(const PrometheusChoice& choice, const PageOf<PrometheusPage>& page,
                                       const PageOf<PrometheusPage>* /*previous*/) {
  const PromqlResult& result = page.content.result;
  const Series series = choice.has_freshness ? part_of(result, kValue) : all_of(result);
  if (series.empty()) return Error{Errc::not_found, "the query gives no series: unknown, which is not 0"};
  if (choice.member_label.empty() && series.size() > 1)
    return Error{Errc::invalid, fmt::format("the query gives {} series, such as {} and {}; take sum() of them, or name "
                                            "the label that tells members apart: memberLabel",
                                            series.size(), to_string(*series[0]), to_string(*series[1]))};
  const auto times = newest_samples(choice, result);
  if (!times) return times.error();
  NamedReading reading{page.received_at, choice.window, {}};
  for (const PromqlSeries* one : series) {
    auto sample = sample_of(choice, page, *times, *one);
    if (!sample) return sample.error();
    reading.at = std::min(reading.at, sample->at);
    sample->window = reading.window;
    reading.samples.push_back(*std::move(sample));
  }
  if (auto twins = repeated(choice, reading.samples)) return *std::move(twins);
  return reading;
}

std::string undated(const PrometheusSpec& spec, Duration stale_after) {
  if (!spec.freshness.empty()) return "";
  const auto reach = promql_reach(spec.query);
  if (!reach) return fmt::format("how old its samples are cannot be told ({})", reach.error().message);
  if (!reach->why.empty()) return reach->why;
  if (reach->oldest <= stale_after) return "";
  return fmt::format("its ranges reach {} back, beyond staleAfter ({})", format_duration(reach->oldest),
                     format_duration(stale_after));
}

CompiledProbe compile(const PrometheusSpec& spec) {
  return compile_probe("prometheus", prometheus_request(spec), prometheus_decode, prometheus_choice(spec),
                       prometheus_select);
}

}  // namespace ballast
