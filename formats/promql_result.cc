#include "formats/promql_result.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <limits>
#include <optional>

#include "core/read_number.h"
#include "formats/excerpt.h"

namespace ballast {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxLabels = 256;
constexpr std::size_t kShownLabels = 4;
constexpr std::size_t kMaxReason = 300;  // of what a server says of an error

Error malformed(std::string_view what) {
  return {Errc::invalid, fmt::format("not an answer of Prometheus' HTTP API: {}", what)};
}

std::string_view text_at(const dom::element& object, std::string_view key) {
  std::string_view text;
  if (object[key].get(text) != simdjson::SUCCESS) return {};
  return text;
}

Errc errc_of(std::string_view type) {
  if (type == "bad_data") return Errc::invalid;
  if (type == "timeout") return Errc::timeout;
  if (type == "not_found") return Errc::not_found;
  return Errc::unavailable;
}

/// 2.48 to 2.52 list among the warnings what later became `infos`.
bool is_info(std::string_view warning) { return warning.starts_with("PromQL info:"); }

std::optional<Error> partial(const dom::element& answer) {
  dom::array warnings;
  if (answer["warnings"].get(warnings) != simdjson::SUCCESS) return std::nullopt;
  for (const dom::element warning : warnings) {
    std::string_view text;
    if (warning.get(text) == simdjson::SUCCESS && is_info(text)) continue;
    return Error{Errc::unavailable, fmt::format("the answer is partial: {}", excerpt(text, kMaxReason))};
  }
  return std::nullopt;
}

/// `1`, `1e+06`, `NaN`, `+Inf`.
std::optional<double> number(std::string_view text) {
  if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  if (!read_number(text, value)) return std::nullopt;
  return value;
}

/// `[unix_seconds, "value"]`.
Result<Done> read_sample(const dom::element& element, PromqlSeries& series) {
  dom::array pair;
  std::string_view text;
  if (element.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
      pair.at(0).get(series.unix_seconds) != simdjson::SUCCESS || pair.at(1).get(text) != simdjson::SUCCESS)
    return malformed("a sample is not [time, \"value\"]");
  const auto value = number(text);
  if (!value) return malformed(fmt::format("'{}' is no value of a sample", excerpt(text)));
  series.value = *value;
  return Done{};
}

Result<PromqlSeries> read_series(const dom::element& element) {
  PromqlSeries series;
  dom::object labels;
  if (element["metric"].get(labels) != simdjson::SUCCESS) return malformed("a series has no labels");
  if (labels.size() > kMaxLabels) return malformed(fmt::format("a series has more than {} labels", kMaxLabels));
  for (const auto [key, value] : labels) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return malformed("the value of a label is no string");
    series.labels.emplace_back(key, text);
  }
  dom::element sample;
  if (element["value"].get(sample) != simdjson::SUCCESS) {
    if (element["histogram"].get(sample) == simdjson::SUCCESS)
      return Error{Errc::invalid, "the query gives histograms; take histogram_quantile() or histogram_avg() of them"};
    return malformed("a series has no value");
  }
  if (const auto read = read_sample(sample, series); !read) return read.error();
  return series;
}

Result<PromqlResult> read_vector(const dom::element& element) {
  dom::array items;
  if (element.get(items) != simdjson::SUCCESS) return malformed("the result is no list");
  PromqlResult result;
  for (const dom::element item : items) {
    if (result.series.size() == kMaxPromqlSeries)
      return Error{Errc::invalid, fmt::format("more than {} series; aggregate them in the query", kMaxPromqlSeries)};
    auto series = read_series(item);
    if (!series) return series.error();
    result.series.push_back(*std::move(series));
  }
  return result;
}

Result<PromqlResult> read_data(const dom::element& answer) {
  dom::element result;
  dom::element data;
  if (answer["data"].get(data) != simdjson::SUCCESS || data["result"].get(result) != simdjson::SUCCESS)
    return malformed("it has no data.result");
  const std::string_view type = text_at(data, "resultType");
  if (type == "vector") return read_vector(result);
  if (type == "scalar") {
    PromqlResult scalar{true, {PromqlSeries{}}};
    if (const auto read = read_sample(result, scalar.series[0]); !read) return read.error();
    return scalar;
  }
  if (type == "matrix")
    return Error{Errc::invalid, "the query gives a range of samples; take rate() or max_over_time() of it"};
  if (type == "string") return Error{Errc::invalid, "the query gives a string, not a number"};
  return malformed(fmt::format("its resultType is '{}'", excerpt(type)));
}

}  // namespace

const std::string* PromqlSeries::label(std::string_view name) const {
  for (const auto& [key, text] : labels)
    if (key == name) return &text;
  return nullptr;
}

std::string to_string(const PromqlSeries& series) {
  std::string text = "{";
  for (std::size_t i = 0; i < series.labels.size() && i <= kShownLabels; ++i) {
    if (i > 0) text += ", ";
    const auto& [name, of] = series.labels[i];
    text += i == kShownLabels ? "…" : fmt::format("{}=\"{}\"", excerpt(name), excerpt(of));
  }
  return text + "}";
}

Result<PromqlResult> parse_promql_result(std::string_view body) {
  if (body.size() > kMaxBytes)
    return Error{Errc::invalid, fmt::format("the answer has {} bytes, at most {} are read", body.size(), kMaxBytes)};
  dom::parser parser;
  dom::element answer;
  if (const auto code = parser.parse(body.data(), body.size()).get(answer); code != simdjson::SUCCESS)
    return not_json(body, simdjson::error_message(code));
  const std::string_view status = text_at(answer, "status");
  if (status == "error") {
    const std::string_view type = text_at(answer, "errorType");
    return Error{errc_of(type), fmt::format("{}: {}", excerpt(type), excerpt(text_at(answer, "error"), kMaxReason))};
  }
  if (status != "success") return malformed(fmt::format("its status is '{}'", excerpt(status)));
  if (auto found = partial(answer)) return *std::move(found);
  return read_data(answer);
}

}  // namespace ballast
