#include "controller/cli/demo_processes.h"

#include <fmt/format.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "controller/cli/demo_acts.h"

namespace ballast {
namespace {

/// How long each may take to end before it is killed.
constexpr Duration kDaemonEnds = std::chrono::seconds{15};
constexpr Duration kProxyEnds = std::chrono::seconds{8};
constexpr Duration kPartEnds = std::chrono::seconds{3};

std::string url_of(int port, std::string_view path = "") { return fmt::format("http://127.0.0.1:{}{}", port, path); }

std::vector<pid_t> started(std::span<const pid_t> pids) {
  std::vector<pid_t> result;
  for (const auto pid : pids)
    if (pid > 0) result.push_back(pid);
  return result;
}

}  // namespace

bool DemoProcesses::start(pid_t& pid, const std::string& name, const std::filesystem::path& program,
                          std::vector<std::string> arguments, const std::filesystem::path& output) {
  const ChildCommand command{program, std::move(arguments), output, place_.folder / (name + ".err")};
  const auto child = children_.start(command);
  if (!child) {
    trouble_ = child.error().message;
    return false;
  }
  pid = *child;
  essential_[pid] = name;
  return true;
}

bool DemoProcesses::start_part(const std::string& name, const std::string& program,
                               std::vector<std::string> arguments) {
  pid_t pid = 0;
  if (!start(pid, name, place_.program(program), std::move(arguments), place_.folder / (name + ".out"))) return false;
  parts_.push_back(pid);
  return true;
}

bool DemoProcesses::start_haproxy(LaneKind lane) {
  const std::string name = name_of(lane);
  return start(haproxies_[index_of(lane)], name + "-haproxy", place_.haproxy,
               {"-db", "-f", (place_.folder / (name + ".cfg")).string()}, place_.lane(lane) / "proxy.jsonl");
}

bool DemoProcesses::start_exporter(LaneKind lane) {
  return start_part(std::string{name_of(lane)} + "-metrics", "ballast-demo-metrics",
                    {"--socket", place_.socket(lane).string(), "--port", std::to_string(place_.ports_of(lane).exporter),
                     "--lies", place_.lies(lane).string()});
}

bool DemoProcesses::start_fixed_workers() {
  for (int i = 0; i < kFixedWorkers; ++i) {
    const auto name = fmt::format("fixed-{}", i + 1);
    const bool good = start_part(name, "ballast-demo-worker",
                                 {"--port", std::to_string(place_.ports_of(LaneKind::fixed).workers + i), "--name",
                                  name, "--log", (place_.lane(LaneKind::fixed) / "workers.jsonl").string()});
    if (!good) return false;
  }
  return true;
}

bool DemoProcesses::start_daemon(LaneKind lane) {
  const std::string name = std::string{name_of(lane)} + "-daemon";
  return start(daemons_[index_of(lane)], name, place_.daemon,
               {"run", "-f", place_.policy(lane).string(), "--state-dir", place_.state(lane).string(), "--log-file",
                (place_.folder / (name + ".log")).string()},
               place_.folder / (name + ".out"));
}

bool DemoProcesses::begin() {
  if (!start_part("sink", "ballast-demo-sink",
                  {"--port", std::to_string(place_.webhook), "--smtp", std::to_string(place_.mail), "--log",
                   (place_.folder / "told.jsonl").string()}))
    return false;
  for (const auto lane : kLaneKinds)
    if (!start_haproxy(lane) || (has_exporter(lane) && !start_exporter(lane))) return false;
  if (!start_fixed_workers()) return false;
  for (const auto lane : kLaneKinds)
    if (has_daemon(lane) && !start_daemon(lane)) return false;
  return true;
}

bool DemoProcesses::start_load(LaneKind lane, std::uint64_t seed) {
  const std::string name = name_of(lane);
  std::vector<std::string> arguments{"--port",     std::to_string(place_.ports_of(lane).front),
                                     "--lane",     name,
                                     "--start-in", "500ms",
                                     "--seed",     std::to_string(seed),
                                     "--log",      (place_.lane(lane) / "load.jsonl").string()};
  const auto acts = std::span{kDemoActs}.first(lane == LaneKind::fixed ? kFixedActs : kDemoActs.size());
  for (const auto& act : acts) {
    arguments.emplace_back("--act");
    arguments.push_back(fmt::format("{}:{}s:{}-{}", act.name, act.seconds, act.rate_from, act.rate_to));
  }
  pid_t& pid = loads_[index_of(lane)];
  if (!start(pid, name + "-load", place_.program("ballast-demo-load"), std::move(arguments),
             place_.folder / (name + "-load.out")))
    return false;
  essential_.erase(pid);  // it ends by itself
  return true;
}

bool DemoProcesses::start_steering(LaneKind lane) {
  const std::string name = name_of(lane);
  std::vector<std::string> arguments{"--rule",      name,
                                     "--policy",    "default/demo",
                                     "--state-dir", place_.state(lane).string(),
                                     "--socket",    place_.socket(lane).string(),
                                     "--daemon",    url_of(place_.ports_of(lane).api),
                                     "--log",       (place_.lane(lane) / "steer.jsonl").string()};
  if (has_exporter(lane)) {
    arguments.emplace_back("--metrics");
    arguments.push_back(url_of(place_.ports_of(lane).exporter, "/metrics"));
  }
  return start_part(name + "-steer", "ballast-demo-steer", std::move(arguments));
}

bool DemoProcesses::start_loads(std::uint64_t seed) {
  for (const auto lane : kLaneKinds)
    if (!start_load(lane, seed)) return false;
  return start_steering(LaneKind::hpa) && start_steering(LaneKind::keda);
}

void DemoProcesses::kill_daemon(LaneKind lane) {
  essential_.erase(daemon(lane));
  children_.signal(daemon(lane), SIGKILL);
}

bool DemoProcesses::all_running() {
  for (const auto& [pid, name] : essential_) {
    const auto status = children_.exit_status(pid);
    if (!status) continue;
    trouble_ = fmt::format("{} ended with status {}: {}", name, *status, errors_of(name));
    return false;
  }
  return true;
}

bool DemoProcesses::loads_running() {
  for (const auto lane : kLaneKinds)
    if (lane != LaneKind::fixed && children_.running(loads_[index_of(lane)])) return true;
  return false;
}

void DemoProcesses::end_loads() {
  for (const auto pid : loads_) children_.signal(pid, SIGTERM);
}

Task<void> DemoProcesses::end() {
  for (const auto lane : kLaneKinds)
    if (children_.exit_status(loads_[index_of(lane)]).value_or(0) != 0)
      trouble_ = "a load failed: " + errors_of(std::string{name_of(lane)} + "-load");
  essential_.clear();
  co_await stop(started(daemons_), SIGTERM, kDaemonEnds);
  co_await stop(started(haproxies_), SIGUSR1, kProxyEnds);
  co_await stop(parts_, SIGTERM, kPartEnds);
}

Task<void> DemoProcesses::stop(std::vector<pid_t> pids, int number, Duration patience) {
  for (const auto pid : pids) children_.signal(pid, number);
  const auto limit = time_.now() + patience;
  for (const auto pid : pids) {
    while (children_.running(pid) && time_.now() < limit && !hurry_) {
      const TimePoint again = time_.now() + std::chrono::milliseconds{20};
      co_await Sleep(time_, again);
    }
    children_.signal(pid, SIGKILL);
  }
}

Task<int> DemoProcesses::check(std::filesystem::path json) {
  std::vector<std::string> arguments{"--play", place_.folder.string()};
  if (!json.empty()) {
    arguments.emplace_back("--json");
    arguments.push_back(std::filesystem::absolute(json).string());
  }
  pid_t checker = 0;
  if (!start(checker, "check", place_.program("ballast-demo-check"), std::move(arguments),
             place_.folder / "verdict.txt"))
    co_return 1;
  while (children_.running(checker)) {
    const TimePoint again = time_.now() + std::chrono::milliseconds{20};
    co_await Sleep(time_, again);
  }
  co_return children_.exit_status(checker).value_or(1);
}

std::string DemoProcesses::errors_of(const std::string& name) const {
  std::ifstream file{place_.folder / (name + ".err"), std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return text.size() > 2'000 ? "…" + text.substr(text.size() - 2'000) : text;
}

}  // namespace ballast
