// What goes wrong in a world, drawn from its seed: intervals of trouble per channel, and single blows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ports.h"
#include "core/request.h"
#include "core/split_mix.h"
#include "tests/sim/world.h"

namespace ballast::sim {

enum class Fault : std::uint8_t {
  // of a source
  source_refuses,
  source_times_out,
  source_500,
  source_empty,
  source_nan,
  source_infinite,
  source_html,
  source_frozen,
  source_slow,
  source_answers,   ///< exactly `status` and `body`, which hold no value
  source_lags,      ///< what it says is as old as `by`
  source_partial,   ///< averages over samples that are missing: a part `by` of what there is
  source_drips,     ///< a byte a second: the deadline comes first
  source_huge,      ///< more bytes than may be read
  source_nameless,  ///< its name cannot be found: at once, after long, at once
  // of a scaler or balancer
  observe_fails,
  write_fails,
  reply_lost,  ///< applied, but the answer says that nobody knows
  slow,
  // of the disk
  disk_full,
  disk_fails,  ///< writes give errors
  disk_read_only,
  disk_unreadable,  ///< reads give errors
  // of anything but the disk
  mishap,  ///< as `Trouble::mishap` says
};
inline constexpr Fault kSourceFaults[] = {Fault::source_refuses, Fault::source_times_out, Fault::source_500,
                                          Fault::source_empty,   Fault::source_nan,       Fault::source_infinite,
                                          Fault::source_html,    Fault::source_frozen,    Fault::source_slow};
inline constexpr Fault kPortFaults[] = {Fault::observe_fails, Fault::write_fails, Fault::reply_lost, Fault::slow};

enum class Target : std::uint8_t { source, scaler, balancer, disk, receiver };

/// How a call goes wrong in other ways than those that have a name.
struct Mishap {
  std::optional<Errc> looks{};   ///< a question to a source, target or pool fails so
  std::optional<Errc> writes{};  ///< a write, or a word to the receiver, fails so
  bool done = false;             ///< what fails took effect all the same
  bool throws_looking = false;
  bool throws_writing = false;
  Time takes = 0;                     ///< each call; what is asked ends at its deadline
  Time jitter = 0;                    ///< up to so much more
  int every = 1;                      ///< only each so-manieth call
  bool sees_old = false;              ///< a look shows what the one before the trouble showed
  std::optional<Time> retry_after{};  ///< as the receiver asks
  std::function<void(ScalerView&)> target{};
  std::function<void(BalancerView&)> pool{};
  std::function<void(Response&)> answer{};
  bool holds_value = false;  ///< what a source says then is a value
};

struct Trouble {
  Target target{};
  Fault fault{};
  std::string signal{};  ///< of a source; empty: all of them
  Time from = 0;
  Time to = 0;
  int status = 200;    ///< of source_answers
  std::string body{};  ///< of source_answers
  double by = 0;       ///< of source_lags and source_partial
  Mishap mishap{};
  std::size_t service = 0;  ///< by its place in the play
};

struct FaultPlan {
  std::vector<Trouble> troubles{};
  std::vector<Time> kills{};     ///< of the controller, -9; what the disk then loses alternates
  Time restart_after = 0;        ///< the controller is away that long
  bool power_stays = false;      ///< a kill takes nothing from the disk
  bool lose_disk = false;        ///< with each kill: the next controller finds an empty one
  std::vector<Time> failures{};  ///< of one member
  struct Sick {
    Time from = 0;
    Time to = 0;
    Sickness how = Sickness::fails;
    std::int32_t members = 1;
  };
  std::vector<Sick> sick{};
  /// What a person says to the controller, if one runs then. It is over by itself.
  struct Word {
    Time from = 0;
    Time to = 0;
    bool pause = true;  ///< else a freeze of both directions
  };
  std::vector<Word> words{};
  /// What somebody else does to the first service by hand.
  struct Meddling {
    enum class What : std::uint8_t {
      tells,      ///< the target another number
      takes_out,  ///< one member gets no load
      gives_back  ///< all that were taken out
    };
    Time at = 0;
    What what{};
    std::int32_t replicas = 0;  ///< of tells
  };
  std::vector<Meddling> hands{};
  std::vector<Time> resets{};                       ///< counters of the sources begin at 0 again
  std::vector<std::pair<Time, Time>> wall_steps{};  ///< when the wall clock is set, and by how much
  /// A new version rolls out: a quarter more members exist, ready and without load.
  std::vector<std::pair<Time, Time>> rollouts{};
  [[nodiscard]] const Trouble* now(Target target, Time t, const std::string& signal = {},
                                   std::size_t service = 0) const {
    for (const Trouble& trouble : troubles)
      if (trouble.target == target && trouble.service == service && trouble.from <= t && t < trouble.to &&
          (trouble.signal.empty() || trouble.signal == signal))
        return &trouble;
    return nullptr;
  }
  [[nodiscard]] bool rolls_out(Time t) const {
    for (const auto& [from, to] : rollouts)
      if (from <= t && t < to) return true;
    return false;
  }
};

/// The one point of a play at which the controller dies, for trying all of them.
struct Crash {
  enum class Where : std::uint8_t {
    before_disk,         ///< a write, truncation, deletion or sync
    after_disk,          ///< the same, right after it
    before_call,         ///< of a scaler or balancer, which has no effect
    before_word,         ///< to the receiver, which does not hear it
    after_word,          ///< the receiver heard, and nobody knows
    after_call,          ///< it had its effect, and the answer came; nothing the controller does then gets out
    after_without_reply  ///< it had its effect, and nobody heard
  };
  Where where{};
  std::uint64_t number = 0;  ///< of the disk operation or call, from 1
  bool lose_all = false;     ///< all that was not synced is lost, not some of it
};

/// One seeded engine for chance; `below(n)` instead of std distributions, which differ between libraries.
class Chance : public SplitMix {
 public:
  using SplitMix::SplitMix;
  std::int32_t below(std::int32_t n) { return static_cast<std::int32_t>(next() % static_cast<std::uint64_t>(n)); }
  std::int32_t between(std::int32_t low, std::int32_t high) { return low + below(high - low + 1); }
  double real(double low, double high) { return low + (high - low) * static_cast<double>(next() % 1'000'000) / 1e6; }
  bool one_in(std::int32_t n) { return below(n) == 0; }
};

}  // namespace ballast::sim
