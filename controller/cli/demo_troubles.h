// What is done to the lanes while they are played, and the log of it that the checker reads.
#pragma once

#include <sys/types.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/cli/demo_acts.h"
#include "controller/cli/demo_lane.h"
#include "controller/cli/demo_place.h"
#include "controller/cli/demo_processes.h"
#include "io/time_source.h"

namespace ballast {

/// One line of `events.jsonl`. `pid` 0: it was done to none.
std::string event_line(std::string_view event, LaneKind lane, pid_t pid, std::string_view what,
                       const MomentByClocks& at);

class DemoTroubles {
 public:
  /// All outlive it.
  DemoTroubles(const DemoPlace& place, DemoProcesses& processes, TimeSource& time,
               const std::array<Lane, kLanes>& lanes)
      : place_(place), processes_(processes), time_(time), lanes_(lanes) {}

  /// Does what is due. False: it could not be done; `trouble` of the processes may say why.
  bool do_due(double elapsed);
  /// The last deed, for people.
  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  bool perform(const Deed& deed);
  void sicken(LaneKind lane, const std::string& what);
  void heal(LaneKind lane, const std::string& what);
  void lie(LaneKind lane, const std::string& what);
  void write(std::string_view event, LaneKind lane, pid_t pid, std::string_view what);

  const DemoPlace& place_;
  DemoProcesses& processes_;
  TimeSource& time_;
  const std::array<Lane, kLanes>& lanes_;
  std::vector<Deed> deeds_ = demo_deeds();
  std::size_t next_ = 0;
  std::set<pid_t> were_sick_{};
  std::map<std::pair<LaneKind, std::string>, pid_t> sick_{};
  std::string last_{};
};

}  // namespace ballast
