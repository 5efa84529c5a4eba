// Who the workers of each policy are right now, told by their scalers to whoever measures them. On the engine's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ballast {

/// A worker that lives, as far as its scaler knows.
struct RosterEntry {
  std::string name{};
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;
  bool operator==(const RosterEntry&) const = default;
};

class Roster {
 public:
  using List = std::function<std::vector<RosterEntry>()>;
  /// Ends what it stands for. It may outlive the roster.
  using Place = std::shared_ptr<const List>;

  /// `list` is asked for as long as the place lives; of several of one policy the latest that lives counts. `policy`:
  /// `namespace/name`.
  [[nodiscard]] Place enter(const std::string& policy, List list) {
    for (auto& [name, places] : places_) std::erase_if(places, [](const auto& place) { return place.expired(); });
    std::erase_if(places_, [](const auto& entry) { return entry.second.empty(); });
    Place place = std::make_shared<const List>(std::move(list));
    places_[policy].push_back(place);
    return place;
  }
  /// Nothing: no scaler of this host looks after such a policy.
  [[nodiscard]] std::optional<std::vector<RosterEntry>> workers_of(const std::string& policy) const {
    const auto found = places_.find(policy);
    if (found == places_.end()) return std::nullopt;
    for (auto place = found->second.rbegin(); place != found->second.rend(); ++place)
      if (const Place list = place->lock()) return (*list)();
    return std::nullopt;
  }

 private:
  std::map<std::string, std::vector<std::weak_ptr<const List>>> places_{};
};

}  // namespace ballast
