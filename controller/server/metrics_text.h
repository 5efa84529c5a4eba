// The text format 0.0.4, written directly: 100,000 series take milliseconds. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/server/metrics.h"

namespace ballast {

/// Writes one metric family: its head, then its series. Values that are no number are left out: unknown is not zero.
class FamilyWriter {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;
  FamilyWriter(std::string& out, std::string_view name, std::string_view help, std::string_view type);
  void add(const Labels& labels, double value);

 private:
  std::string& out_;
  std::string_view name_;
};

/// The series of all policies, by namespace and name.
void write_policies(std::string& out, const std::vector<PolicyMetrics>& policies);
void write_journal(std::string& out, const JournalMetrics& journal);
void write_alerts(std::string& out, const AlertMetrics& alerts);

}  // namespace ballast
