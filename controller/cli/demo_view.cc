#include "controller/cli/demo_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ballast {
namespace {

constexpr double kObjectiveMs = 250;

struct Paint {
  bool on = false;
  [[nodiscard]] std::string operator()(std::string_view code, const std::string& text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
};

std::string bar(int workers) { return std::string(static_cast<std::size_t>(std::clamp(workers, 0, 40)), '#'); }

std::string latency(const LaneView& lane, const Paint& paint) {
  if (lane.answered + lane.failed == 0) return fmt::format("{:>9}", "-");
  return paint(lane.p99_ms > kObjectiveMs ? "31;1" : "32;1", fmt::format("{:6.0f} ms", lane.p99_ms));
}

std::string workers_in_words(const LaneView& lane) {
  auto text = fmt::format("{} ready", lane.ready);
  if (lane.starting > 0) text += fmt::format(", {} starting", lane.starting);
  if (lane.leaving > 0) text += fmt::format(", {} leaving", lane.leaving);
  if (lane.sick > 0) text += fmt::format(", {} sick", lane.sick);
  return text;
}

std::string lane_row(std::string_view name, const LaneView& lane, const Paint& paint) {
  const auto failed = fmt::format("{:6}", lane.failed);
  return fmt::format("  {:14} {} {:7.0f}/s {} {:7} {:6}   {}", name, latency(lane, paint), lane.answers_per_second,
                     paint(lane.failed > 0 ? "31;1" : "0", failed), lane.queued, lane.in_pool, workers_in_words(lane));
}

const char* title_of(LaneKind lane) {
  constexpr std::array kTitles{"with Ballast", "HPA's rules", "KEDA's rules", "4 fixed"};
  return kTitles[index_of(lane)];
}

std::vector<std::string> rows(const DemoPicture& picture, const Paint& paint) {
  std::vector<std::string> result{
      paint("1", fmt::format("ballast demo  {:5.0f} s", picture.elapsed_seconds)) + "   " + picture.address,
      fmt::format("  act {}: {}", paint("1", picture.act), picture.explanation),
      fmt::format("  offered {:3.0f} requests/s; 4 workers serve 80/s; objective: 99 % within 250 ms",
                  picture.offered_per_second),
      "",
      fmt::format("  {:14} {:>9} {:>9} {:>6} {:>7} {:>6}   {}", "", "p99", "answers", "failed", "waiting", "pool",
                  "workers")};
  for (const auto lane : kLaneKinds) {
    const auto& view = picture.lanes[index_of(lane)];
    const bool over = lane == LaneKind::fixed && !picture.fixed_plays;
    result.push_back(lane_row(over ? "4 fixed (over)" : title_of(lane), view, paint));
    result.push_back("  " + paint("32", bar(view.ready)) + paint("33", bar(view.starting)));
  }
  result.push_back("  last deed: " + (picture.deed.empty() ? "-" : picture.deed));
  result.push_back("  last decision: " + (picture.decision.empty() ? "-" : picture.decision));
  return result;
}

/// The first `columns` characters that take space; escape sequences take none, UTF-8 is cut between characters.
std::string cut(const std::string& row, int columns) {
  std::string result;
  int used = 0;
  bool escape = false;
  for (const char c : row) {
    if (c == '\x1b') escape = true;
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (!escape && begins && ++used > columns) continue;
    if (escape || used <= columns) result += c;
    if (escape && c == 'm') escape = false;
  }
  return result;
}

}  // namespace

int live_lines() { return static_cast<int>(rows({}, {}).size()); }

std::string live_block(const DemoPicture& picture, int columns, int lines_before, bool colour) {
  std::string block = lines_before > 0 ? fmt::format("\x1b[{}A", lines_before) : "";
  for (const auto& row : rows(picture, Paint{colour})) block += "\r\x1b[K" + cut(row, columns) + "\n";
  return block;
}

std::string plain_line(const DemoPicture& picture) {
  auto text = fmt::format("{:4.0f} s {:6} {:3.0f}/s", picture.elapsed_seconds, picture.act, picture.offered_per_second);
  for (const auto kind : kLaneKinds) {
    const auto& lane = picture.lanes[index_of(kind)];
    if (kind != LaneKind::fixed || picture.fixed_plays)
      text += fmt::format(" | {}: p99 {:.0f} ms, {} workers, {} failed", name_of(kind), lane.p99_ms, lane.ready,
                          lane.failed);
  }
  return text + (picture.deed.empty() ? "" : " | " + picture.deed) + "\n";
}

}  // namespace ballast
