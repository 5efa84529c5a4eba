// What was decided is told to scalers and balancers.
#include <algorithm>
#include <chrono>
#include <utility>

#include "controller/engine/act.h"
#include "controller/engine/guarded.h"
#include "controller/engine/runner.h"
#include "policies/traffic/shares.h"

namespace ballast {
namespace {

constexpr Duration kNobodyWaits = std::chrono::seconds{1};  // of those that are refused, when none is
constexpr int kMostTries = 3;                               // to let all in, of a pool that nobody looks after any more
constexpr Duration kBetweenTries = std::chrono::milliseconds{500};

Task<Result<Done>> refuse(Balancer& balancer, std::int32_t percent, Duration retry_after) {
  return guarded(balancer.shed(percent, retry_after), "telling the pool what to refuse broke off",
                 Errc::outcome_unknown);
}

Error not_done() { return Error{Errc::cancelled, "not done: not written down, or no longer in force"}; }

}  // namespace

void Runner::note_outcome(const BoundWorkload& bound, ActionKind kind, const Result<Done>& result) {
  Outcome outcome{.action = kind, .at = around_.time.now()};
  if (!result) outcome.failure = result.error();
  outcomes_.push_back(std::move(outcome));
  if (around_.events.acted) around_.events.acted(bound.workload, kind, result);
}

/// Each wait may have taken seconds. What was decided in the belief that it is written down is not done when it is not;
/// the next tick knows better. Nor is anything done for documents that changed or went meanwhile, or against what a
/// person said since.
bool Runner::may_act(const Belief& belief) const {
  const bool written = journal_ok_ || !belief.journal_ok;
  return written && !binding_.superseded() && !stopping_ && !ordered_since(belief.orders);
}

Task<void> Runner::act(std::shared_ptr<BoundWorkload> bound, Views views, Plan plan, Belief belief) {
  if (!may_act(belief)) {
    note_outcome(*bound, ActionKind::scale, not_done());
    co_return;
  }
  if (plan.touch_pools) co_await move_weights(bound, &views, &plan, &belief);
  if (!plan.write || !bound->scaler) co_return;
  if (!may_act(belief)) {
    note_outcome(*bound, ActionKind::scale, not_done());
    co_return;
  }
  std::vector<std::string> leaving = names_to_remove(plan, state_.names);
  ObservedTarget target = views.scaler->target;
  Task<Result<Done>> scaling = bound->scaler->scale(std::move(target), *plan.write, std::move(leaving));
  const Result<Done> done =
      co_await guarded(std::move(scaling), "telling the target its number broke off", Errc::outcome_unknown);
  note_outcome(*bound, ActionKind::scale, done);
}

Task<void> Runner::move_weights(std::shared_ptr<BoundWorkload> bound, const Views* views, const Plan* plan,
                                const Belief* belief) {
  for (std::size_t i = 0; i < bound->balancers.size(); ++i) {
    if (!views->balancers[i]) continue;
    if (!may_act(*belief)) {
      note_outcome(*bound, ActionKind::weights, not_done());
      co_return;
    }
    std::vector<WantedMember> wanted =
        wanted_members(*plan, PoolId{static_cast<std::uint16_t>(i)}, state_.names, *views);
    Task<Result<Done>> applying = bound->balancers[i]->apply(std::move(wanted));
    const Result<Done> done =
        co_await guarded(std::move(applying), "telling the pool its weights broke off", Errc::outcome_unknown);
    note_outcome(*bound, ActionKind::weights, done);
  }
}

Task<void> Runner::shed(std::shared_ptr<BoundWorkload> bound, const Views* views, std::vector<Shed> wanted,
                        const Belief* belief) {
  for (const Shed& one : wanted) {
    const auto pool = static_cast<std::size_t>(one.pool);
    if (refuses_more(one, *views) && !may_act(*belief)) continue;
    const std::optional<Overload>& rules = bound->workload.pools[pool].overload;
    const Duration retry_after = rules ? rules->retry_after : kNobodyWaits;
    const Result<Done> done = co_await refuse(*bound->balancers[pool], one.percent, retry_after);
    note_outcome(*bound, ActionKind::shed, done);
  }
}

/// What it was told last, or where nobody looked yet what it says.
Task<bool> Runner::may_refuse(std::shared_ptr<BoundWorkload> bound, std::size_t pool) {
  const Pool& spec = bound->workload.pools[pool];
  const ShedMemory* known = find_shed(state_.memory, spec.fingerprint);
  const bool told = known != nullptr && !known->past.empty() && known->past.back().percent > 0;
  if (told || !refuses_in_earnest(bound->workload, spec)) co_return told;
  const auto seen = co_await guarded(bound->balancers[pool]->observe(), "the pool could not be looked at");
  co_return seen && seen->shed.value_or(0) > 0;
}

/// Once round all pools before any is tried again: an end waits for seconds only, and nobody shall wait for one that
/// does not answer.
Task<void> Runner::let_in(std::shared_ptr<BoundWorkload> bound, std::vector<Fingerprint> steered) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < bound->balancers.size(); ++i)
    if (std::ranges::find(steered, bound->workload.pools[i].fingerprint) == steered.end()) left.push_back(i);
  for (int tries = 1; !left.empty(); ++tries) {
    std::vector<std::size_t> failed;
    for (const std::size_t pool : left) {
      const Result<Done> done = co_await let_in(bound, pool);
      if (done) continue;
      failed.push_back(pool);
      // Told at once: it may be the last thing that there is time for.
      if (tries == 1)
        trouble(bound->workload.pools[pool].name + " may go on refusing requests: " + done.error().message);
    }
    left = std::move(failed);
    if (left.empty() || tries == kMostTries) co_return;
    Wakeable pause(around_.time, around_.time.now() + kBetweenTries);
    co_await pause;
  }
}

Task<Result<Done>> Runner::let_in(std::shared_ptr<BoundWorkload> bound, std::size_t pool) {
  const Done nothing_to_do;
  if (!co_await may_refuse(bound, pool)) co_return nothing_to_do;
  co_return co_await refuse(*bound->balancers[pool], 0, kNobodyWaits);
}

Task<void> Runner::leave() {
  std::vector<Fingerprint> nobody;
  co_await let_in(binding_.bound(), std::move(nobody));
  subscriptions_.clear();
  binding_.release();
}

}  // namespace ballast
