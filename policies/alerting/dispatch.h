// Who is told what and when: grouping, repeating and trying again, as Alertmanager does it, as values and pure
// functions. What is told is an episode, one firing of an alert from its begin to its end: none is dropped, and one
// that was over before anybody could be told is told as over.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/ports.h"
#include "core/time.h"

namespace ballast {

/// Alertmanager's route, with its words and defaults.
struct AlertRouting {
  std::vector<std::string> receivers{};  ///< by name; none: nobody is told
  std::vector<std::string> group_by{};   ///< names of labels; `...` is all of them
  Duration group_wait = std::chrono::seconds{30};
  Duration group_interval = std::chrono::minutes{5};
  Duration repeat_interval = std::chrono::hours{4};
  bool operator==(const AlertRouting&) const = default;
};

struct ReceiverRules {
  bool send_resolved = true;
  std::string fallback{};  ///< takes what this one refuses, or cannot take for long; empty: nobody
  bool relays = false;     ///< groups and repeats by itself, and forgets what it is not told again: an Alertmanager
  bool operator==(const ReceiverRules&) const = default;
};

struct Routing {
  AlertRouting root{};
  std::map<std::string, ReceiverRules> receivers{};
  std::string external_url{};
  bool operator==(const Routing&) const = default;
};

struct EpisodeKey {
  std::string workload{};
  std::uint64_t alert = 0;
  TimePoint started{};
  auto operator<=>(const EpisodeKey&) const = default;
};

struct GroupKey {
  std::string receiver{};
  std::string group{};       ///< its labels as text: `{alertname="MaxedOut"}`
  std::string instead_of{};  ///< whose alerts the receiver took as a fallback, and is owed the end of; else empty
  auto operator<=>(const GroupKey&) const = default;
};

enum class Told : std::uint8_t { nothing, firing, resolved };

/// A notification that is being delivered. What it says does not change between two tries, whatever happens meanwhile.
struct Batch {
  struct Entry {
    EpisodeKey episode{};
    std::optional<WallTime> ends_at{};  ///< as it is told; nothing: that it fires
    [[nodiscard]] bool resolved() const { return ends_at.has_value(); }
    bool operator==(const Entry&) const = default;
  };
  std::string key{};
  std::vector<Entry> entries{};
  std::string external_url{};
  TimePoint begun{};
  TimePoint next_try{};
  TimePoint not_before{};           ///< as the group's own receiver asks
  TimePoint fallback_not_before{};  ///< as its fallback asks
  std::int32_t failures = 0;
  bool to_fallback = false;  ///< at the next try
  bool operator==(const Batch&) const = default;
};

/// What one receiver is told together.
struct AlertGroup {
  LabelSet labels{};
  std::uint64_t sent = 0;                ///< notifications that were delivered
  std::optional<TimePoint> last_sent{};  ///< from it the time to repeat counts
  TimePoint last_begun{};                ///< of that one: from it the interval counts, so that an outage is no pause
  std::optional<TimePoint> changed{};    ///< since when there is something to tell
  std::optional<Batch> batch{};
  std::map<EpisodeKey, Told> told{};  ///< of each episode in it
  bool in_flight = false;             ///< an attempt is being made; not kept over a restart
  bool operator==(const AlertGroup&) const = default;
};

/// Everything that is firing, or over and not yet told to all.
struct AlertBook {
  std::map<EpisodeKey, Alert> episodes{};
  std::map<GroupKey, AlertGroup> groups{};
  std::uint64_t dropped = 0;  ///< episodes that went to make room, of which somebody had still to be told
  bool operator==(const AlertBook&) const = default;
};

/// Beyond, one that is over goes for each that begins: days of alerts that flap while nobody can be told must not fill
/// the memory. What fires is always kept; it is bounded by the documents.
inline constexpr std::size_t kMaxEpisodes = 100'000;
/// A receiver that fails for so long has its fallback told too; that is also the longest pause between two tries.
inline constexpr Duration kPatienceWithReceiver = std::chrono::minutes{5};
/// A receiver that asks for a longer pause is asked again all the same: it may be mistaken by years.
inline constexpr Duration kLongestRetryAfter = std::chrono::hours{1};

/// What a call changed and a store must write, each once. Groups and episodes that are no longer in the book are gone.
/// A group whose row lacks episodes that it was told nothing of is as good: `place_episodes` puts them there.
struct Changes {
  std::vector<EpisodeKey> episodes{};
  std::vector<GroupKey> groups{};
  void add(const Changes& more);
};

/// An alert begins to fire. Repeating it is harmless; one that was thought to be over fires again.
Changes open_episode(AlertBook& book, const Routing& routing, EpisodeKey key, Alert alert, TimePoint now);
/// It ends. One that is not known, or has ended, is left as it is.
Changes end_episode(AlertBook& book, const Routing& routing, const EpisodeKey& key, WallTime at, TimePoint now);
/// Puts each episode where the routing wants it, and nowhere else: after it changed, and after a start.
Changes place_episodes(AlertBook& book, const Routing& routing, TimePoint now);

struct Attempt {
  GroupKey group{};
  std::string receiver{};  ///< who is asked: the group's own or its fallback
  Notification notification{};
};
/// What is to be sent now, what is due first first; each group of it is then in flight until `settle` is called. No
/// receiver has more than `at_most` in flight: one that hangs holds up nobody else. Write the changes before sending.
struct Due {
  std::vector<Attempt> attempts{};
  Changes changes{};
};
Due due(AlertBook& book, const Routing& routing, TimePoint now, std::size_t at_most = kMaxEpisodes);
/// What waits after a failure waits no longer: settings were mended.
Changes try_again_now(AlertBook& book, TimePoint now);
/// When `due` will next have something; nothing: not before the book changes.
std::optional<TimePoint> next_due(const AlertBook& book, const Routing& routing);
/// How an attempt ended. What all have been told to its end is forgotten.
Changes settle(AlertBook& book, const Routing& routing, const GroupKey& group, const Delivery& delivery, TimePoint now);

/// Errors that no later try mends.
bool is_final(Errc code);

}  // namespace ballast
