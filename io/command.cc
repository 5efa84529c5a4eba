#include "io/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <utility>

#include "io/asio.h"
#include "io/completion.h"
#include "io/spawn.h"

namespace ballast {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Descriptor = asio::posix::stream_descriptor;

constexpr std::size_t kMaxComplaints = 4096;

/// The printable first line of what it complained about.
std::string first_line(std::string_view complaints) {
  constexpr std::size_t kShown = 200;
  std::string line(complaints.substr(0, std::min(complaints.find('\n'), kShown)));
  std::ranges::replace_if(
      line, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
  return line;
}

/// What comes out of a pipe, up to a cap.
struct Pipe {
  Descriptor descriptor;
  std::size_t cap = 0;
  std::string text{};
  bool ended = false;

  [[nodiscard]] bool is_full() const { return text.size() > cap; }
  /// All that is there; of an endless writer some of it.
  void read() {
    std::array<char, 16384> bytes{};
    for (int turns = 0; turns < 16 && !ended && !is_full(); ++turns) {
      const ssize_t count = ::read(descriptor.native_handle(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      ended = count <= 0;
      if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }
};

/// One command that runs. It keeps itself alive until it is reaped, whoever asked for it.
class Running : public std::enable_shared_from_this<Running> {
 public:
  using Ended = std::function<void(Result<std::string>)>;

  Running(asio::io_context& context, const SpawnedCommand& command, std::int64_t max_bytes)
      : command_(command),
        exit_(context),
        output_{.descriptor = Descriptor(context),
                .cap = static_cast<std::size_t>(std::max<std::int64_t>(0, max_bytes))},
        complaints_{.descriptor = Descriptor(context), .cap = kMaxComplaints},
        alarm_(context) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (!reaped_) {
      kill_group(command_.pid);
      (void)reap(command_);
    }
  }

  void start(Duration deadline, Ended ended) {
    ended_ = std::move(ended);
    const bool hold = adopt(exit_, command_.pidfd);
    const bool hears = adopt(output_.descriptor, command_.output);
    const bool hears_complaints =
        adopt(complaints_.descriptor, command_.complaints);  // adopted whatever the other says
    if (!hold) command_.pidfd = -1;
    if (!hold || !hears || !hears_complaints) return give_up(Error{Errc::unavailable, "no room to watch a command"});
    alarm_.expires_after(deadline);
    alarm_.async_wait([self = shared_from_this(), deadline](const error_code& error) {
      if (error) return;
      self->give_up(Error{Errc::timeout,
                          fmt::format("it did not end before its deadline ({} s) and was killed", seconds(deadline))});
    });
    await_exit();
    listen(output_);
    listen(complaints_);
  }

  /// Kills it, and what it started; it is reaped when it has ended.
  void give_up(Error why = {}) {
    if (!reaped_) kill_group(command_.pid);
    tell(std::move(why));
  }

 private:
  /// Owns the descriptor from here on; false when the kernel will not watch it.
  static bool adopt(Descriptor& into, int descriptor) {
    error_code failed;
    into.assign(descriptor, failed);
    if (failed) ::close(descriptor);
    return !failed;
  }

  /// Asio may wake a wait for nothing: it shares what it knows of a descriptor with the one that had its place before.
  void await_exit() {
    exit_.async_wait(Descriptor::wait_read, [self = shared_from_this()](const error_code& error) {
      if (error) return;
      if (has_ended(self->command_)) return self->end();
      self->await_exit();
    });
  }

  void listen(Pipe& pipe) {
    pipe.descriptor.async_wait(Descriptor::wait_read, [self = shared_from_this(), &pipe](const error_code& error) {
      if (error) return;
      pipe.read();
      if (&pipe == &self->complaints_) pipe.text.resize(std::min(pipe.text.size(), kMaxComplaints));
      if (pipe.is_full()) return self->give_up(self->too_much());
      if (!pipe.ended) self->listen(pipe);
    });
  }

  [[nodiscard]] Error too_much() const {
    return {Errc::invalid, fmt::format("its output is above its limit of {} bytes", output_.cap)};
  }

  /// It has exited. What it wrote is in the pipes; what it left behind must not write on.
  void end() {
    kill_group(command_.pid);
    const std::string how = reap(command_);
    reaped_ = true;
    if (!ended_) return;
    output_.read();
    complaints_.read();
    const std::string line = first_line(complaints_.text);
    if (!how.empty()) return tell(Error{Errc::unavailable, how + (line.empty() ? "" : ": " + line)});
    if (output_.is_full()) return tell(too_much());
    tell(std::move(output_.text));
  }

  void tell(Result<std::string> result) {
    alarm_.cancel();
    error_code ignored;
    output_.descriptor.close(ignored);
    complaints_.descriptor.close(ignored);
    // The last statement: what is called may drop all others that hold this.
    if (const Ended ended = std::exchange(ended_, nullptr)) ended(std::move(result));
  }

  SpawnedCommand command_;
  Descriptor exit_;
  Pipe output_;
  Pipe complaints_;
  asio::steady_timer alarm_;
  Ended ended_{};
  bool reaped_ = false;
};

/// Kills the command unless it has ended: its asker may go at any time.
class Guard {
 public:
  explicit Guard(std::shared_ptr<Running> running) : running_(std::move(running)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { running_->give_up(); }

 private:
  std::shared_ptr<Running> running_;
};

class CommandFetcher final : public Fetcher {
 public:
  explicit CommandFetcher(Loop& loop) : loop_(loop) {}

  Task<Result<Response>> fetch(Request request) override {
    const TimePoint start = loop_.now();
    auto output = co_await run(request.command, request.deadline, request.max_bytes);
    if (!output) co_return Error{output.error().code, fmt::format("{}: {}", request.url, output.error().message)};
    Response response{.status = 200, .body = *std::move(output)};
    response.received_at = loop_.now();
    response.took = response.received_at - start;
    co_return response;
  }

 private:
  Task<Result<std::string>> run(Command command, Duration deadline, std::int64_t max_bytes) {
    const auto spawned = spawn_command(command);
    if (!spawned) co_return spawned.error();
    auto running = std::make_shared<Running>(context_of(loop_), *spawned, max_bytes);
    const Guard guard(running);
    Completion<Result<std::string>> ended;
    running->start(deadline, ended.callback());
    co_return co_await ended;
  }

  Loop& loop_;
};

}  // namespace

std::unique_ptr<Fetcher> make_command_fetcher(Loop& loop) { return std::make_unique<CommandFetcher>(loop); }

}  // namespace ballast
