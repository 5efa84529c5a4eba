#include "policies/scaling/hpa_pods.h"

#include <algorithm>

#include "policies/scaling/numbers.h"

namespace ballast {
namespace {

std::optional<std::int64_t> of(const HpaRequests& requests, HpaResource resource) {
  return resource == HpaResource::cpu ? requests.cpu : requests.memory;
}

/// What the scheduler sets aside: the sum over containers and sidecars, or what the start needs at its peak, if that is
/// more. Nothing: no container says anything. Source: component-helpers resource.PodRequests.
std::optional<std::int64_t> scheduled(const std::vector<HpaContainer>& containers, HpaResource resource) {
  bool said = false;
  std::int64_t running = 0;
  std::int64_t sidecars = 0;  // those that have started before the init container at hand
  std::int64_t peak = 0;
  for (const HpaContainer& container : containers) {
    const auto milli = of(container.requests, resource);
    if (!milli) continue;
    said = true;
    if (container.role != HpaContainer::Role::init) running = saturating_add(running, *milli);
    if (container.role == HpaContainer::Role::sidecar) sidecars = saturating_add(sidecars, *milli);
    if (container.role == HpaContainer::Role::init) peak = std::max(peak, saturating_add(sidecars, *milli));
  }
  return said ? std::optional{std::max(running, peak)} : std::nullopt;
}

/// CPU of a pod that has a sample. Young: it must be ready, and the sample measured wholly after it became so. Older:
/// it is unready only if it never got ready.
bool is_unready_cpu(const HpaPod& pod, const HpaSample& sample, const HpaPatience& patience, TimePoint now) {
  if (!pod.ready || !pod.started) return true;
  const bool says_no = pod.ready->status == HpaPod::Ready::no;
  if (saturating_add(*pod.started, patience.cpu_initialization) > now)
    return says_no || sample.at < saturating_add(pod.ready->since, sample.window);
  return says_no && saturating_add(*pod.started, patience.initial_readiness) > pod.ready->since;
}

}  // namespace

HpaGroup hpa_group(const HpaPod& pod, const std::optional<HpaSample>& sample, std::optional<HpaResource> resource,
                   const HpaPatience& patience, TimePoint now) {
  if (pod.deleted || pod.phase == HpaPod::Phase::failed) return HpaGroup::ignored;
  if (pod.phase == HpaPod::Phase::pending) return HpaGroup::unready;
  if (!sample) return HpaGroup::missing;
  if (resource == HpaResource::cpu && is_unready_cpu(pod, *sample, patience, now)) return HpaGroup::unready;
  return HpaGroup::ready;
}

HpaRequest hpa_request(const HpaPod& pod, HpaResource resource, const std::string& container) {
  if (pod.pod_level && container.empty()) {
    const auto written = of(*pod.pod_level, resource);
    const auto milli = written ? written : scheduled(pod.containers, resource);
    return milli ? HpaRequest{*milli} : HpaRequest{0, HpaFailure::missing_pod_level_request};
  }
  HpaRequest request;
  bool found = container.empty();
  for (const HpaContainer& one : pod.containers) {
    if (one.role == HpaContainer::Role::init || (!container.empty() && one.name != container)) continue;
    const auto milli = of(one.requests, resource);
    if (!milli) return {0, HpaFailure::missing_request};
    request.milli = saturating_add(request.milli, *milli);
    found = true;
  }
  if (!found) request.failure = HpaFailure::container_not_found;
  return request;
}

std::int32_t hpa_ready_count(std::span<const HpaPod> pods) {
  return static_cast<std::int32_t>(std::ranges::count_if(pods, [](const HpaPod& pod) {
    return pod.phase == HpaPod::Phase::running && pod.ready && pod.ready->status == HpaPod::Ready::yes;
  }));
}

}  // namespace ballast
