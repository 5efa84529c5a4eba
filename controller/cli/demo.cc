#include "controller/cli/demo.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "controller/cli/demo_children.h"
#include "controller/cli/demo_lane.h"
#include "controller/cli/demo_place.h"
#include "controller/cli/demo_view.h"
#include "io/fetcher.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace ballast {
namespace {

using std::chrono::milliseconds;

struct DemoAct {
  const char* name = "";
  double seconds = 0;
  double rate_from = 0;
  double rate_to = 0;
  const char* explanation = "";
};
/// The last one ends early, when the workers are back to the base.
constexpr std::array<DemoAct, 4> kActs{{{"steady", 12, 50, 50, "four workers carry it"},
                                        {"ramp", 5, 50, 300, "six times the load within five seconds"},
                                        {"hold", 40, 300, 300, "the load stays; the objective has to be met again"},
                                        {"calm", 110, 50, 50, "the load is gone; the surplus goes when that is sure"}}};
constexpr int kBase = kFixedWorkers;

/// How long each may take to end before it is killed.
constexpr Duration kDaemonEnds = std::chrono::seconds{15};
constexpr Duration kProxyEnds = std::chrono::seconds{8};
constexpr Duration kWorkerEnds = std::chrono::seconds{5};

struct Where {
  const DemoAct* act = nullptr;
  double rate = 0;
};

Where where_at(double elapsed) {
  for (const auto& act : kActs) {
    if (elapsed < act.seconds) {
      const double share = elapsed < 0 ? 0 : elapsed / act.seconds;
      return {&act, act.rate_from + share * (act.rate_to - act.rate_from)};
    }
    elapsed -= act.seconds;
  }
  return {&kActs.back(), 0};
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct LaneProcesses {
  const char* name = "";
  pid_t haproxy = 0;
  pid_t load = 0;
};

class Play {
 public:
  Play(DemoPlace place, const DemoOptions& options, Loop& loop, Fetcher& fetcher)
      : place_(std::move(place)), options_(options), loop_(loop), fetcher_(fetcher) {}

  /// The exit status.
  Task<int> run() {
    if (!begin()) co_return 2;
    const bool ready = co_await pools_ready();
    if (ready && start_loads()) co_await watch();
    if (stopped_) co_return 130;
    if (!trouble_.empty()) co_return 1;
    co_await end();
    if (stopped_) co_return 130;
    co_return co_await judge();
  }
  /// A person wants it to end.
  void stop() { stopped_ = true; }
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  bool start(pid_t& pid, const std::string& name, const std::filesystem::path& program,
             std::vector<std::string> arguments, const std::filesystem::path& output) {
    const ChildCommand command{program, std::move(arguments), output, place_.folder / (name + ".err")};
    const auto started = children_.start(command);
    if (!started) {
      trouble_ = started.error().message;
      return false;
    }
    pid = *started;
    essential_[pid] = name;
    return true;
  }

  bool begin() {
    for (auto& lane : processes_) {
      const auto config = (place_.folder / (std::string{lane.name} + ".cfg")).string();
      if (!start(lane.haproxy, std::string{lane.name} + "-haproxy", place_.haproxy, {"-db", "-f", config},
                 place_.lane(lane.name) / "proxy.jsonl"))
        return false;
    }
    for (int i = 0; i < kFixedWorkers; ++i) {
      const auto name = fmt::format("fixed-{}", i + 1);
      if (!start(fixed_workers_[static_cast<std::size_t>(i)], name, place_.program("ballast-demo-worker"),
                 {"--port", std::to_string(place_.fixed_first + i), "--name", name, "--log",
                  (place_.lane("fixed") / "workers.jsonl").string()},
                 place_.folder / "fixed-workers.out"))
        return false;
    }
    return start(daemon_, "daemon", place_.daemon,
                 {"run", "-f", (place_.folder / "policy").string(), "--state-dir", (place_.folder / "state").string(),
                  "--log-file", (place_.folder / "daemon.log").string()},
                 place_.folder / "daemon.out");
  }

  /// Waits until both pools have their four workers.
  Task<bool> pools_ready() {
    say("starting HAProxy, Ballast and the first workers\n");
    const auto limit = loop_.now() + std::chrono::seconds{30};
    while (loop_.now() < limit) {
      co_await pause(100);
      if (stopped_ || !all_running()) co_return false;
      co_await look();
      if (ballast_.view().in_pool == kBase && ballast_.view().ready == kBase && fixed_.view().in_pool == kBase)
        co_return true;
    }
    trouble_ = fmt::format("after 30 s the pools have {} and {} workers in place of {}", ballast_.view().in_pool,
                           fixed_.view().in_pool, kBase);
    co_return false;
  }

  bool start_loads() {
    for (auto& lane : processes_) {
      const bool fixed = std::string_view{lane.name} == "fixed";
      std::vector<std::string> arguments{
          "--port",     std::to_string(fixed ? place_.fixed_front : place_.ballast_front),
          "--lane",     lane.name,
          "--start-in", "500ms",
          "--seed",     std::to_string(options_.seed),
          "--log",      (place_.lane(lane.name) / "load.jsonl").string()};
      for (const auto& act : kActs) {
        arguments.emplace_back("--act");
        arguments.push_back(fmt::format("{}:{}s:{}-{}", act.name, act.seconds, act.rate_from, act.rate_to));
      }
      if (!start(lane.load, std::string{lane.name} + "-load", place_.program("ballast-demo-load"), std::move(arguments),
                 place_.folder / "load.out"))
        return false;
      essential_.erase(lane.load);  // it ends by itself
    }
    began_ = loop_.now() + milliseconds{500};
    return true;
  }

  /// The last act has come and the pool is as it was before the first.
  [[nodiscard]] bool is_back() const {
    const auto view = ballast_.view();
    const bool at_base = view.ready == kBase && view.starting == 0 && view.leaving == 0;
    return at_base && where_at(elapsed()).act == &kActs.back() && elapsed() > 60;
  }

  /// Shows the play until the loads are over.
  Task<void> watch() {
    auto base_since = loop_.now();
    bool told = false;
    for (int round = 0; loads_running(); ++round) {
      co_await pause(250);
      if (stopped_ || !all_running()) co_return;
      ballast_.read();
      fixed_.read();
      if (round % 4 == 0) co_await look();
      show(round);
      if (!is_back()) base_since = loop_.now();
      if (told || loop_.now() - base_since < std::chrono::seconds{3}) continue;
      for (const auto& lane : processes_) children_.signal(lane.load, SIGTERM);
      told = true;
    }
  }

  /// Ends what wrote the logs, in the order that leaves them whole.
  Task<void> end() {
    for (const auto& lane : processes_)
      if (children_.exit_status(lane.load).value_or(0) != 0) trouble_ = "a load failed: " + errors_of("load");
    essential_.clear();
    co_await stop_child(daemon_, SIGTERM, kDaemonEnds);
    for (const auto& lane : processes_) co_await stop_child(lane.haproxy, SIGUSR1, kProxyEnds);
    for (const auto worker : fixed_workers_) co_await stop_child(worker, SIGTERM, kWorkerEnds);
  }

  Sleep pause(int for_milliseconds) { return Sleep{loop_, loop_.now() + milliseconds{for_milliseconds}}; }

  Task<void> stop_child(pid_t pid, int number, Duration patience) {
    children_.signal(pid, number);
    const auto limit = loop_.now() + patience;
    while (children_.running(pid) && loop_.now() < limit && !stopped_) co_await pause(20);
    children_.signal(pid, SIGKILL);
  }

  Task<int> judge() {
    pid_t checker = 0;
    std::vector<std::string> arguments{"--ballast", place_.lane("ballast").string(), "--fixed",
                                       place_.lane("fixed").string()};
    if (!options_.json.empty()) {
      arguments.emplace_back("--json");
      arguments.push_back(std::filesystem::absolute(options_.json).string());
    }
    if (!start(checker, "check", place_.program("ballast-demo-check"), arguments, place_.folder / "verdict.txt"))
      co_return 1;
    while (children_.running(checker)) co_await pause(20);
    say("\n" + content(place_.folder / "verdict.txt") + content(place_.folder / "check.err"));
    co_return children_.exit_status(checker) == 0 ? 0 : 1;
  }

  /// Asks both HAProxys and the daemon. What does not answer leaves the picture as it is.
  Task<void> look() {
    ballast_.read();
    fixed_.read();
    co_await look_at(ballast_, "ballast");
    co_await look_at(fixed_, "fixed");
    Request request;
    request.url = fmt::format("http://127.0.0.1:{}/api/v1/policies", place_.api);
    request.deadline = milliseconds{500};
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (!answer || answer->status != 200) co_return;
    const auto policy = policy_in(answer->body);
    if (!policy || policy->desired == desired_) co_return;
    if (desired_ > 0)
      decision_ = fmt::format("{:.0f} s: {} to {} workers, {}", elapsed(), desired_, policy->desired, policy->words);
    desired_ = policy->desired;
  }

  Task<void> look_at(Lane& lane, std::string name) {
    Request request;
    request.channel = Channel::exchange;
    request.url = "unix://" + (place_.folder / (name + ".sock")).string();
    request.body = "show stat\n";
    request.deadline = milliseconds{500};
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (answer) lane.read_stat(answer->body);
  }

  bool all_running() {
    for (const auto& [pid, name] : essential_) {
      const auto status = children_.exit_status(pid);
      if (!status) continue;
      trouble_ = fmt::format("{} ended with status {}: {}", name, *status, errors_of(name));
      return false;
    }
    return true;
  }
  bool loads_running() {
    for (const auto& lane : processes_)
      if (children_.running(lane.load)) return true;
    return false;
  }
  /// The end of what a process said on stderr.
  std::string errors_of(const std::string& name) {
    const auto text = content(place_.folder / (name + ".err"));
    return text.size() > 2'000 ? "…" + text.substr(text.size() - 2'000) : text;
  }
  [[nodiscard]] double elapsed() const { return std::max(0.0, seconds(loop_.now() - began_)); }

  void show(int round) {
    const auto where = where_at(elapsed());
    const DemoPicture picture{elapsed(),
                              where.act->name,
                              where.act->explanation,
                              loads_running() ? where.rate : 0,
                              ballast_.view(),
                              fixed_.view(),
                              decision_,
                              fmt::format("http://127.0.0.1:{}/", place_.api)};
    if (options_.headless || isatty(STDOUT_FILENO) == 0) {
      if (round % 20 == 0) say(plain_line(picture));
      return;
    }
    winsize size{};
    const int columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    say(live_block(picture, columns, std::exchange(drawn_, live_lines()), std::getenv("NO_COLOR") == nullptr));
  }
  static void say(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  DemoPlace place_;
  DemoOptions options_;
  Loop& loop_;
  Fetcher& fetcher_;
  Children children_{};
  std::array<LaneProcesses, 2> processes_{{{"ballast", 0, 0}, {"fixed", 0, 0}}};
  std::array<pid_t, kFixedWorkers> fixed_workers_{};
  pid_t daemon_ = 0;
  std::map<pid_t, std::string> essential_{};  ///< the play is over when one of them ends
  Lane ballast_{place_.lane("ballast")};
  Lane fixed_{place_.lane("fixed")};
  std::string decision_{};
  int desired_ = 0;  ///< what Ballast wanted when it was last asked
  std::string trouble_{};
  TimePoint began_{};
  bool stopped_ = false;
  int drawn_ = 0;
};

Task<void> root(Play& play, Loop& loop, int& status) {
  status = co_await play.run();
  loop.stop();
}

}  // namespace

int run_demo(const DemoOptions& options) {
  const auto place = prepare_demo(options);
  if (!place) {
    fmt::print(stderr, "ballast demo: {}\n", place.error().message);
    return 2;
  }
  const auto loop = make_loop();
  const auto fetcher = make_http_fetcher(*loop);
  if (!fetcher) {
    fmt::print(stderr, "ballast demo: {}\n", fetcher.error().message);
    return 2;
  }
  int status = 1;
  {
    Play play{*place, options, *loop, **fetcher};
    loop->on_signals([&] { play.stop(); }, [] {});
    auto task = root(play, *loop, status);
    task.start();
    if (!task.done()) loop->run();
    if (task.done()) task.result();
    if (!play.trouble().empty()) fmt::print(stderr, "ballast demo: {}\n", play.trouble());
  }
  if (status == 130) fmt::print(stderr, "ballast demo: stopped\n");
  std::error_code ignored;
  if (place->temporary && (status == 0 || status == 130))
    std::filesystem::remove_all(place->folder, ignored);
  else
    fmt::print("logs are in {}\n", place->folder.string());
  return status;
}

}  // namespace ballast
