// Mistakes that a program like this could make, each one seen in the field, switched on for a test that must catch
// them. Nothing of Ballast knows of them: they sit in the fakes, around compiled probes, and between the loop and
// `evaluate`, whose symbol the linker gives to this library (CMakeLists.txt).
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string_view>

#include "core/probe.h"

namespace ballast::sim {

enum class Bug : std::uint8_t {
  // in the probes
  unknown_is_zero,   ///< whatever gives no value reads as 0
  empty_is_zero,     ///< an empty vector, null or an empty body reads as 0
  non_2xx_is_zero,   ///< an error page reads as 0
  nan_is_zero,       ///< NaN reads as 0
  inf_overflows,     ///< +Inf becomes the least integer
  milli_overflows,   ///< values pass through 32 bits of tenths
  no_reset_in_rate,  ///< a counter that fell gives a rate nobody saw
  reads_what_came,   ///< an answer that was cut off is taken for a whole one
  // between the loop and the decision
  stale_is_fresh,        ///< takes the time of the answer for the time of the sample
  frozen_is_fresh,       ///< the same for a sample that comes once more
  failing_masks_others,  ///< a signal that fails drops out, and the others decide
  no_evidence,           ///< the first value that says so takes members away
  old_evidence,          ///< what was seen before the restart counts as proof
  no_stabilization,      ///< looks at the newest proposal alone
  fallback_lowers,       ///< without metrics exactly so many, not at least
  fallback_sticks,       ///< once without metrics, never with them again
  surge_counts,          ///< members of a rollout count as told
  starting_counts,       ///< what members use to start counts as load
  starts_at_min,         ///< begins at minReplicas, whatever is there
  forgets,               ///< starts without what the one before had written down
  ejects_all,            ///< whoever looks sick is out, however many
  ejects_never,          ///< sick members serve on
  first_decides,         ///< looks at its first signal alone, whatever the others say
  believes_itself,       ///< takes what it told last for what there is
  forgets_proposals,     ///< starts without what was proposed before
  sheds_below_max,       ///< refuses requests instead of starting members
  trusts_let_in,         ///< takes what was let in for all that was asked for
  // at the edge
  act_before_journal,  ///< acts although what it decided is not on the disk
  lost_drain,          ///< takes a member out of the pool at once
  repeats_relative,    ///< asks for "so many more", and once more when no answer came
  slow_blocks_all,     ///< one source at a time
  bad_document_stops,  ///< one document that cannot be used, and nobody is served
  repeats_decrease,    ///< asks for "so many fewer", and once more when no answer came
  fights_people,       ///< gives members their weights that somebody else holds
  hears_late,          ///< what a person says counts from the next tick on
  ignores_owner,       ///< steers a target that another policy has
  throw_ends_all,      ///< an exception in one call, and the process is gone
  leaks_secret,        ///< what a source repeats of a question is kept
  drops_refused,       ///< a word that the receiver does not take is forgotten
  forgets_begin,       ///< an alert that fires again began when it first did
  no_keep_firing,      ///< an alert ends at the first look that does not find it
};
using Bugs = std::set<Bug>;

struct PlantedBug {
  Bug bug{};
  std::string_view name{};
};
inline constexpr std::array kBugs{
    PlantedBug{Bug::unknown_is_zero, "unknown_is_zero"},
    PlantedBug{Bug::empty_is_zero, "empty_is_zero"},
    PlantedBug{Bug::non_2xx_is_zero, "non_2xx_is_zero"},
    PlantedBug{Bug::nan_is_zero, "nan_is_zero"},
    PlantedBug{Bug::inf_overflows, "inf_overflows"},
    PlantedBug{Bug::milli_overflows, "milli_overflows"},
    PlantedBug{Bug::no_reset_in_rate, "no_reset_in_rate"},
    PlantedBug{Bug::reads_what_came, "reads_what_came"},
    PlantedBug{Bug::stale_is_fresh, "stale_is_fresh"},
    PlantedBug{Bug::frozen_is_fresh, "frozen_is_fresh"},
    PlantedBug{Bug::failing_masks_others, "failing_masks_others"},
    PlantedBug{Bug::no_evidence, "no_evidence"},
    PlantedBug{Bug::old_evidence, "old_evidence"},
    PlantedBug{Bug::no_stabilization, "no_stabilization"},
    PlantedBug{Bug::fallback_lowers, "fallback_lowers"},
    PlantedBug{Bug::fallback_sticks, "fallback_sticks"},
    PlantedBug{Bug::surge_counts, "surge_counts"},
    PlantedBug{Bug::starting_counts, "starting_counts"},
    PlantedBug{Bug::starts_at_min, "starts_at_min"},
    PlantedBug{Bug::forgets, "forgets"},
    PlantedBug{Bug::ejects_all, "ejects_all"},
    PlantedBug{Bug::ejects_never, "ejects_never"},
    PlantedBug{Bug::first_decides, "first_decides"},
    PlantedBug{Bug::believes_itself, "believes_itself"},
    PlantedBug{Bug::forgets_proposals, "forgets_proposals"},
    PlantedBug{Bug::sheds_below_max, "sheds_below_max"},
    PlantedBug{Bug::trusts_let_in, "trusts_let_in"},
    PlantedBug{Bug::act_before_journal, "act_before_journal"},
    PlantedBug{Bug::lost_drain, "lost_drain"},
    PlantedBug{Bug::repeats_relative, "repeats_relative"},
    PlantedBug{Bug::slow_blocks_all, "slow_blocks_all"},
    PlantedBug{Bug::bad_document_stops, "bad_document_stops"},
    PlantedBug{Bug::repeats_decrease, "repeats_decrease"},
    PlantedBug{Bug::fights_people, "fights_people"},
    PlantedBug{Bug::hears_late, "hears_late"},
    PlantedBug{Bug::ignores_owner, "ignores_owner"},
    PlantedBug{Bug::throw_ends_all, "throw_ends_all"},
    PlantedBug{Bug::leaks_secret, "leaks_secret"},
    PlantedBug{Bug::drops_refused, "drops_refused"},
    PlantedBug{Bug::forgets_begin, "forgets_begin"},
    PlantedBug{Bug::no_keep_firing, "no_keep_firing"},
};

/// While it lives, every `evaluate` of this program has these bugs.
class Planting {
 public:
  explicit Planting(Bugs bugs);
  ~Planting();
  Planting(const Planting&) = delete;
  Planting& operator=(const Planting&) = delete;
};

/// The probe, with those of the bugs that live in probes.
CompiledProbe planted(CompiledProbe probe, const Bugs& bugs);

}  // namespace ballast::sim
