#include "controller/alerts/rows.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace ballast {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kEpisodes = "alert/episode/";
constexpr std::string_view kGroups = "alert/group/";

std::string written(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

template <class Point>
std::int64_t number(Point at) {
  return at.time_since_epoch().count();
}
template <class Point>
Json number(const std::optional<Point>& at) {
  return at ? Json(number(*at)) : Json(nullptr);
}
TimePoint time_of(const Json& json) { return TimePoint{Duration{json.get<std::int64_t>()}}; }
std::optional<TimePoint> maybe_time(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(time_of(json));
}
WallTime wall_of(const Json& json) { return WallTime{Duration{json.get<std::int64_t>()}}; }

Json id_of(const EpisodeKey& key) { return Json::array({key.workload, key.alert, number(key.started)}); }
EpisodeKey episode_of(const Json& json) {
  return {json.at(0).get<std::string>(), json.at(1).get<std::uint64_t>(), time_of(json.at(2))};
}

Json to_json(const Batch& batch) {
  Json entries = Json::array();
  for (const Batch::Entry& entry : batch.entries) entries.push_back({id_of(entry.episode), number(entry.ends_at)});
  return {{"key", batch.key},
          {"says", std::move(entries)},
          {"externalURL", batch.external_url},
          {"begun", number(batch.begun)},
          {"nextTry", number(batch.next_try)},
          {"notBefore", number(batch.not_before)},
          {"fallbackNotBefore", number(batch.fallback_not_before)},
          {"failures", batch.failures},
          {"toFallback", batch.to_fallback}};
}

Batch batch_of(const Json& json) {
  Batch batch{.key = json.at("key").get<std::string>(),
              .external_url = json.at("externalURL").get<std::string>(),
              .begun = time_of(json.at("begun")),
              .next_try = time_of(json.at("nextTry")),
              .not_before = time_of(json.at("notBefore")),
              .fallback_not_before = time_of(json.at("fallbackNotBefore")),
              .failures = json.at("failures").get<std::int32_t>(),
              .to_fallback = json.at("toFallback").get<bool>()};
  for (const Json& entry : json.at("says")) {
    Batch::Entry& said = batch.entries.emplace_back(Batch::Entry{.episode = episode_of(entry.at(0))});
    if (!entry.at(1).is_null()) said.ends_at = wall_of(entry.at(1));
  }
  return batch;
}

void read_episode(const Json& json, AlertBook& book) {
  Alert alert{.labels = json.at("labels").get<LabelSet>(),
              .annotations = json.at("annotations").get<LabelSet>(),
              .starts_at = wall_of(json.at("startsAt")),
              .generator_url = json.at("generatorURL").get<std::string>()};
  if (!json.at("endsAt").is_null()) alert.ends_at = wall_of(json.at("endsAt"));
  book.episodes.insert_or_assign(episode_of(json.at("episode")), std::move(alert));
}

void read_group(const Json& json, AlertBook& book) {
  AlertGroup group{.labels = json.at("labels").get<LabelSet>(),
                   .sent = json.at("sent").get<std::uint64_t>(),
                   .last_sent = maybe_time(json.at("lastSent")),
                   .last_begun = time_of(json.at("lastBegun")),
                   .changed = maybe_time(json.at("changed"))};
  if (!json.at("batch").is_null()) group.batch = batch_of(json.at("batch"));
  for (const Json& told : json.at("told")) {
    const auto state = told.at(1).get<std::uint8_t>();
    if (state > static_cast<std::uint8_t>(Told::resolved)) continue;
    group.told[episode_of(told.at(0))] = static_cast<Told>(state);
  }
  book.groups.insert_or_assign(GroupKey{json.at("receiver").get<std::string>(), json.at("group").get<std::string>(),
                                        json.value("insteadOf", std::string{})},
                               std::move(group));
}

/// Errors: what the library says of it.
std::optional<std::string> read_row(const std::string& key, const std::string& text, AlertBook& book) {
  try {
    const Json json = Json::parse(text);
    if (key.starts_with(kEpisodes))
      read_episode(json, book);
    else
      read_group(json, book);
  } catch (const Json::exception& failure) {
    return failure.what();
  }
  return std::nullopt;
}

void drop_unknown(AlertBook& book) {
  const auto unknown = [&book](const EpisodeKey& key) { return !book.episodes.contains(key); };
  for (auto& [name, group] : book.groups) {
    std::erase_if(group.told, [&](const auto& told) { return unknown(told.first); });
    if (!group.batch) continue;
    std::erase_if(group.batch->entries, [&](const Batch::Entry& entry) { return unknown(entry.episode); });
    if (group.batch->entries.empty()) group.batch.reset();
  }
  std::erase_if(book.groups, [](const auto& group) { return group.second.told.empty() && !group.second.batch; });
}

}  // namespace

std::string row_key(const EpisodeKey& episode) {
  return fmt::format("{}{}/{:016x}@{}", kEpisodes, episode.workload, episode.alert, number(episode.started));
}
std::string row_key(const GroupKey& group) {
  return fmt::format("{}{}:{}{}", kGroups, group.receiver, group.group, group.instead_of);
}

std::string row_of(const EpisodeKey& key, const Alert& alert) {
  return written({{"episode", id_of(key)},
                  {"labels", alert.labels},
                  {"annotations", alert.annotations},
                  {"startsAt", number(alert.starts_at)},
                  {"endsAt", number(alert.ends_at)},
                  {"generatorURL", alert.generator_url}});
}

std::string row_of(const GroupKey& key, const AlertGroup& group) {
  Json told = Json::array();
  for (const auto& [episode, state] : group.told) told.push_back({id_of(episode), static_cast<std::uint8_t>(state)});
  return written({{"receiver", key.receiver},
                  {"group", key.group},
                  {"insteadOf", key.instead_of},
                  {"labels", group.labels},
                  {"sent", group.sent},
                  {"lastSent", number(group.last_sent)},
                  {"lastBegun", number(group.last_begun)},
                  {"changed", number(group.changed)},
                  {"told", std::move(told)},
                  {"batch", group.batch ? to_json(*group.batch) : Json(nullptr)}});
}

AlertBook book_of(const std::vector<std::pair<std::string, std::string>>& rows, std::vector<std::string>& damage) {
  AlertBook book;
  for (const auto& [key, text] : rows)
    if (const auto wrong = read_row(key, text, book)) damage.push_back(key + ": " + *wrong);
  drop_unknown(book);
  return book;
}

}  // namespace ballast
