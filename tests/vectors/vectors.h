// Compares Ballast with golden vectors: what the original code answered to the same inputs. A folder holds one file per
// group, `GROUP.jsonl` or `GROUP.jsonl.gz`, one JSON object a line. Shared by the suite and by `make golden`.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace ballast::vectors {

/// The lines of a group. Errors: not_found (no such file), invalid (unreadable, or a line that is no JSON object).
Result<std::vector<nlohmann::json>> read_group(const std::string& folder, const std::string& group);

/// What is different in one vector, as a sentence; empty: nothing. Throws what nlohmann throws at a malformed vector.
std::string compare_hpa_replica(const nlohmann::json& vector);
std::string compare_hpa_timeline(const nlohmann::json& vector);
std::string compare_quantity(const nlohmann::json& vector);
std::string compare_quantity_new(const nlohmann::json& vector);
std::string compare_cron(const nlohmann::json& vector);

struct Group {
  const char* name;
  std::string (*compare)(const nlohmann::json&);
};
inline constexpr std::array kGroups{
    Group{"cron", compare_cron},
    Group{"hpa_replica", compare_hpa_replica},
    Group{"hpa_timeline", compare_hpa_timeline},
    Group{"quantity", compare_quantity},
    Group{"quantity_new", compare_quantity_new},
};

/// A group that was compared. A malformed vector is different from any.
struct Compared {
  std::string group{};
  std::size_t equal = 0;
  std::vector<std::string> differences{};  ///< `id: what is different`
};
Compared compare_group(const std::string& group, const std::vector<nlohmann::json>& lines);

/// All groups that a folder has. Errors: not_found (none at all), invalid (an unreadable file, or an empty one).
Result<std::vector<Compared>> compare_folder(const std::string& folder);

/// `hpa_replica 2073 equal, 0 different; ...; total 2073 equal, 0 different`
std::string summary(const std::vector<Compared>& groups);

/// `what: is <ours>, not <theirs>; ` when they differ.
template <class T>
std::string difference(std::string_view what, const T& ours, const T& theirs) {
  if (ours == theirs) return {};
  return std::string{what} + ": is " + nlohmann::json(ours).dump() + ", not " + nlohmann::json(theirs).dump() + "; ";
}

/// An optional key; absent and null are nothing.
template <class T>
std::optional<T> maybe(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<T>();
}
template <class T>
T get_or(const nlohmann::json& object, const char* key, T otherwise = {}) {
  return maybe<T>(object, key).value_or(otherwise);
}

}  // namespace ballast::vectors
