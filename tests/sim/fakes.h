// The ports of the engine over a simulated world, with the faults that its plan holds and the bugs that a test plants.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports.h"
#include "io/fetcher.h"
#include "io/time_source.h"
#include "tests/lossy_vfs/lossy_vfs.h"
#include "tests/sim/bugs.h"
#include "tests/sim/faults.h"
#include "tests/sim/sources.h"
#include "tests/sim/world.h"

namespace ballast::sim {

/// When every world begins.
inline constexpr TimePoint kBegan{std::chrono::seconds{1'700'000'000}};

/// A world and what steers it.
struct Site {
  World* world = nullptr;
  const Service* service = nullptr;
};

/// What the one receiver of every world took, an entry an alert.
struct Notice {
  std::string key{};    ///< of its notification
  std::string alert{};  ///< `shop/web MaxedOut`
  WallTime started{};
  bool over = false;
  Time at = 0;  ///< when it was taken
};

/// Each time that the receiver was asked, and for how long it then wanted to be left alone.
struct Knock {
  Time at = 0;
  std::string key{};  ///< of the word
  std::optional<Time> retry_after{};
};

/// Everything that outlives a controller: the worlds, their faults, the clock, the disk.
struct Stage {
  std::vector<Site> sites{};
  const FaultPlan& faults;
  TimeSource& time;
  LossyDisk& disk;
  Bugs bugs{};
  std::optional<Crash> crash{};
  std::map<Target, int> calls_on{};  ///< that met a trouble of only some calls
  Chance chance{7};
  bool killed = false;        ///< nothing that the controller still does reaches the world
  bool dies_next = false;     ///< at its next touch of anything
  bool taken = false;         ///< somebody else has every target
  std::uint64_t calls = 0;    ///< of scalers and balancers, over all controllers
  std::vector<Time> asked{};  ///< when a source was asked, by any controller
  std::vector<Notice> notices{};
  std::vector<Knock> knocks{};
  std::uint64_t words = 0;           ///< to the receiver, over all controllers
  std::uint64_t struck = 0;          ///< calls that met a trouble
  std::vector<std::string> leaks{};  ///< what showed the secret
  Time last_look = 0;                ///< when the controller last observed its first target
  Time last_action = -1;             ///< when it last changed something, and what it had seen by then
  Time seen_before_action = 0;

  [[nodiscard]] Time now() const { return std::chrono::duration<double>(time.now() - kBegan).count(); }
  [[nodiscard]] bool dead() const { return killed || disk.crashed(); }
  void kill();
  /// What a call to `target` meets now; null: nothing.
  const Trouble* strike(Target target, const std::string& signal = {}, std::size_t service = 0);
  /// Time that a call takes beyond the usual.
  Time delay(const Trouble* trouble);
  /// Something of the program's own goes wrong in a call.
  [[noreturn]] void blow_up();
  /// What anybody could read; kept when it shows the secret.
  void show(std::string_view where, const std::string& text);
  /// A call arrives: whether it may take effect.
  bool begin_call();
  /// It has taken effect.
  void end_call();
  /// The same of a word to the receiver.
  bool begin_word();
  void end_word();
};

/// Of the service at this place.
std::unique_ptr<Scaler> make_scaler(Stage& stage, std::size_t service);
std::unique_ptr<Balancer> make_balancer(Stage& stage, std::size_t service);
/// Of all: takes everything at once, while the controller lives and nothing is wrong.
std::shared_ptr<Notifier> make_receiver(Stage& stage);
std::unique_ptr<Fetcher> make_fetcher(Stage& stage);

}  // namespace ballast::sim
