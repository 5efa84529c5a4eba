// The fault matrix: `tools/fault_matrix.sh` prints it.
#include "tests/sim/fault_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace ballast::sim {
namespace {

constexpr std::size_t kColumns = kChannels.size() * kPhases.size();

struct Row {
  std::string name{};
  std::array<std::string, kColumns> cells{};
};

Row& row_of(std::vector<Row>& rows, std::string_view name) {
  const auto at = std::ranges::find(rows, name, &Row::name);
  if (at != rows.end()) return *at;
  Row row{.name = std::string(name)};
  row.cells.fill("-");
  return rows.emplace_back(std::move(row));
}

/// `ok`, or what was broken. A fault that nobody met shows nothing.
std::string verdict(const Kind& kind, const Outcome& outcome) {
  if (!outcome.violations.empty()) return outcome.violations.front().invariant;
  return outcome.struck > 0 || kind.is_kill ? "ok" : "not met";
}

void print(const std::vector<Row>& rows) {
  std::string head = "| fault |";
  std::string line = "|---|";
  for (std::size_t column = 0; column < kColumns; ++column) {
    head += " " + std::string(kChannels[column / kPhases.size()]) + ", " +
            std::string(kPhases[column % kPhases.size()]) + " |";
    line += "---|";
  }
  std::printf("%s\n%s\n", head.c_str(), line.c_str());
  for (const Row& row : rows) {
    std::printf("| %s |", row.name.c_str());
    for (const std::string& cell : row.cells) std::printf(" %s |", cell.c_str());
    std::printf("\n");
  }
}

TEST(FaultMatrix, EveryCellKeepsEveryInvariant) {
  std::vector<Row> rows;
  std::size_t cells = 0;
  for (std::size_t channel = 0; channel < kChannels.size(); ++channel)
    for (const Kind& kind : kinds_of(static_cast<At>(channel)))
      for (std::size_t phase = 0; phase < kPhases.size(); ++phase) {
        const Play play_of = cell(kind, static_cast<Phase>(phase));
        const std::string said = verdict(kind, play(play_of));
        row_of(rows, kind.name).cells[channel * kPhases.size() + phase] = said;
        ++cells;
        EXPECT_EQ(said, "ok") << kChannels[channel] << ", " << kPhases[phase] << ": " << kind.name << "\n"
                              << describe(play_of);
      }
  print(rows);
  for (std::size_t channel = 0; channel < kChannels.size(); ++channel)
    std::printf("%s: %zu kinds of faults\n", std::string(kChannels[channel]).c_str(),
                kinds_of(static_cast<At>(channel)).size());
  std::printf("%zu cells of %zu channels and %zu phases\n", cells, kChannels.size(), kPhases.size());
}

/// Whether the cells of one kind find a bug.
bool finds(At channel, std::string_view name, Bug bug) {
  for (const Kind& kind : kinds_of(channel)) {
    if (kind.name != name) continue;
    for (std::size_t phase = 0; phase < kPhases.size(); ++phase) {
      Play planted = cell(kind, static_cast<Phase>(phase));
      planted.bugs = {bug};
      if (!play(planted).violations.empty()) return true;
    }
  }
  return false;
}

TEST(FaultMatrix, FailsWhereABugIsPlanted) {
  struct Planted {
    At channel{};
    std::string_view kind{};
    Bug bug{};
  };
  for (const Planted& each :
       {Planted{At::prometheus, "refused at once", Bug::unknown_is_zero},
        Planted{At::prometheus, "no series", Bug::empty_is_zero},
        Planted{At::prometheus, "frozen", Bug::frozen_is_fresh},
        Planted{At::prometheus, "401, with all that it was shown", Bug::leaks_secret},
        Planted{At::probe, "500", Bug::non_2xx_is_zero}, Planted{At::probe, "NaN", Bug::nan_is_zero},
        Planted{At::target, "a write: done, the reply lost", Bug::repeats_relative},
        Planted{At::pool, "slow", Bug::lost_drain}, Planted{At::journal, "power lost", Bug::act_before_journal},
        Planted{At::receiver, "refused at once", Bug::drops_refused}})
    EXPECT_TRUE(finds(each.channel, each.kind, each.bug))
        << kChannels[static_cast<std::size_t>(each.channel)] << ", " << each.kind;
}

}  // namespace
}  // namespace ballast::sim
