#include "io/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <exception>
#include <optional>
#include <utility>

#include "io/asio.h"
#include "io/sleepers.h"
#include "io/wall_watch.h"

namespace ballast {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

WallTime wall_now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// One thread of its own: a mail server that hangs must not hold up the journal.
class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(asio::io_context& context) : context_(context) {}
  ~ThreadExecutor() override { thread_.join(); }

  void run(std::function<void()> work, std::function<void()> done) override {
    asio::post(thread_, [this, work = std::move(work), done = std::move(done)]() mutable {
      try {
        work();
      } catch (...) {
        done = [failure = std::current_exception()] { std::rethrow_exception(failure); };
      }
      work = nullptr;  // what it owns ends on this thread, before `done` can look
      asio::post(context_, std::move(done));
    });
  }

 private:
  asio::io_context& context_;
  asio::thread_pool thread_{1};
};

}  // namespace

struct Loop::Core {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> stay{
      context.get_executor()};  // `run` ends by `stop` alone
  Steady::time_point steady_start = Steady::now();
  TimePoint engine_start{wall_now().time_since_epoch()};

  Sleepers sleepers{};
  asio::steady_timer alarm{context};
  std::optional<TimePoint> alarm_at{};

  asio::signal_set signals{context};
  std::function<void()> on_stop{};
  std::function<void()> on_reload{};

  asio::steady_timer second{context};
  std::optional<WallWatch> wall_watch{};
  std::function<void(Duration)> on_step{};

  [[nodiscard]] TimePoint now() const {
    return engine_start + std::chrono::duration_cast<Duration>(Steady::now() - steady_start);
  }

  void arm() {
    const auto next = sleepers.next();
    if (!next || (alarm_at && *alarm_at <= *next)) return;
    alarm_at = next;
    alarm.expires_at(steady_start + (*next - engine_start));
    alarm.async_wait([this](const boost::system::error_code& error) {
      if (!error) wake();
    });
  }

  void wake() {
    alarm_at.reset();
    const TimePoint due = now();
    // As many as there are now: those who sleep again until a past time must not keep sockets from their turn.
    for (std::size_t left = sleepers.size(); left > 0; --left) {
      const auto next = sleepers.take_due(due);
      if (!next) break;
      next->waiter.resume();
    }
    arm();
  }

  void wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      wait_for_signal();
      const auto& call = signal == SIGHUP ? on_reload : on_stop;
      if (call) call();
    });
  }

  void watch_wall() {
    second.expires_after(std::chrono::seconds{1});
    second.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      watch_wall();
      if (const auto step = wall_watch->see(now(), wall_now())) on_step(*step);
    });
  }
};

Loop::Loop() : core_(std::make_unique<Core>()) { std::signal(SIGPIPE, SIG_IGN); }
Loop::~Loop() = default;

TimePoint Loop::now() const { return core_->now(); }
WallTime Loop::wall() const { return wall_now(); }

std::uint64_t Loop::resume_at(TimePoint when, std::coroutine_handle<> waiter) {
  const std::uint64_t ticket = core_->sleepers.add(when, waiter);
  core_->arm();
  return ticket;
}

void Loop::forget(TimePoint when, std::uint64_t ticket) { core_->sleepers.forget(when, ticket); }

void Loop::start_not_before(TimePoint newest) {
  const TimePoint shown = now();
  if (newest > shown) core_->engine_start += newest - shown;
}

std::unique_ptr<Executor> Loop::make_executor() { return std::make_unique<ThreadExecutor>(core_->context); }

void Loop::post(std::function<void()> work) { asio::post(core_->context, std::move(work)); }

void Loop::run() {
  core_->context.run();
  core_->context.restart();
}

void Loop::stop() { core_->context.stop(); }

void Loop::on_signals(std::function<void()> stop, std::function<void()> reload) {
  core_->on_stop = std::move(stop);
  core_->on_reload = std::move(reload);
  core_->signals.cancel();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) core_->signals.add(signal);
  core_->wait_for_signal();
}

void Loop::on_wall_step(std::function<void(Duration step)> stepped) {
  core_->on_step = std::move(stepped);
  core_->wall_watch.emplace(now(), wall());
  core_->watch_wall();
}

std::unique_ptr<Loop> make_loop() { return std::make_unique<Loop>(); }

asio::io_context& context_of(Loop& loop) { return loop.core().context; }

}  // namespace ballast
