#include "controller/cli/target_locks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "controller/config/config.h"
#include "controller/journal/lock.h"
#include "policies/traffic/shares.h"

namespace ballast {
namespace {

Error held_here(const std::string& what) {
  return {Errc::conflict, what + " is still held by another policy of this Ballast"};
}

bool is_whole(const Claim& claim) { return claim.first == 0 && claim.last == 0; }

}  // namespace

/// The numbers of one kind that this process holds: one open file, and how many share each number.
struct TargetLocks::Numbers {
  NumberLocks locks;
  std::map<std::int64_t, int> holders{};

  /// Calls `of` with each run of numbers that nobody holds here; ends early when it is false.
  template <class Of>
  bool each_free_run(std::int64_t first, std::int64_t last, Of of) const {
    for (std::int64_t from = first; from <= last; ++from) {
      if (holders.contains(from)) continue;
      std::int64_t to = from;
      while (to < last && !holders.contains(to + 1)) ++to;
      if (!of(from, to)) return false;
      from = to;
    }
    return true;
  }

  Result<Done> add(std::int64_t first, std::int64_t last) {
    std::optional<Error> failure;
    std::int64_t locked_before = first;
    const bool all = each_free_run(first, last, [&](std::int64_t from, std::int64_t to) {
      const auto locked = locks.lock(from, to);
      if (!locked) failure = locked.error();
      if (!locked) locked_before = from;
      return locked.has_value();
    });
    if (!all) {
      each_free_run(first, locked_before - 1, [&](std::int64_t from, std::int64_t to) {
        locks.unlock(from, to);
        return true;
      });
      return *failure;
    }
    for (std::int64_t number = first; number <= last; ++number) ++holders[number];
    return Done{};
  }

  void take_away(std::int64_t first, std::int64_t last) {
    for (std::int64_t number = first; number <= last; ++number)
      if (--holders[number] == 0) holders.erase(number);
    each_free_run(first, last, [&](std::int64_t from, std::int64_t to) {
      locks.unlock(from, to);
      return true;
    });
  }
};

std::vector<Claim> claims_of(const CompiledWorkload& compiled) {
  std::vector<Claim> claims;
  if (compiled.workload.mode == Mode::dry_run) return claims;
  const auto add = [&claims](PluginKind kind, const PluginRef& plugin, bool refuses) {
    const PluginEntry* entry = find_plugin(kind, plugin.type);
    if (entry == nullptr) return;
    for (const auto of : {entry->claims, refuses ? entry->shed_claims : nullptr})
      if (of != nullptr) std::ranges::move(of(plugin.settings), std::back_inserter(claims));
  };
  if (compiled.scaler) add(PluginKind::scaler, *compiled.scaler, false);
  for (std::size_t i = 0; i < compiled.balancers.size(); ++i)
    add(PluginKind::balancer, compiled.balancers[i], refuses_in_earnest(compiled.workload, compiled.workload.pools[i]));
  return claims;
}

Result<HeldTarget> TargetLocks::take_whole(const Claim& claim, const Locks& older) {
  const auto own = std::ranges::find(older, claim.what, &HeldTarget::what);
  if (own != older.end()) return *own;
  std::weak_ptr<const void>& known = whole_[claim.what];
  if (!known.expired()) return held_here(claim.what);
  auto lock = lock_target(folder_.string(), claim.what);
  if (!lock) return lock.error();
  HeldTarget held{.what = claim.what, .lock = std::make_shared<const Lock>(*std::move(lock))};
  known = held.lock;
  return held;
}

Result<HeldTarget> TargetLocks::take_range(const Claim& claim, const Locks& older) {
  auto numbers = numbers_[claim.what].lock();
  if (!numbers) {
    auto opened = NumberLocks::open(folder_.string(), claim.what);
    if (!opened) return opened.error();
    numbers = std::make_shared<Numbers>(Numbers{*std::move(opened)});
    numbers_[claim.what] = numbers;
  }
  const auto is_own = [&](std::int64_t number) {
    return std::ranges::any_of(older, [&](const HeldTarget& held) {
      return held.what == claim.what && held.first <= number && number <= held.last;
    });
  };
  for (std::int64_t number = claim.first; number <= claim.last; ++number)
    if (numbers->holders.contains(number) && !is_own(number))
      return held_here(fmt::format("{} {}", claim.what, number));
  if (auto added = numbers->add(claim.first, claim.last); !added) return added.error();
  const std::shared_ptr<const void> piece(numbers.get(), [numbers, first = claim.first, last = claim.last](
                                                             const void*) { numbers->take_away(first, last); });
  return HeldTarget{claim.what, claim.first, claim.last, piece};
}

Result<Locks> TargetLocks::take(const std::vector<Claim>& claims, const Locks& older) {
  std::erase_if(whole_, [](const auto& entry) { return entry.second.expired(); });
  Locks locks;
  for (const Claim& claim : claims) {
    Locks own = older;  // two plug-ins of one workload may name one backend
    own.insert(own.end(), locks.begin(), locks.end());
    auto held = is_whole(claim) ? take_whole(claim, own) : take_range(claim, own);
    if (!held) return held.error();
    locks.push_back(*std::move(held));
  }
  return locks;
}

std::filesystem::path target_lock_directory() {
  if (geteuid() == 0) return "/run/lock/ballast";
  return std::filesystem::temp_directory_path() / fmt::format("ballast-{}-locks", geteuid());
}

}  // namespace ballast
