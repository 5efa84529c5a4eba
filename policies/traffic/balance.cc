#include "policies/traffic/balance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "policies/traffic/outlier.h"

namespace ballast {
namespace {

constexpr double kNoise = 1.0 / 6;
constexpr double kMostUp = 1.25;
constexpr double kMostDown = 0.8;

double moved(const Heat& member, double usual) {
  if (!member.heat || usual <= 0) return member.share;
  if (*member.heat <= 0) return member.share * kMostUp;
  const double ratio = usual / *member.heat;
  if (ratio > 1 - kNoise && ratio < 1 + kNoise) return member.share;
  return member.share * std::clamp(std::sqrt(ratio), kMostDown, kMostUp);
}

}  // namespace

std::vector<double> balanced(const Balance& rules, std::span<const Heat> members) {
  std::vector<double> heats;
  std::vector<double> shares;
  for (const Heat& member : members) {
    if (member.heat) heats.push_back(*member.heat);
    shares.push_back(member.share);
  }
  if (rules.by == BalanceBy::none) return std::vector<double>(members.size(), 1.0);
  if (heats.size() < 2) return shares;  // nobody to compare with
  const double usual = *median(std::move(heats));
  for (std::size_t i = 0; i < members.size(); ++i) shares[i] = moved(members[i], usual);
  const double largest = *std::ranges::max_element(shares);
  for (double& share : shares) share = std::max(share / largest, rules.min_weight_percent / 100.0);
  return shares;
}

}  // namespace ballast
