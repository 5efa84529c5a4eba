// What Ballast tells Prometheus about itself, in the text format 0.0.4. Process-wide counters live in a registry;
// series per policy are written from a snapshot, since there may be 100,000 of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

struct SignalMetrics {
  std::string name{};
  std::optional<double> value{};  ///< absent when unknown: no series, never 0
  std::optional<Duration> age{};  ///< of the newest sample; absent when there never was one
  Grade grade = Grade::missing;
};

struct PolicyMetrics {
  std::string space{};  ///< the namespace; label `namespace`
  std::string policy{};
  std::int32_t desired = 0;
  std::optional<std::int32_t> current{};  ///< absent while the target is hidden
  std::optional<std::int32_t> ready{};
  std::string limited{};  ///< the reason that held the last decision back, CamelCase; empty: none
  std::vector<SignalMetrics> signals{};
};

/// How the journal is doing now.
struct JournalMetrics {
  bool writable = true;
  std::int64_t bytes = 0;
  Duration lag{};  ///< of the oldest frame that is not on disk yet
  std::uint64_t frames = 0;
  std::uint64_t failures = 0;
};

/// How people are told, now.
struct AlertMetrics {
  std::uint64_t firing = 0;
  std::uint64_t waiting = 0;  ///< notifications that were not taken yet
  Duration oldest{};          ///< how long the oldest of them waits
  std::uint64_t dropped = 0;  ///< alerts that nobody was told of: there were too many
};

/// All of it on the loop's thread.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void decision_took(Duration time) = 0;
  /// `kind`: scale, weights, shed; of a rule: restart, webhook. `result`: ok or the code of the error.
  virtual void action_done(const std::string& kind, const std::string& result) = 0;
  virtual void reading_was_unknown(Grade grade) = 0;
  /// `result`: ok or the code of the error.
  virtual void notification_was(const std::string& receiver, const std::string& result) = 0;
  virtual void alerts_are(const AlertMetrics& alerts) = 0;
  virtual void journal_is(const JournalMetrics& journal) = 0;
  /// A page of `/metrics`; `policies` in any order.
  [[nodiscard]] virtual std::string page(const std::vector<PolicyMetrics>& policies) const = 0;
};

[[nodiscard]] std::unique_ptr<Metrics> make_metrics(std::string version);

}  // namespace ballast
