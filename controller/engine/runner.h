// One workload, tick by tick: observe, fold, write to the journal, act. What it does between two waits is pure and
// elsewhere; here is only the order, which is the safety: nothing is done before it is written down.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/alerts/dispatcher.h"
#include "controller/engine/binding.h"
#include "controller/engine/observe.h"
#include "controller/engine/polls.h"
#include "controller/engine/state.h"
#include "controller/engine/told_notes.h"
#include "controller/journal/journal.h"
#include "controller/orders/order_book.h"
#include "core/boxed.h"
#include "core/plan.h"
#include "core/task.h"
#include "io/time_source.h"
#include "io/wakeable.h"

namespace ballast {

/// What the engine tells whoever logs and counts. All optional; all on the engine's thread.
struct EngineEvents {
  std::function<void(const Workload&, bool first)> in_force{};    ///< a version of its documents
  std::function<void(const Workload&, const Record&)> decided{};  ///< result, limit or reason is a new one
  std::function<void(const Workload&, ActionKind, const Result<Done>&)> acted{};
  std::function<void(const std::string& workload, const std::string& what)> trouble{};  ///< once when it begins
  std::function<void(const Workload&, Duration took)> ticked{};                         ///< evaluate alone
  std::function<void(const Workload&, const Error&)> unread{};                          ///< a poll without a number
};

/// Compiles one workload out of a document's text: of an older version too.
using CompileText = std::function<Result<Workload>(const std::string& text, const std::string& name)>;

/// What the runners of one engine share.
struct Surroundings {
  TimeSource& time;
  Polls& polls;
  Journal& journal;
  EngineEvents events{};
  CompileText compile{};
  AlertDispatcher* alerts = nullptr;  ///< none: nobody is told
  OrderBook* orders = nullptr;        ///< none: people speak through documents only
};

/// Between two ticks, at the most: an answer that comes a little later than the last one is waited for. Just behind a
/// tick it would lie for long.
constexpr Duration longest_pause(Duration interval) { return interval * 5 / 4; }

class Runner {
 public:
  /// `around` outlives the runner.
  Runner(std::string name, const Surroundings& around, Bind bind);

  /// Binds, and from `first` on rebuilds what was remembered and ticks until `stop` is called, then when all signals
  /// that are polled at least as often have answered, 3/4 of an interval after the last tick at the earliest,
  /// `longest_pause` at the latest. So what was read is decided on at once, and each interval costs one tick.
  Task<void> run(TimePoint first);
  /// Another version of the documents: in force from the next tick on. When it cannot be bound the old one stays, and
  /// the new one is tried again.
  void rebind(Bind bind) {
    binding_.offer(std::move(bind));
    wake();
  }
  /// Somebody ordered something: it ticks now, not at the end of an interval.
  void tick_soon() {
    first_ = around_.time.now();
    wake();
  }
  /// The tick under way ends; a last snapshot is taken.
  void stop() {
    stopping_ = true;
    wake();
  }
  [[nodiscard]] bool stopped() const { return stopped_; }

  /// Null before the first tick, and when nothing could be bound yet.
  [[nodiscard]] const BoundWorkload* bound() const { return binding_.bound().get(); }
  /// Why and since when the documents are not in force.
  [[nodiscard]] const std::optional<Failure>& refused() const { return binding_.refused(); }
  [[nodiscard]] TimePoint bound_since() const { return binding_.since(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const WorkloadState& state() const { return state_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] TimePoint last_tick() const { return last_tick_; }
  [[nodiscard]] const std::string& note() const { return note_.get(); }  ///< of the scaler, for people

 private:
  Task<void> recover();
  Task<Result<std::optional<WorkloadState>>> read_history(std::shared_ptr<BoundWorkload> bound);
  /// Until there is something to do.
  Task<void> rest();
  Task<void> bind_next();
  /// The version offered last takes the place of what is in force, which lets go of what nobody steers any more.
  /// True: another one is in force than before, or none.
  Task<bool> replace(Locks locks);
  /// In what a decision was made.
  struct Belief {
    bool journal_ok = true;  ///< it can be written
    std::vector<Order> orders{};
  };
  struct Decided {
    Belief belief{};
    Frame frame{};
    std::optional<Record> record{};
  };
  Decided decide(const BoundWorkload& bound, const Views& views);
  Task<void> tick();
  Task<void> look(std::shared_ptr<BoundWorkload> bound, Views* views);
  Task<void> write_down(std::shared_ptr<BoundWorkload> bound, Frame frame, std::optional<Record> record, bool matters);
  /// What was decided, and who is told of it.
  Task<void> carry_out(std::shared_ptr<BoundWorkload> bound, Views views, Plan plan, Belief belief);
  /// Everybody was started after it was ordered.
  Task<void> end_restart(const Observation* seen);
  [[nodiscard]] bool ordered_since(const std::vector<Order>& known) const;
  void remember_firing(std::vector<AlertMemory> alerts);
  Task<void> keep_snapshot(std::shared_ptr<BoundWorkload> bound);
  Task<void> act(std::shared_ptr<BoundWorkload> bound, Views views, Plan plan, Belief belief);
  [[nodiscard]] bool may_act(const Belief& belief) const;
  Task<void> move_weights(std::shared_ptr<BoundWorkload> bound, const Views* views, const Plan* plan,
                          const Belief* belief);
  Task<void> shed(std::shared_ptr<BoundWorkload> bound, const Views* views, std::vector<Shed> wanted,
                  const Belief* belief);
  /// Pools that refuse requests, but for those in `steered`, let all in: nobody will look after them.
  Task<void> let_in(std::shared_ptr<BoundWorkload> bound, std::vector<Fingerprint> steered);
  Task<Result<Done>> let_in(std::shared_ptr<BoundWorkload> bound, std::size_t pool);
  Task<bool> may_refuse(std::shared_ptr<BoundWorkload> bound, std::size_t pool);
  /// Somebody else shall have what is steered here, and the next version of the documents waits for another one.
  Task<void> leave();
  Observation observation(const BoundWorkload& bound, const Views& views, std::vector<MemberName>& new_members);
  void subscribe();
  void take_in(std::size_t signal, TimePoint at, Result<NamedReading> reading);
  /// Of a signal that is polled at least as often as this ticks.
  [[nodiscard]] bool awaits_an_answer() const;
  [[nodiscard]] bool all_answered() const;
  [[nodiscard]] TimePoint next_tick() const;
  /// When there is something to do: to tick, or to bind.
  [[nodiscard]] TimePoint due() const;
  void wake();
  /// Tells people once when a signal begins to fail, and when it fails in another way.
  void note_reading(std::size_t signal, const Result<NamedReading>& reading);
  void trouble(const std::string& what) const;
  void note_outcome(const BoundWorkload& bound, ActionKind kind, const Result<Done>& result);

  std::string name_;
  const Surroundings& around_;
  Binding binding_{};
  std::vector<Polls::Subscription> subscriptions_{};
  std::vector<NamedArrival> inbox_{};
  struct Heard {
    std::optional<Errc> failing{};  ///< how it fails now
    bool answered = false;          ///< since the last tick
  };
  std::vector<Heard> heard_{};        ///< by signal
  bool decided_on_all_ = false;       ///< some tick had an answer of every signal
  TimePoint began_{};                 ///< when the last tick began
  std::optional<TimePoint> first_{};  ///< when the first one is to, until then
  Wakeable* waker_ = nullptr;         ///< while between two ticks
  std::vector<Outcome> outcomes_{};
  WorkloadState state_{};
  Plan plan_{};
  TimePoint evidence_from_{};
  TimePoint last_tick_{};
  Boxed<std::string> note_{};
  ToldNotes told_notes_{};
  Fingerprint kept_document_ = 0;  ///< whose text the journal has
  Boxed<std::optional<Failure>> scaler_failure_{};
  std::vector<std::optional<Failure>> balancer_failures_{};
  bool journal_ok_ = true;
  bool recovered_ = false;
  bool history_whole_ = true;                ///< all of it could be read
  std::optional<TimePoint> unread_since_{};  ///< the history that could not be read so far
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace ballast
