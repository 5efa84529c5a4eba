#include "controller/alerts/receiver_failing.h"

#include <algorithm>

#include "controller/alerts/dispatcher.h"
#include "core/fnv.h"
#include "policies/alerting/describe.h"

namespace ballast {

std::uint64_t fingerprint_of_receiver(const std::string& receiver) { return fnv(receiver, fnv("ReceiverFailing ")); }

Alert receiver_failing(const std::string& receiver, const std::string& why) {
  Alert alert;
  alert.labels = {{"alertname", "ReceiverFailing"},
                  {"namespace", "ballast"},
                  {"policy", "self"},
                  {"receiver", receiver},
                  {"severity", std::string(to_string(Severity::critical))}};
  alert.annotations = {
      {"summary", "The receiver " + receiver + " does not take alerts"},
      {"description",
       why + ". Its fallbackReceiver, where it has one, is told instead; what nobody took is tried again."},
      {"runbook_url", std::string(kRunbooks) + "#receiverfailing"}};
  return alert;
}

bool is_asked(const Routing& routing, const std::string& receiver) {
  return std::ranges::any_of(routing.root.receivers, [&](const std::string& routed) {
    const auto rules = routing.receivers.find(routed);
    return routed == receiver || (rules != routing.receivers.end() && rules->second.fallback == receiver);
  });
}

std::optional<EpisodeKey> find_failing(const AlertBook& book, const std::string& receiver) {
  const EpisodeKey first{std::string(kSelf), fingerprint_of_receiver(receiver), TimePoint::min()};
  for (auto at = book.episodes.lower_bound(first); at != book.episodes.end(); ++at) {
    if (at->first.workload != first.workload || at->first.alert != first.alert) break;
    if (!at->second.ends_at) return at->first;
  }
  return std::nullopt;
}

}  // namespace ballast
