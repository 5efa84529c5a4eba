// docs/alerts.md has a paragraph for each built-in alert, with its severity, and for no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "policies/alerting/built_in.h"

namespace ballast {
namespace {

using ::testing::StartsWith;

/// The first line of each `###` section.
std::map<std::string, std::string> sections() {
  std::ifstream page("docs/alerts.md");
  std::map<std::string, std::string> result;
  std::string name;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("### "))
      name = line.substr(4);
    else if (!name.empty() && !line.empty())
      result.emplace(name, line);
  }
  return result;
}

TEST(AlertsPage, TellsOfEachBuiltInAlertAndOfNoOther) {
  auto told = sections();
  for (const BuiltInAlert& alert : built_in_alerts()) {
    std::string severity{to_string(alert.severity)};
    severity[0] = static_cast<char>(severity[0] - 'a' + 'A');
    EXPECT_THAT(told[std::string(alert.name)], StartsWith(severity)) << alert.name;
    told.erase(std::string(alert.name));
  }
  EXPECT_THAT(told["ReceiverFailing"], StartsWith("Critical"));
  told.erase("ReceiverFailing");
  EXPECT_EQ(told.size(), 0U) << told.begin()->first << " is no built-in alert";
}

}  // namespace
}  // namespace ballast
