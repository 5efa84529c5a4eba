#include "policies/alerting/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/fnv.h"

namespace ballast {
namespace {

constexpr Duration kRelayRepeat = std::chrono::minutes{1};

const ReceiverRules& rules_of(const Routing& routing, const std::string& receiver) {
  static const ReceiverRules kNone{};
  const auto found = routing.receivers.find(receiver);
  return found == routing.receivers.end() ? kNone : found->second;
}

std::string quoted(std::string_view text) {
  std::string result{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

/// 1 s, doubled with each failure, up to a fifth less.
Duration pause_after(const Batch& batch) {
  constexpr std::int32_t kDoublings = 9;  // 512 s is above the longest pause
  const Duration pause = std::min<Duration>(std::chrono::seconds{1} * (1 << std::min(batch.failures - 1, kDoublings)),
                                            kPatienceWithReceiver);
  FnvOfParts parts;
  parts.add(batch.key);
  parts.add(std::to_string(batch.failures));
  return pause - pause / 5 * static_cast<std::int64_t>(parts.value() % 1000) / 1000;
}

}  // namespace

GroupTiming timing_of(const Routing& routing, const std::string& receiver) {
  if (rules_of(routing, receiver).relays) return {Duration{}, Duration{}, kRelayRepeat};
  return {routing.root.group_wait, routing.root.group_interval, routing.root.repeat_interval};
}

LabelSet group_labels(const Routing& routing, const std::string& receiver, const LabelSet& labels) {
  if (rules_of(routing, receiver).relays) return {};
  if (std::ranges::find(routing.root.group_by, "...") != routing.root.group_by.end()) return labels;
  LabelSet result;
  for (const std::string& name : routing.root.group_by)
    if (const auto found = labels.find(name); found != labels.end()) result.insert(*found);
  return result;
}

std::vector<GroupKey> groups_of(const Routing& routing, const LabelSet& labels) {
  std::vector<GroupKey> result;
  for (const std::string& receiver : routing.root.receivers)
    result.push_back({receiver, to_string(group_labels(routing, receiver, labels))});
  return result;
}

std::string fallback_of(const Routing& routing, const GroupKey& name) {
  return is_stand_in(name) ? std::string{} : rules_of(routing, name.receiver).fallback;
}

GroupKey stand_in(const Routing& routing, const GroupKey& name) {
  return {fallback_of(routing, name), name.group, name.receiver};
}

std::string to_string(const LabelSet& labels) {
  std::string result{'{'};
  for (const auto& [name, value] : labels) {
    if (result.size() > 1) result += ',';
    result += name + '=' + quoted(value);
  }
  return result + '}';
}

std::string key_of(const GroupKey& group, std::uint64_t sent, const Batch& batch) {
  FnvOfParts parts;
  parts.add(group.receiver);
  parts.add(group.group);
  parts.add(group.instead_of);
  for (const Batch::Entry& entry : batch.entries) {
    parts.add(entry.episode.workload);
    parts.add(fmt::format("{} {} {}", entry.episode.alert, entry.episode.started.time_since_epoch().count(),
                          entry.resolved()));
  }
  parts.add(fmt::format("{}", batch.begun.time_since_epoch().count()));
  return fmt::format("{:016x}-{}", parts.value(), sent);
}

Attempt attempt_of(const AlertBook& book, const Routing& routing, const GroupKey& name, const AlertGroup& group) {
  const Batch& batch = *group.batch;
  const std::string fallback = fallback_of(routing, name);
  const bool to_fallback = batch.to_fallback && !fallback.empty();
  Attempt attempt{.group = name, .receiver = to_fallback ? fallback : name.receiver};
  Notification& notification = attempt.notification;
  notification.receiver = attempt.receiver;
  notification.group_key = "{}:" + name.group;
  notification.key = batch.key;
  notification.group_labels = group.labels;
  notification.external_url = batch.external_url;
  notification.repeat = to_fallback ? routing.root.repeat_interval : timing_of(routing, name.receiver).repeat;
  for (const Batch::Entry& entry : batch.entries) {
    const auto episode = book.episodes.find(entry.episode);
    if (episode == book.episodes.end()) continue;
    Alert alert = episode->second;
    alert.ends_at = entry.ends_at;
    notification.alerts.push_back(std::move(alert));
  }
  std::ranges::stable_sort(notification.alerts, {}, [](const Alert& alert) {
    return std::pair{alert.ends_at.has_value(), alert.starts_at};
  });
  return attempt;
}

void try_later(Batch& batch, const Routing& routing, const GroupKey& name, const Delivery& delivery, TimePoint now) {
  ++batch.failures;
  const bool has_fallback = !fallback_of(routing, name).empty();
  const bool asked_fallback = has_fallback && batch.to_fallback;
  if (delivery.retry_after)
    (asked_fallback ? batch.fallback_not_before : batch.not_before) =
        now + std::clamp(*delivery.retry_after, Duration{}, kLongestRetryAfter);
  const bool final = is_final(delivery.failure->code);
  const Duration pause = final && !has_fallback ? kPatienceWithReceiver : pause_after(batch);
  const TimePoint own = std::max(now + pause, batch.not_before);
  const TimePoint patient_until = std::max(now, batch.begun + kPatienceWithReceiver);
  batch.to_fallback = false;
  batch.next_try = own;
  if (!has_fallback) return;
  const bool give_up = final || patient_until == now;
  TimePoint other = std::max(give_up ? now : patient_until, batch.fallback_not_before);
  if (asked_fallback) other = std::max(now + pause, batch.fallback_not_before);
  // Whoever may be asked first; to and fro, so that whoever takes it first has it.
  const bool stays = asked_fallback && !give_up;
  if (stays ? other > own : other >= own) return;
  batch.to_fallback = true;
  batch.next_try = other;
}

}  // namespace ballast
