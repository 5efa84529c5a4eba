#include "controller/actions/restart.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

namespace ballast {
namespace {

using Json = nlohmann::json;

constexpr Duration kHour = std::chrono::hours{1};

class Restart final : public Notifier {
 public:
  Restart(RestartDesk::Asked asked, RestartDesk& desk) : asked_(std::move(asked)), desk_(desk) {}
  Task<Delivery> deliver(Notification notification) override {
    RestartDesk::Asked asked = asked_;
    asked.key = notification.key;
    const LabelSet& said = notification.alerts.front().annotations;
    if (const auto summary = said.find("summary"); summary != said.end()) asked.why = summary->second;
    co_return co_await desk_.restart(std::move(asked));
  }

 private:
  RestartDesk::Asked asked_;
  RestartDesk& desk_;
};

}  // namespace

std::string restarts_row(const std::vector<RuleRestart>& restarts) {
  Json list = Json::array();
  for (const RuleRestart& restart : restarts) list.push_back({restart.key, restart.at.time_since_epoch().count()});
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::vector<RuleRestart>> read_restarts_row(const std::string& row) {
  try {
    std::vector<RuleRestart> restarts;
    const Json list = Json::parse(row);
    for (const Json& restart : list)
      restarts.push_back({restart.at(0).get<std::string>(), TimePoint{Duration{restart.at(1).get<std::int64_t>()}}});
    return restarts;
  } catch (const Json::exception& failure) {
    return Error{Errc::invalid, failure.what()};
  }
}

Duration wait_for_restart(const std::vector<RuleRestart>& restarts, std::int32_t max_per_hour, TimePoint now) {
  std::vector<TimePoint> counted;
  for (const RuleRestart& restart : restarts)
    if (restart.at > now - kHour) counted.push_back(restart.at);
  const auto most = static_cast<std::size_t>(max_per_hour);
  if (counted.size() < most) return {};
  std::ranges::sort(counted);
  return counted[counted.size() - most] + kHour - now;
}

Task<Result<Done>> RestartDesk::read(std::string policy) {
  if (known_.contains(policy)) co_return Done{};
  const std::string key = std::string(kRestartRows) + policy;
  auto rows = co_await journal_.pairs(key);
  if (!rows) co_return rows.error();
  Restarts restarts;
  for (const auto& [name, row] : *rows) {
    if (name != key) continue;
    auto known = read_restarts_row(row);
    // One that may have been ordered counts: what cannot be read must not let a rule restart in a loop.
    if (known)
      restarts = *std::move(known);
    else
      restarts.push_back({"", time_.now()});
  }
  known_.try_emplace(std::move(policy), std::move(restarts));
  co_return Done{};
}

Task<Result<Done>> RestartDesk::note(std::string policy, RuleRestart restart) {
  Restarts& restarts = known_.at(policy);
  std::erase_if(restarts, [&](const RuleRestart& old) { return old.at <= restart.at - kHour; });
  restarts.push_back(restart);  // before it is written: another rule may ask meanwhile
  const std::string key = std::string(kRestartRows) + policy;
  std::vector<PairToWrite> rows{{key, restarts_row(restarts)}};
  const auto written = co_await journal_.put(std::move(rows), Durability::full);
  if (!written) std::erase(known_.at(policy), restart);
  co_return written;
}

Task<Delivery> RestartDesk::restart(Asked asked) {
  const auto read_before = co_await read(asked.policy);
  if (!read_before) co_return Delivery{.failure = read_before.error()};
  Order order{.kind = OrderKind::restart, .given = time_.now(), .who = asked.who, .why = asked.why};
  const Restarts& restarts = known_.at(asked.policy);
  const auto same = std::ranges::find(restarts, asked.key, &RuleRestart::key);
  const bool is_new = same == restarts.end();
  if (!is_new) order.given = same->at;
  if (const auto may = orders_.may(asked.policy, order); !may) co_return Delivery{.failure = may.error()};
  const Duration wait = is_new ? wait_for_restart(restarts, asked.max_per_hour, time_.now()) : Duration{};
  if (wait > Duration{})
    co_return Delivery{.failure = Error{Errc::rate_limited,
                                        fmt::format("{}: rules restarted it as often as maxPerHour ({}) allows, the "
                                                    "next one is in {:.0f} s",
                                                    asked.policy, asked.max_per_hour, seconds(wait))},
                       .retry_after = wait};
  if (is_new) {
    RuleRestart restart{asked.key, order.given};
    const auto noted = co_await note(asked.policy, std::move(restart));
    if (!noted) co_return Delivery{.failure = noted.error()};
  }
  orders_.give(asked.policy, std::move(order));
  co_return Delivery{};
}

std::unique_ptr<Notifier> make_restart_action(const RestartAction& spec, std::string policy, std::string who,
                                              RestartDesk& desk) {
  RestartDesk::Asked asked{
      .policy = std::move(policy), .max_per_hour = spec.max_per_hour, .who = std::move(who), .why = {}};
  return std::make_unique<Restart>(std::move(asked), desk);
}

}  // namespace ballast
