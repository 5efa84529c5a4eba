// A transition as people read it: labels and texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/alert.h"
#include "core/status.h"
#include "core/workload.h"

namespace ballast {

/// Where the page about each alert is: `…/alerts#maxedout`.
inline constexpr std::string_view kRunbooks = "https://ballast.run/docs/alerts";

/// The alert that a transition speaks of, without its times; nothing when neither a rule nor this version knows it.
/// Labels: `alertname`, `severity`, `namespace`, and `policy` or `monitor`; `signal` where it is about one; of a rule
/// also its own, which win over these but for `alertname`. In a rule's annotations `{{ $value }}` and `{{ $labels.NAME
/// }}` are replaced, as by Prometheus; there `member` is known too. `member` is the name of the transition's member; it
/// is no label, since another member does not make it another alert.
std::optional<Alert> describe(const Workload& workload, const Status& status, const AlertTransition& transition,
                              std::string_view member);

/// Replaces `{{ $value }}` and `{{ $labels.NAME }}`; what it does not know stays as it is.
std::string filled_in(std::string_view text, double value, const LabelSet& labels);

}  // namespace ballast
