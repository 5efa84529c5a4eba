#include "adapters/haproxy/haproxy_balancer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "adapters/haproxy/answer_time.h"
#include "adapters/haproxy/backend_state.h"
#include "adapters/haproxy/changes.h"

namespace ballast {
namespace {

using namespace haproxy;

// A line must fit HAProxy's buffer (tune.bufsize, 16384 unless configured smaller); half leaves room.
constexpr std::size_t kMostLineBytes = 8000;
// Cutting sessions takes HAProxy some turns of its loop.
constexpr int kRemovalTries = 10;
constexpr Duration kRemovalPause = std::chrono::milliseconds{20};

class HaproxyBalancer final : public Balancer {
 public:
  HaproxyBalancer(HaproxyPool pool, Fetcher& fetcher, TimeSource& time, std::vector<std::string> weighed)
      : scope_{.pool = std::move(pool), .weighed = std::move(weighed)}, fetcher_(fetcher), time_(time) {}

  Task<Result<BalancerView>> observe() override {
    const auto state = co_await look();
    if (!state) co_return state.error();
    BalancerView view;
    view.shed = state->shed;
    for (const auto& server : state->servers) {
      if (!scope_.covers(server.name)) continue;
      const auto& written = ledger_.servers[server.name];
      view.members.push_back({.name = scope_.member_of(server.name),
                              .weight = server.weight,
                              .in_flight = server.in_flight,
                              .healthy = server.running,
                              .contested = !contest(server, written, scope_.pool.backend).empty(),
                              .counters = counters_of(server)});
    }
    co_return view;
  }

  Task<Result<Done>> apply(std::vector<WantedMember> wanted) override {
    auto state = co_await look();
    if (!state) co_return state.error();
    const auto changes = changes_to(scope_, *state, ledger_, wanted);
    note(ledger_, changes.list);
    for (const auto& line : command_lines(changes.list, kMostLineBytes)) {
      const auto answer = co_await write(line);
      if (!answer) co_return answer.error();
    }
    if (!changes.list.empty()) {
      state = co_await look_after_write();
      if (!state) co_return state.error();
    }
    for (const auto& change : changes.list) {
      if (is_done(change, *state)) continue;
      const auto done = co_await insist(change);
      if (!done) co_return done.error();
    }
    if (changes.held) co_return *changes.held;
    const Done done;
    co_return done;
  }

  Task<Result<Done>> shed(std::int32_t percent, Duration retry_after) override {
    if (auto problem = unusable(); problem) co_return *std::move(problem);
    const std::string line = shed_line(scope_.pool.shed_variable, percent, retry_after);
    const auto answer = co_await write(line);
    if (!answer) co_return answer.error();
    const auto state = co_await look_after_write();
    if (!state) co_return state.error();
    if (state->shed != percent) co_return not_shed(error_lines(*answer), *state);
    const Done done;
    co_return done;
  }

 private:
  [[nodiscard]] Error not_shed(const std::string& errors, const BackendState& state) const {
    const auto place = fmt::format("HAProxy at {}", scope_.pool.socket);
    const auto command = fmt::format("set var proc.{}", scope_.pool.shed_variable);
    if (errors.find("Unknown command") != std::string::npos)
      return Error{Errc::not_found, fmt::format("{} cannot refuse requests: it does not know `{}`", place, command)};
    if (!errors.empty()) return refusal(place, command, errors, state);
    return Error{Errc::conflict, fmt::format("{}: `{}` was answered without an error but is not seen", place, command)};
  }

  std::optional<Counters> counters_of(const Server& server) {
    if (!server.answers) return std::nullopt;
    const Answers& answers = *server.answers;
    AnswerTime& time = times_[server.name];
    time = advance(time, answers.answered, answers.mean_ms);
    return Counters{.answers = answers.answered + answers.unanswered,
                    .failures = answers.answered_5xx + answers.unanswered,
                    .timed = time.timed,
                    .answering = std::chrono::microseconds{std::llround(time.sum_ms * 1000)},
                    .answering_error = error_of(time)};
  }

  /// What HAProxy shows, noted in the ledger.
  Task<Result<BackendState>> look() {
    if (auto problem = unusable(); problem) co_return *std::move(problem);
    auto answer = co_await exchange(state_query(scope_.pool.backend, scope_.pool.shed_variable));
    if (!answer) co_return answer.error();
    auto state = read_state(scope_.pool.backend, scope_.pool.shed_variable, *answer);
    if (!state && state.error().code == Errc::not_found) {
      const auto backends = co_await exchange("show backend\n");
      co_return no_such_backend(backends.value_or(std::string{}));
    }
    if (!state) co_return at_socket(state.error());
    if (state->pid != ledger_.pid) times_.clear();
    settle(ledger_, *state, scope_);
    std::erase_if(times_, [&](const auto& entry) {
      return std::ranges::find(state->servers, entry.first, &Server::name) == state->servers.end();
    });
    co_return state;
  }

  /// A change that cannot be read back has an unknown outcome, whatever hid it.
  Task<Result<BackendState>> look_after_write() {
    auto state = co_await look();
    if (!state && state.error().code != Errc::cancelled) {
      co_return unknown("changes were sent and cannot be read back: " + state.error().message);
    }
    co_return state;
  }

  Task<Result<std::string>> write(std::string line) {
    auto answer = co_await exchange(std::move(line));
    if (!answer && answer.error().code != Errc::cancelled) {
      co_return unknown("changes were sent and not answered: " + answer.error().message);
    }
    co_return answer;
  }

  struct Attempt {
    bool done = false;
    std::string errors{};  ///< what HAProxy said against it
    BackendState state{};
  };

  /// Carries out alone what was not seen after its batch, so that HAProxy's answer is known to be about it.
  Task<Result<Attempt>> attempt(Change change) {
    const std::vector<Change> alone{change};
    if (change.kind == ChangeKind::remove) {  // what is in flight is cut: it had its time while the member was drained
      const auto cut =
          co_await write(fmt::format("shutdown sessions server {}/{}\n", scope_.pool.backend, change.server));
      if (!cut) co_return cut.error();
      co_await Sleep(time_, time_.now() + kRemovalPause);
    }
    note(ledger_, alone);
    const auto answer = co_await write(command_lines(alone, kMostLineBytes).front());
    if (!answer) co_return answer.error();
    auto state = co_await look_after_write();
    if (!state) co_return state.error();
    Attempt attempt{.done = is_done(change, *state), .errors = error_lines(*answer)};
    attempt.state = *std::move(state);
    co_return attempt;
  }

  Task<Result<Done>> insist(Change change) {
    const int tries = change.kind == ChangeKind::remove ? kRemovalTries : 1;
    Attempt last;
    for (int i = 0; i < tries && !last.done; ++i) {
      auto tried = co_await attempt(change);
      if (!tried) co_return tried.error();
      last = *std::move(tried);
      if (last.errors.find("still has connections") == std::string::npos) break;
    }
    if (!last.done) co_return not_done(change, last);
    const Done done;
    co_return done;
  }

  [[nodiscard]] Error not_done(const Change& change, const Attempt& last) const {
    const auto place = fmt::format("HAProxy at {}", scope_.pool.socket);
    const auto& command = change.kind == ChangeKind::remove ? change.commands.back() : change.commands.front();
    if (!last.errors.empty()) return refusal(place, command, last.errors, last.state);
    return Error{Errc::conflict, fmt::format("{}: `{}` was answered without an error but is not seen", place, command)};
  }

  Task<Result<std::string>> exchange(std::string line) {
    Request request;
    request.channel = Channel::exchange;
    request.url = "unix://" + scope_.pool.socket;
    request.body = std::move(line);
    request.deadline = scope_.pool.timeout;
    auto response = co_await fetcher_.fetch(std::move(request));
    if (!response) co_return at_socket(response.error());
    co_return std::move(response->body);
  }

  [[nodiscard]] std::optional<Error> unusable() const {
    const auto& pool = scope_.pool;
    if (!pool.socket.starts_with('/')) {
      return Error{Errc::invalid, fmt::format("haproxy: socket '{}' is not an absolute path", pool.socket)};
    }
    if (!is_name(pool.backend)) {
      return Error{Errc::invalid,
                   fmt::format("haproxy: backend '{}' is not a name of A-Z a-z 0-9 - _ . :", pool.backend)};
    }
    if (!is_identifier(pool.shed_variable)) {
      return Error{Errc::invalid,
                   fmt::format("haproxy: shedVariable '{}' is not a name of A-Z a-z 0-9 _", pool.shed_variable)};
    }
    return std::nullopt;
  }

  /// Says what is wrong with the socket, if that is why nothing came.
  [[nodiscard]] Error at_socket(Error error) const {
    const auto& path = scope_.pool.socket;
    const bool hidden = error.code == Errc::unavailable || error.code == Errc::denied;
    if (hidden && faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
      if (errno == EACCES) {
        return Error{Errc::denied,
                     fmt::format("HAProxy's socket {0} may not be opened by this user: set `stats socket {0} "
                                 "mode 660 group GROUP level admin` to a group of its",
                                 path)};
      }
      return Error{Errc::unavailable,
                   fmt::format("there is no socket {0}: HAProxy does not run, or lacks `stats socket "
                               "{0} mode 600 level admin` in its section global",
                               path)};
    }
    error.message = fmt::format("HAProxy at {}: {}", path, error.message);
    return error;
  }

  [[nodiscard]] Error unknown(std::string message) const { return Error{Errc::outcome_unknown, std::move(message)}; }

  [[nodiscard]] Error no_such_backend(std::string_view answer) const {
    std::string names;
    answer = answer.substr(0, 4096);
    while (!answer.empty()) {
      const auto line = answer.substr(0, answer.find('\n'));
      answer.remove_prefix(std::min(line.size() + 1, answer.size()));
      if (line.empty() || line.starts_with('#')) continue;
      if (!names.empty()) names += ", ";
      names += line;
    }
    return Error{Errc::not_found, fmt::format("HAProxy at {} has no backend {}; there are: {}", scope_.pool.socket,
                                              scope_.pool.backend, names.empty() ? "none" : names)};
  }

  Scope scope_;
  Fetcher& fetcher_;
  TimeSource& time_;
  Ledger ledger_{};
  std::map<std::string, AnswerTime> times_{};  ///< by server
};

}  // namespace

std::unique_ptr<Balancer> make_haproxy_balancer(HaproxyPool pool, Fetcher& fetcher, TimeSource& time,
                                                std::vector<std::string> weighed) {
  return std::make_unique<HaproxyBalancer>(std::move(pool), fetcher, time, std::move(weighed));
}

}  // namespace ballast
