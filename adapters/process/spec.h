// The settings of `scaleTarget.process`: workers on this host, made from a command.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"

namespace ballast {

struct EnvironmentVariable {
  std::string name{};
  std::string value{};
  bool operator==(const EnvironmentVariable&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"name", &EnvironmentVariable::name, "", "Letters, digits and '_', not beginning with a digit.",
              Limits{.min = 1, .max = 256, .required = true, .example = "QUEUE"}},
        Field{"value", &EnvironmentVariable::value, "",
              "What it is set to; {port} and {name} are replaced. Secrets are better kept in environmentFile.",
              Limits{.max = 32'768, .secret = true, .example = "mail"}}};
  }
};

/// As readinessProbe of Kubernetes.
struct ReadyCheck {
  std::optional<std::string> http{};
  std::optional<std::string> tcp{};
  Duration initial_delay{};
  Duration period = std::chrono::seconds{1};
  Duration timeout = std::chrono::seconds{1};
  std::int32_t success_threshold = 1;
  std::int32_t failure_threshold = 3;
  bool operator==(const ReadyCheck&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"http", &ReadyCheck::http, "",
              "A URL that answers with a status of 200 to 399 when the worker can take load; {port} and {name} are "
              "replaced.",
              Limits{.min = 8, .max = 4096, .example = "http://127.0.0.1:{port}/healthz"}},
        Field{"tcp", &ReadyCheck::tcp, "",
              "A numeric address that accepts a connection when the worker can take load; {port} is replaced.",
              Limits{.min = 3, .max = 64, .example = "127.0.0.1:{port}"}},
        Field{"initialDelay", &ReadyCheck::initial_delay, "", "From the start of a worker to its first check.",
              Limits{.min = 0, .max = 86'400}},
        Field{"period", &ReadyCheck::period, "", "Between two checks of one worker.", Limits{.min = 0.1, .max = 3600}},
        Field{"timeout", &ReadyCheck::timeout, "", "The most that one check may take; longer counts as failed.",
              Limits{.min = 0.05, .max = 60}},
        Field{"successThreshold", &ReadyCheck::success_threshold, "checks",
              "Good ones in a row that make a worker ready.", Limits{.min = 1, .max = 1000}},
        Field{"failureThreshold", &ReadyCheck::failure_threshold, "checks",
              "Failed ones in a row that make a ready worker unready.", Limits{.min = 1, .max = 1000}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("http", "tcp")}; }
  /// Placeholders and addresses.
  [[nodiscard]] Problems check() const;
};

/// As livenessProbe of Kubernetes.
struct LiveCheck {
  std::optional<std::string> http{};
  std::optional<std::string> tcp{};
  Duration initial_delay{};
  Duration period = std::chrono::seconds{10};
  Duration timeout = std::chrono::seconds{1};
  std::int32_t failure_threshold = 3;
  bool operator==(const LiveCheck&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"http", &LiveCheck::http, "",
              "A URL that answers with a status of 200 to 399 while the worker is alive; {port} and {name} are "
              "replaced.",
              Limits{.min = 8, .max = 4096, .example = "http://127.0.0.1:{port}/livez"}},
        Field{"tcp", &LiveCheck::tcp, "",
              "A numeric address that accepts a connection while the worker is alive; {port} is replaced.",
              Limits{.min = 3, .max = 64, .example = "127.0.0.1:{port}"}},
        Field{"initialDelay", &LiveCheck::initial_delay, "",
              "From the moment that a worker is ready for the first time to its first check: one that starts slowly is "
              "not killed for it.",
              Limits{.min = 0, .max = 86'400}},
        Field{"period", &LiveCheck::period, "", "Between two checks of one worker.", Limits{.min = 0.1, .max = 3600}},
        Field{"timeout", &LiveCheck::timeout, "", "The most that one check may take; longer counts as failed.",
              Limits{.min = 0.05, .max = 60}},
        Field{"failureThreshold", &LiveCheck::failure_threshold, "checks",
              "Failed ones in a row after which the worker is stopped and replaced.", Limits{.min = 1, .max = 1000}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("http", "tcp")}; }
  [[nodiscard]] Problems check() const;
};

struct RestartBackoff {
  Duration initial = std::chrono::seconds{1};
  Duration max = std::chrono::minutes{5};
  bool operator==(const RestartBackoff&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"initial", &RestartBackoff::initial, "",
                            "Before the first restart; each next one waits twice "
                            "as long.",
                            Limits{.min = 0.1, .max = 3600}},
                      Field{"max", &RestartBackoff::max, "", "The longest wait.", Limits{.min = 0.1, .max = 86'400}}};
  }
  static constexpr auto rules() { return std::array{rule::le("initial", "max")}; }
};

enum class OnExit : std::uint8_t { keep, stop };
constexpr auto enum_names(OnExit) { return std::array<std::string_view, 2>{"Keep", "Stop"}; }

/// `scaleTarget: {process: {command: [./worker, --port, "{port}"], ports: 9001-9050, ready: {http: …}}}`
struct ProcessTarget {
  std::vector<std::string> command{};
  std::string user{};
  std::string working_directory{};
  std::vector<EnvironmentVariable> environment{};
  std::string environment_file{};
  std::string ports{};
  std::optional<ReadyCheck> ready{};
  std::optional<LiveCheck> live{};
  std::optional<Quantity> memory_max{};
  Duration stop_timeout = std::chrono::seconds{10};
  OnExit on_exit = OnExit::keep;
  std::string log_directory{};
  RestartBackoff restart_backoff{};
  bool operator==(const ProcessTarget&) const = default;
  static constexpr auto what_runs() {
    return std::tuple{
        Field{"command", &ProcessTarget::command, "",
              "The program and its arguments; no shell. A program without a slash is looked up in PATH. {port} and "
              "{name} are replaced by those of the worker; {{ is a brace.",
              Limits{.min = 1, .max = 1024, .required = true, .example = "/srv/bot/worker"}},
        Field{
            "user", &ProcessTarget::user, "",
            "The user, by name or number, whose rights and groups workers have. Default: Ballast's own, which is also "
            "the only one unless Ballast runs as root.",
            Limits{.max = 256, .example = "bot"}},
        Field{"workingDirectory", &ProcessTarget::working_directory, "", "Where workers run. Default: /.",
              Limits{.max = 4096, .example = "/srv/bot", .format = Format::path}},
        Field{
            "environment", &ProcessTarget::environment, "",
            "Variables of workers, beside PATH, HOME, USER, LOGNAME and SHELL; nothing of Ballast's own environment is "
            "passed on. They beat those of environmentFile; of two with one name the later one counts.",
            Limits{.max = 1000}},
        Field{
            "environmentFile", &ProcessTarget::environment_file, "",
            "A file of KEY=VALUE lines in systemd's form (comments, quotes, continued lines), read at each start of a "
            "worker.",
            Limits{.max = 4096, .example = "/etc/bot.env", .format = Format::path}},
        Field{
            "ports", &ProcessTarget::ports, "",
            "One for each worker: the lowest that is free. Choose them below the host's ephemeral ports (usually 32768 "
            "and up). Absent: workers take no connections.",
            Limits{.max = 11, .example = "9001-9050"}}};
  }
  static constexpr auto how_it_lives() {
    return std::tuple{
        Field{"ready", &ProcessTarget::ready, "",
              "When a worker can take load. Absent: once it has lived for a second."},
        Field{"live", &ProcessTarget::live, "",
              "When a worker is beyond hope: it is then stopped, and replaced as if it had died. Absent: only death "
              "counts."},
        Field{
            "memoryMax", &ProcessTarget::memory_max, "bytes",
            "The most private memory of each process of a worker (RLIMIT_DATA): allocations beyond it fail. It is also "
            "what hostReserve counts for a worker that starts. Absent: no limit, and what other workers use now is "
            "counted.",
            Limits{.min = 1 << 20, .max = 1e15, .example = "512Mi"}},
        Field{"stopTimeout", &ProcessTarget::stop_timeout, "",
              "From SIGTERM to SIGKILL. What a worker leaves behind in its session is killed with it.",
              Limits{.min = 0, .max = 86'400}},
        Field{
            "onExit", &ProcessTarget::on_exit, "",
            "What becomes of workers when Ballast stops: Keep lets them run, the next Ballast finds them again (under "
            "systemd its unit needs KillMode=process); Stop stops them. A Ballast that crashed stops none."},
        Field{"logDirectory", &ProcessTarget::log_directory, "",
              "Where NAME.log takes what a worker writes to its output; those of the last 20 dead workers are kept. "
              "Default: logs/NAMESPACE/POLICY in the state directory.",
              Limits{.max = 4096, .example = "/var/log/bot", .format = Format::path}},
        Field{
            "restartBackoff", &ProcessTarget::restart_backoff, "",
            "How long a worker that died waits for its replacement, which has a new name. Ten minutes of life begin it "
            "anew. Shorter at first than Kubernetes' 10 s: on a host there is no other place to go."}};
  }
  static constexpr auto fields() { return std::tuple_cat(what_runs(), how_it_lives()); }
  static constexpr auto rules() { return std::array{rule::needs("ready", "ports"), rule::needs("live", "ports")}; }
  /// Placeholders, names of variables, the range of ports.
  [[nodiscard]] Problems check() const;
};

}  // namespace ballast
