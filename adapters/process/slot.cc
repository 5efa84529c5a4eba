#include "adapters/process/slot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/fnv.h"

namespace ballast {

Duration restart_delay(const RestartBackoff& backoff, std::int32_t failures) {
  Duration delay = backoff.initial;
  for (std::int32_t i = 1; i < failures && delay < backoff.max; ++i) delay *= 2;
  return std::min(delay, backoff.max);
}

ScaledMember member_of(const Worker& worker) {
  ScaledMember member{
      .name = worker.token.name, .state = worker.state, .since = worker.since, .started = worker.started};
  if (worker.token.port != 0) member.address = fmt::format("127.0.0.1:{}", worker.token.port);
  return member;
}

void judge_ready(Worker& worker, const ReadyCheck& check, TimePoint now) {
  if (worker.kill_at) return;
  const bool was_found = worker.adopted && !worker.first_ready;
  const std::int32_t enough = was_found ? 1 : check.success_threshold;
  if (worker.ready.good >= enough) worker.become(MemberState::ready, now);
  if (worker.state == MemberState::ready && worker.ready.bad >= check.failure_threshold)
    worker.become(MemberState::unready, now);
}

bool is_due(const CheckCounts& counts, TimePoint first, TimePoint now) {
  return !counts.running && now >= counts.next && now >= first;
}

void bury(Slot& slot, const RestartBackoff& backoff, std::string problem, TimePoint now) {
  if (slot.worker) {
    if (now - slot.worker->started >= kGoodLife) slot.failures = 0;
    // One that was condemned has been shown as failed since then.
    slot.worker->become(MemberState::failed, now);
    slot.dead = member_of(*slot.worker);
    slot.worker.reset();
  }
  ++slot.failures;
  slot.retry_at = now + restart_delay(backoff, slot.failures);
  slot.problem = std::move(problem);
}

Fingerprint generation_of(const ProcessTarget& target) {
  FnvOfParts parts;
  for (const std::string& part : target.command) parts.add(part);
  parts.add("");
  for (const auto& [name, value] : target.environment) {
    parts.add(name);
    parts.add(value);
  }
  parts.add(target.user);
  parts.add(target.working_directory);
  parts.add(target.environment_file);
  parts.add(std::to_string(target.memory_max ? target.memory_max->milli : 0));
  return parts.value();
}

}  // namespace ballast
