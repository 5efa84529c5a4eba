#include "examples/demo/sickness.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace ballast_demo {
namespace {

std::vector<Sickness> sicknesses(const std::vector<WorkerEvent>& events) {
  std::vector<Sickness> found;
  for (const auto& event : events) {
    if (event.event == "sick") found.push_back({event.name, event.how, event.at_us, {}, {}, 0, 0});
    if (event.event != "well") continue;
    const auto sick = std::ranges::find_if(
        found, [&](const Sickness& one) { return one.worker == event.name && one.how == event.how && !one.well_us; });
    if (sick != found.end()) sick->well_us = event.at_us;
  }
  return found;
}

/// Ballast calls the server of worker NAME `ballast-NAME`.
bool is_server_of(std::string_view server, std::string_view worker) {
  constexpr std::string_view kPrefix = "ballast-";
  if (server.starts_with(kPrefix)) server.remove_prefix(kPrefix.size());
  return server == worker;
}

/// One request from both sides.
struct Given {
  const LoadRequest& request;
  const ProxyRequest& proxy;
  [[nodiscard]] std::int64_t at_us() const { return request.sent_us + proxy.wait_us; }
};

void count(const Given& given, Sickness& sickness) {
  if (!is_server_of(given.proxy.server, sickness.worker) || given.at_us() < sickness.sick_us) return;
  if (sickness.well_us && given.at_us() >= *sickness.well_us) {
    ++sickness.given_after;
    return;
  }
  ++sickness.given;
  sickness.last_given_us = std::max(sickness.last_given_us.value_or(0), given.at_us());
}

/// What it was doing as it fell sick counts too. Who is slow fails nothing.
bool explains(const Sickness& sickness, const Given& given) {
  return sickness.how == "fails" && given.proxy.status == 500 && is_server_of(given.proxy.server, sickness.worker) &&
         given.request.finished_us >= sickness.sick_us && given.at_us() <= sickness.sick_us + kEjectedWithinUs &&
         given.at_us() < sickness.well_us.value_or(INT64_MAX);
}

}  // namespace

void measure_sickness(const LaneLogs& logs, LaneMeasure& lane) {
  lane.sicknesses = sicknesses(logs.workers);
  std::map<std::int64_t, const ProxyRequest*> proxied;
  for (const auto& request : logs.proxy)
    if (request.id) proxied.emplace(*request.id, &request);
  for (const auto& request : logs.load.requests) {
    const auto found = proxied.find(request.id);
    if (found == proxied.end()) {
      if (request.failed()) lane.failed.push_back({request.id, "", false});
      continue;
    }
    const Given given{request, *found->second};
    for (auto& sickness : lane.sicknesses) count(given, sickness);
    if (!request.failed()) continue;
    const bool by_sick =
        std::ranges::any_of(lane.sicknesses, [&](const Sickness& sickness) { return explains(sickness, given); });
    lane.failed.push_back({request.id, given.proxy.server, by_sick});
  }
  std::ranges::sort(lane.failed, {}, &FailedRequest::id);
}

}  // namespace ballast_demo
