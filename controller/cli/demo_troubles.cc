#include "controller/cli/demo_troubles.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <ranges>

namespace ballast {
namespace {

int signal_of(std::string_view what) { return what == "slow" ? SIGUSR2 : SIGUSR1; }

std::string in_words(const Deed& deed) {
  const std::string what = deed.what;
  switch (deed.kind) {
    case DeedKind::sicken:
      return what == "slow" ? "a worker of each lane turned ten times slower" : "a worker of each lane answers 500";
    case DeedKind::heal:
      return "the sick workers are well again";
    case DeedKind::lie:
      if (what == "empty") return "the exporters say nothing";
      if (what == "zero") return "the exporters say that nobody comes";
      return what == "frozen" ? "the exporters repeat themselves" : "the exporters tell the truth";
    case DeedKind::kill:
      return "Ballast was killed";
    case DeedKind::restart:
      return "Ballast was started again";
  }
  return "";
}

}  // namespace

std::string event_line(std::string_view event, LaneKind lane, pid_t pid, std::string_view what,
                       const MomentByClocks& at) {
  return fmt::format(R"({{"event":"{}","lane":"{}","pid":{},"what":"{}","mono_us":{},"wall_us":{}}})"
                     "\n",
                     event, name_of(lane), pid, what, at.monotonic_us, at.wall_us);
}

bool DemoTroubles::do_due(double elapsed) {
  while (next_ < deeds_.size() && deeds_[next_].at <= elapsed)
    if (!perform(deeds_[next_++])) return false;
  return true;
}

bool DemoTroubles::perform(const Deed& deed) {
  last_ = in_words(deed);
  switch (deed.kind) {
    case DeedKind::sicken:
      std::ranges::for_each(kLaneKinds | std::views::filter(has_daemon),
                            [&](LaneKind lane) { sicken(lane, deed.what); });
      return true;
    case DeedKind::heal:
      std::ranges::for_each(kLaneKinds | std::views::filter(has_daemon), [&](LaneKind lane) { heal(lane, deed.what); });
      return true;
    case DeedKind::lie:
      std::ranges::for_each(kLaneKinds | std::views::filter(has_exporter),
                            [&](LaneKind lane) { lie(lane, deed.what); });
      return true;
    case DeedKind::kill:
      processes_.kill_daemon(LaneKind::ballast);
      write("killed", LaneKind::ballast, processes_.daemon(LaneKind::ballast), "");
      return true;
    case DeedKind::restart:
      if (!processes_.start_daemon(LaneKind::ballast)) return false;
      write("restarted", LaneKind::ballast, processes_.daemon(LaneKind::ballast), "");
      return true;
  }
  return true;
}

void DemoTroubles::sicken(LaneKind lane, const std::string& what) {
  const auto workers = lanes_[index_of(lane)].ready_workers();
  const auto chosen = std::ranges::find_if(workers, [&](pid_t pid) { return !were_sick_.contains(pid); });
  if (chosen == workers.end()) return;  // the checker misses it
  were_sick_.insert(*chosen);
  sick_[{lane, what}] = *chosen;
  ::kill(*chosen, signal_of(what));
  write("sickened", lane, *chosen, what);
}

/// Only while it is there: its number may be another process's by then.
void DemoTroubles::heal(LaneKind lane, const std::string& what) {
  const auto sick = sick_.find({lane, what});
  if (sick == sick_.end() || !lanes_[index_of(lane)].has_worker(sick->second)) return;
  ::kill(sick->second, signal_of(what));
  write("well", lane, sick->second, what);
}

void DemoTroubles::lie(LaneKind lane, const std::string& what) {
  // Whole or not at all: an exporter that reads in between would tell the truth once.
  const std::filesystem::path path = place_.lies(lane);
  const std::filesystem::path next = path.string() + ".next";
  std::ofstream{next} << what << '\n';
  std::error_code ignored;
  std::filesystem::rename(next, path, ignored);
  write("lies", lane, 0, what);
}

/// The logs of all others carry the monotonic clock, of which engine time knows nothing; both clocks stand in the first
/// line of the load's log.
void DemoTroubles::write(std::string_view event, LaneKind lane, pid_t pid, std::string_view what) {
  const auto began = lanes_[index_of(LaneKind::ballast)].began().value_or(MomentByClocks{});
  const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(time_.wall().time_since_epoch()).count();
  const MomentByClocks now{began.monotonic_us + (wall - began.wall_us), wall};
  std::ofstream file{place_.folder / "events.jsonl", std::ios::binary | std::ios::app};
  file << event_line(event, lane, pid, what, now);
}

}  // namespace ballast
