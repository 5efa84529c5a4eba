#include "controller/server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "controller/server/metrics_text.h"

namespace ballast {
namespace {

namespace prom = prometheus;

prom::Histogram::BucketBoundaries decision_buckets() {
  return {1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0};
}

class RegistryMetrics final : public Metrics {
 public:
  explicit RegistryMetrics(std::string version) {
    prom::BuildGauge()
        .Name("ballast_build_info")
        .Help("1; the version is a label.")
        .Register(registry_)
        .Add({{"version", std::move(version)}})
        .Set(1);
    // From zero on, so that a rate sees the first one.
    for (const Grade grade : {Grade::stale, Grade::missing, Grade::invalid, Grade::frozen, Grade::suspect})
      unknown_.Add({{"grade", to_string(grade)}});
    for (const char* kind : {"scale", "weights"}) actions_.Add({{"kind", kind}, {"result", "ok"}});
  }

  void decision_took(Duration time) override { decisions_.Observe(seconds(time)); }
  void action_done(const std::string& kind, const std::string& result) override {
    actions_.Add({{"kind", kind}, {"result", result}}).Increment();
  }
  void reading_was_unknown(Grade grade) override { unknown_.Add({{"grade", to_string(grade)}}).Increment(); }
  void notification_was(const std::string& receiver, const std::string& result) override {
    notifications_.Add({{"receiver", receiver}, {"result", result}}).Increment();
  }
  void alerts_are(const AlertMetrics& alerts) override { alerts_ = alerts; }
  void journal_is(const JournalMetrics& journal) override { journal_ = journal; }

  [[nodiscard]] std::string page(const std::vector<PolicyMetrics>& policies) const override {
    std::string text = prom::TextSerializer().Serialize(registry_.Collect());
    write_journal(text, journal_);
    write_alerts(text, alerts_);
    write_policies(text, policies);
    return text;
  }

 private:
  prom::Registry registry_{};
  JournalMetrics journal_{};
  AlertMetrics alerts_{};
  prom::Histogram& decisions_ = prom::BuildHistogram()
                                    .Name("ballast_decision_seconds")
                                    .Help("Time that one evaluation of one policy took.")
                                    .Register(registry_)
                                    .Add({}, decision_buckets());
  prom::Family<prom::Counter>& actions_ =
      prom::BuildCounter()
          .Name("ballast_actions_total")
          .Help("Changes made to targets and pools, and what rules did, by kind and outcome.")
          .Register(registry_);
  prom::Family<prom::Counter>& notifications_ = prom::BuildCounter()
                                                    .Name("ballast_notifications_total")
                                                    .Help("Attempts to tell a receiver, by outcome.")
                                                    .Register(registry_);
  prom::Family<prom::Counter>& unknown_ = prom::BuildCounter()
                                              .Name("ballast_unknown_readings_total")
                                              .Help("Polls that gave no usable value.")
                                              .Register(registry_);
};

}  // namespace

std::unique_ptr<Metrics> make_metrics(std::string version) {
  return std::make_unique<RegistryMetrics>(std::move(version));
}

}  // namespace ballast
