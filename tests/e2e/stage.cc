#include "tests/e2e/stage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "controller/cli/demo_place.h"

namespace ballast::e2e {
namespace {
namespace fs = std::filesystem;

constexpr int kWorkerPorts = 24;
constexpr std::chrono::milliseconds kNap{10};

fs::path program(const std::string& name) { return fs::absolute(fs::path{BALLAST_BINARY_DIR} / name); }

fs::path make_folder() {
  std::string text = (fs::temp_directory_path() / "ballast-e2e-XXXXXX").string();
  if (mkdtemp(text.data()) == nullptr) ADD_FAILURE() << "no temporary directory: " << text;
  for (const auto* name : {"policy", "state", "web"}) fs::create_directories(fs::path{text} / name);
  return text;
}

std::string file_text(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

constexpr const char* kPolicy = R"(apiVersion: ballast.run/v1alpha1
kind: ScalingPolicy
metadata: {{name: web}}
spec:
  scaleTarget:
    process:
      command: [{worker}, --port, "{{port}}", --name, "worker-{{port}}", --start-delay, 100ms,
                --log, {folder}/web/workers.jsonl, --tied-to, "{owner}"]
      ports: {first}-{last}
      ready: {{http: "http://127.0.0.1:{{port}}/healthz", period: 100ms}}
      stopTimeout: 5s
  minReplicas: {min}
  maxReplicas: {max}
  interval: 500ms
  signals:
    - name: arrivals
      haproxy: {{socket: {folder}/web.sock, backend: web, field: stot}}
      target: {{type: AverageValue, averageValue: "{per_worker}"}}
  behavior:
    scaleDown: {{stabilizationWindowSeconds: {window}}}
    scaleUp: {{policies: [{{type: Pods, value: 40, periodSeconds: 15}}]}}
---
apiVersion: ballast.run/v1alpha1
kind: BalancingPolicy
metadata: {{name: web}}
spec:
  pool:
    haproxy: {{socket: {folder}/web.sock, backend: web, maxconn: 1, checkInterval: 200ms}}
    membersFrom: {{scalingPolicyRef: {{name: web}}}}
)";

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(kNap);  // between two looks: other processes do not tell
  }
  return true;
}

int port_in(const std::string& log) {
  constexpr std::string_view kBefore = "http=http://127.0.0.1:";
  const auto at = log.find(kBefore);
  int port = 0;
  if (at != std::string::npos) std::from_chars(log.data() + at + kBefore.size(), log.data() + log.size(), port);
  return port;
}

int count_of(const std::string& text, const std::string& what) {
  int count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

std::int64_t monotonic_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

Stage::Stage()
    : folder_(make_folder()),
      haproxy_(path("haproxy.cfg"), path("web.sock")),
      first_port_(free_ports(kWorkerPorts + 1)) {
  std::string text = file_text(fs::path{BALLAST_SOURCE_DIR} / "examples/demo/haproxy.cfg.in");
  text = with_replaced(text, "@folder@", folder_.string());
  text = with_replaced(text, "@lane@", "web");
  text = with_replaced(text, "@port@", std::to_string(first_port_ + kWorkerPorts));
  write("haproxy.cfg", with_replaced(text, "@servers@", "    # Ballast adds its workers at run time."));
}

Stage::~Stage() {
  // The daemon first, at once: it would replace the workers that are ended now.
  if (daemon_ > 0) end_daemon(SIGKILL);
  for (const RunningWorker& worker : workers()) kill(worker.pid, SIGKILL);
  if (::testing::Test::HasFailure())
    std::fprintf(stderr, "---- %s\n%s----\n", log_name().c_str(), daemon_log().c_str());
  std::error_code ignored;
  if (std::getenv("BALLAST_KEEP_STAGE") == nullptr) fs::remove_all(folder_, ignored);
}

std::string Stage::content(const std::string& name) const { return file_text(folder_ / name); }

void Stage::write(const std::string& name, const std::string& text) const {
  const fs::path fresh = folder_ / "fresh";
  std::ofstream{fresh} << text;
  fs::rename(fresh, folder_ / name);
}

std::string Stage::policy(Bounds bounds) const {
  return fmt::format(kPolicy, fmt::arg("worker", program("demo/ballast-demo-worker").string()),
                     fmt::arg("folder", folder_.string()), fmt::arg("owner", getpid()), fmt::arg("first", first_port_),
                     fmt::arg("last", first_port_ + kWorkerPorts - 1), fmt::arg("min", bounds.min),
                     fmt::arg("max", bounds.max), fmt::arg("per_worker", bounds.per_worker),
                     fmt::arg("window", bounds.window_seconds));
}

pid_t Stage::start(const fs::path& what, std::vector<std::string> arguments, const std::string& output) {
  const auto started = children_.start({what, std::move(arguments), path(output + ".out"), path(output + ".err")});
  EXPECT_TRUE(started) << started.error().message;
  return started ? *started : 0;
}

int Stage::wait_for(pid_t pid, std::chrono::milliseconds patience) {
  if (!eventually([&] { return !children_.running(pid); }, patience)) return -1;
  return children_.exit_status(pid).value_or(-1);
}

void OnStage::SetUp() {
  if (!RealHaproxy::installed()) GTEST_SKIP() << "SKIPPED: there is no HAProxy";
}

std::filesystem::path ballast_program() { return program("ballast"); }

void expect_none_failed(const ballast_demo::LaneLogs& logs, std::int64_t due_from) {
  EXPECT_FALSE(logs.load.requests.empty());
  for (const auto& request : logs.load.requests) {
    if (request.due_us < due_from) continue;
    EXPECT_FALSE(request.failed()) << request.id << ' ' << request.status << ' ' << request.error;
  }
}

void Stage::reload_haproxy() { EXPECT_TRUE(haproxy_.reload()) << "HAProxy is not reloaded"; }

void Stage::start_haproxy() { EXPECT_TRUE(haproxy_.start()) << "HAProxy does not start"; }

std::string Stage::log_name() const { return fmt::format("daemon-{}.log", daemons_); }

void Stage::start_daemon(const fs::path& file) {
  ++daemons_;
  daemon_ = start(
      file.empty() ? ballast_program() : file,
      {"run", "-f", path("policy"), "--state-dir", state(), "--listen", "127.0.0.1:0", "--log-file", path(log_name())},
      "daemon");
  ASSERT_TRUE(log_says("http=http://127.0.0.1:")) << content("daemon.err");
  daemon_port_ = port_in(daemon_log());
}

int Stage::end_daemon(int signal) {
  const pid_t pid = std::exchange(daemon_, 0);
  children_.signal(pid, signal);
  return wait_for(pid, kPatience);
}

bool Stage::log_says(const std::string& text) const {
  return eventually([&] { return daemon_log().find(text) != std::string::npos; });
}

bool Stage::decides(int times) const {
  const auto decisions = [&] {
    constexpr std::string_view kName = "\nballast_decision_seconds_count ";
    const std::string text = get(daemon_port(), "/metrics").body;
    const auto at = text.find(kName);
    int count = -1;
    if (at != std::string::npos) std::from_chars(text.data() + at + kName.size(), text.data() + text.size(), count);
    return count;
  };
  int first = -1;
  if (!eventually([&] { return (first = decisions()) >= 0; })) return false;
  return eventually([&] { return decisions() >= first + times; }, kPatience + std::chrono::seconds{times});
}

bool Stage::settles_at(int count) const {
  return eventually([&] {
    return static_cast<int>(workers().size()) == count && static_cast<int>(pool().size()) == count &&
           usable(pool()) == count;
  });
}

void Stage::leave_running(std::vector<std::string> arguments) {
  start(ballast_program(), std::move(arguments), fmt::format("command-{}", ++commands_));
}

Finished Stage::ballast(std::vector<std::string> arguments) {
  const std::string output = fmt::format("command-{}", ++commands_);
  const pid_t pid = start(ballast_program(), std::move(arguments), output);
  const int status = wait_for(pid, kPatience);
  if (status == -1) children_.signal(pid, SIGKILL);
  return {status, content(output + ".out"), content(output + ".err")};
}

void Stage::start_load(int per_second) { play(fmt::format("steady:120s:{}", per_second)); }

void Stage::play(const std::string& act) {
  load_ = start(program("demo/ballast-demo-load"),
                {"--port", std::to_string(first_port_ + kWorkerPorts), "--spacing", "even", "--act", act, "--log",
                 path("web/load.jsonl")},
                "load");
}

ballast_demo::LaneLogs Stage::end_load() {
  children_.signal(load_, SIGTERM);
  EXPECT_EQ(wait_for(load_, kPatience), 0) << content("load.err");
  return ballast_demo::read_logs(content("web/load.jsonl"), "", content("web/workers.jsonl"));
}

bool Stage::load_reaches(std::int64_t at_us) const {
  return eventually([&] {
    const auto logs = ballast_demo::read_logs(content("web/load.jsonl"), "", "");
    return std::ranges::any_of(logs.load.requests, [&](const auto& request) { return request.due_us >= at_us; });
  });
}

std::vector<RunningWorker> Stage::workers() const {
  auto found = find_workers(state());
  return found ? *found : std::vector<RunningWorker>{};
}

int Stage::worker_events(const std::string& event) const {
  return count_of(content("web/workers.jsonl"), fmt::format(R"("event":"{}")", event));
}

std::vector<std::int64_t> Stage::times_of(const std::string& event, pid_t worker) const {
  std::vector<std::int64_t> times;
  for (const auto& line : ballast_demo::read_logs("", "", content("web/workers.jsonl")).workers)
    if (line.event == event && (worker == 0 || line.pid == worker)) times.push_back(line.at_us);
  std::ranges::sort(times);
  return times;
}

std::vector<std::int64_t> Stage::asked_to_end() const { return times_of("sigterm"); }

std::vector<std::int64_t> Stage::requests_of(const RunningWorker& worker) const {
  return times_of("request", worker.pid);
}

}  // namespace ballast::e2e
