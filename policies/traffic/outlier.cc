#include "policies/traffic/outlier.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ballast {
namespace {

/// Of a mean of equal rates, which none of them is below.
constexpr double kRounding = 1e-9;

double success_rate(const Answered& member) {
  return 100.0 * static_cast<double>(member.answers - member.failures) / static_cast<double>(member.answers);
}

std::vector<const Answered*> comparable(std::span<const Answered> members, std::int32_t volume) {
  std::vector<const Answered*> enough;
  for (const Answered& member : members)
    if (member.answers >= std::max(volume, 1)) enough.push_back(&member);
  return enough;
}

bool is_known(const std::vector<Outlier>& found, MemberId id) {
  return std::ranges::find(found, id, &Outlier::id) != found.end();
}

void by_success_rate(const SuccessRate& rules, std::span<const Answered> members, std::vector<Outlier>& found) {
  if (rules.stdev_factor == 0) return;
  const auto enough = comparable(members, rules.request_volume);
  if (std::ssize(enough) < rules.minimum_hosts) return;
  std::vector<double> rates;
  for (const Answered* member : enough) rates.push_back(success_rate(*member));
  const auto limit = success_rate_threshold(rates, rules.stdev_factor / 1000.0);
  for (std::size_t i = 0; i < enough.size(); ++i)
    if (rates[i] < limit->threshold - kRounding)
      found.push_back({enough[i]->id,
                       Reason::ejected_success_rate,
                       {rates[i], limit->threshold, limit->mean, static_cast<double>(enough[i]->answers)}});
}

void by_failure_percentage(const FailurePercentage& rules, std::span<const Answered> members,
                           std::vector<Outlier>& found) {
  if (rules.threshold == 0) return;
  const auto enough = comparable(members, rules.request_volume);
  if (std::ssize(enough) < rules.minimum_hosts) return;
  for (const Answered* member : enough) {
    const double failed = 100.0 - success_rate(*member);
    if (failed >= rules.threshold && !is_known(found, member->id))
      found.push_back({member->id,
                       Reason::ejected_failure_percentage,
                       {failed, static_cast<double>(rules.threshold), static_cast<double>(member->answers)}});
  }
}

double mean_of(const Answered& member) { return seconds(member.answering) / static_cast<double>(member.timed); }
double doubt_of(const Answered& member) { return seconds(member.answering_error) / static_cast<double>(member.timed); }

void by_latency(const LatencyOutlier& rules, std::span<const Answered> members, std::vector<Outlier>& found) {
  if (rules.factor == 0) return;
  std::vector<const Answered*> enough;
  std::vector<double> longest;
  for (const Answered& member : members) {
    if (member.timed < rules.request_volume) continue;
    enough.push_back(&member);
    longest.push_back(std::max(0.0, mean_of(member)) + doubt_of(member));
  }
  if (std::ssize(enough) < rules.minimum_hosts) return;
  const double usual = *median(std::move(longest));
  for (const Answered* member : enough) {
    const double mean = mean_of(*member);
    const bool slow = mean - doubt_of(*member) > usual * rules.factor && mean >= seconds(rules.at_least);
    if (slow && !is_known(found, member->id))
      found.push_back({member->id,
                       Reason::ejected_latency,
                       {mean * 1000, usual * 1000, rules.factor, static_cast<double>(member->timed)}});
  }
}

}  // namespace

std::optional<RateThreshold> success_rate_threshold(std::span<const double> rates, double factor) {
  if (rates.empty()) return std::nullopt;
  const auto count = static_cast<double>(rates.size());
  const double mean = std::accumulate(rates.begin(), rates.end(), 0.0) / count;
  double squares = 0;
  for (const double rate : rates) squares += (rate - mean) * (rate - mean);
  return RateThreshold{mean, mean - factor * std::sqrt(squares / count)};
}

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::vector<Outlier> outliers(const MemberSignal& rule, std::span<const MemberValue> values) {
  std::vector<Outlier> found;
  if (std::ssize(values) < rule.minimum_hosts) return found;
  std::vector<double> all;
  for (const MemberValue& each : values) all.push_back(each.value);
  const double usual = *median(std::move(all));
  for (const MemberValue& each : values)
    if (each.value > rule.factor * usual && each.value >= rule.at_least)
      found.push_back({each.id, Reason::ejected_signal, {each.value, usual, rule.factor}});
  return found;
}

std::vector<Outlier> outliers(const OutlierDetection& rules, std::span<const Answered> members) {
  std::vector<Outlier> found;
  by_success_rate(rules.success_rate, members, found);
  by_failure_percentage(rules.failure_percentage, members, found);
  by_latency(rules.latency, members, found);
  const auto place = [&](const Outlier& outlier) {
    return std::ranges::find(members, outlier.id, &Answered::id) - members.begin();
  };
  std::ranges::stable_sort(found, {}, place);
  return found;
}

}  // namespace ballast
