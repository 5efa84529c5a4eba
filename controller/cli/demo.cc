#include "controller/cli/demo.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "controller/cli/demo_acts.h"
#include "controller/cli/demo_lane.h"
#include "controller/cli/demo_place.h"
#include "controller/cli/demo_processes.h"
#include "controller/cli/demo_troubles.h"
#include "controller/cli/demo_view.h"
#include "io/fetcher.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace ballast {
namespace {

using std::chrono::milliseconds;

constexpr int kBase = kFixedWorkers;

std::string content(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class Play {
 public:
  Play(DemoPlace place, const DemoOptions& options, Loop& loop, Fetcher& fetcher)
      : place_(std::move(place)), options_(options), loop_(loop), fetcher_(fetcher) {}

  /// The exit status.
  Task<int> run() {
    say("starting four HAProxys, three daemons and the first workers\n");
    if (!processes_.begin()) co_return 2;
    const bool ready = co_await pools_ready();
    if (ready && begin_loads()) co_await watch();
    if (stopped_) co_return 130;
    if (!trouble().empty()) co_return 1;
    co_await processes_.end();
    if (stopped_) co_return 130;
    if (!trouble().empty()) co_return 1;
    const int status = co_await processes_.check(options_.json);
    say("\n" + content(place_.folder / "verdict.txt") + content(place_.folder / "check.err"));
    co_return status == 0 ? 0 : 1;
  }
  /// A person wants it to end.
  void stop() {
    stopped_ = true;
    processes_.hurry();
  }
  [[nodiscard]] const std::string& trouble() const { return trouble_.empty() ? processes_.trouble() : trouble_; }

 private:
  /// Waits until all pools have their four workers.
  Task<bool> pools_ready() {
    const auto limit = loop_.now() + std::chrono::seconds{30};
    while (loop_.now() < limit) {
      co_await pause(100);
      if (stopped_ || !processes_.all_running()) co_return false;
      co_await look();
      if (std::ranges::all_of(kLaneKinds, [this](LaneKind lane) { return is_at_base(lane); })) co_return true;
    }
    trouble_ = fmt::format("after 30 s not every pool has {} workers:", kBase);
    for (const auto lane : kLaneKinds)
      trouble_ += fmt::format(" {} {}", name_of(lane), lanes_[index_of(lane)].view().in_pool);
    co_return false;
  }

  [[nodiscard]] bool is_at_base(LaneKind lane) const {
    const auto view = lanes_[index_of(lane)].view();
    return view.in_pool == kBase && view.ready == kBase && view.starting == 0 && view.leaving == 0;
  }

  bool begin_loads() {
    if (!processes_.start_loads(options_.seed)) return false;
    began_ = loop_.now() + milliseconds{500};
    return true;
  }

  /// The last act has come and Ballast's pool is as it was before the first.
  [[nodiscard]] bool is_back() const {
    return act_at(elapsed()).act == &kDemoActs.back() && is_at_base(LaneKind::ballast);
  }

  /// A tenth of a second of the play. False: it cannot go on.
  Task<bool> goes_on(int round) {
    co_await pause(100);
    if (stopped_ || !processes_.all_running()) co_return false;
    for (auto& lane : lanes_) lane.read();
    if (!troubles_.do_due(elapsed())) co_return false;
    if (round % 10 == 0) co_await look();
    if (round % 3 == 0) show(round);
    co_return true;
  }

  /// Plays until the loads are over.
  Task<void> watch() {
    auto base_since = loop_.now();
    bool told = false;
    for (int round = 0; processes_.loads_running(); ++round) {
      if (!co_await goes_on(round)) co_return;
      if (!is_back()) base_since = loop_.now();
      if (told || loop_.now() - base_since < std::chrono::seconds{3}) continue;
      processes_.end_loads();
      told = true;
    }
  }

  Sleep pause(int for_milliseconds) { return Sleep{loop_, loop_.now() + milliseconds{for_milliseconds}}; }

  /// Asks all HAProxys and Ballast's daemon. What does not answer leaves the picture as it is.
  Task<void> look() {
    for (const auto lane : kLaneKinds) {
      lanes_[index_of(lane)].read();
      co_await look_at(lane);
    }
    Request request;
    request.url = address() + "api/v1/policies";
    request.deadline = milliseconds{500};
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (!answer || answer->status != 200) co_return;
    const auto policy = policy_in(answer->body);
    if (!policy || policy->desired == desired_) co_return;
    if (desired_ > 0)
      decision_ = fmt::format("{:.0f} s: {} to {} workers, {}", elapsed(), desired_, policy->desired, policy->words);
    desired_ = policy->desired;
  }

  Task<void> look_at(LaneKind lane) {
    Request request;
    request.channel = Channel::exchange;
    request.url = "unix://" + place_.socket(lane).string();
    request.body = "show stat\n";
    request.deadline = milliseconds{500};
    const auto answer = co_await fetcher_.fetch(std::move(request));
    if (answer) lanes_[index_of(lane)].read_stat(answer->body);
  }

  [[nodiscard]] double elapsed() const { return std::max(0.0, seconds(loop_.now() - began_)); }
  [[nodiscard]] std::string address() const {
    return fmt::format("http://127.0.0.1:{}/", place_.ports_of(LaneKind::ballast).api);
  }

  void show(int round) {
    const auto at = act_at(elapsed());
    DemoPicture picture{.elapsed_seconds = elapsed(),
                        .act = at.act->name,
                        .explanation = at.act->explanation,
                        .offered_per_second = processes_.loads_running() ? at.rate : 0,
                        .lanes = {},
                        .fixed_plays = elapsed() < begin_of_act(kDemoActs[kFixedActs].name),
                        .deed = troubles_.last(),
                        .decision = decision_,
                        .address = address()};
    for (std::size_t i = 0; i < kLanes; ++i) picture.lanes[i] = lanes_[i].view();
    const bool live = options_.watch || (!options_.headless && isatty(STDOUT_FILENO) != 0);
    if (!live) {
      if (round % 60 == 0) say(plain_line(picture));
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
  DemoProcesses processes_{place_, loop_};
  std::array<Lane, kLanes> lanes_{Lane{place_.lane(LaneKind::ballast)}, Lane{place_.lane(LaneKind::hpa)},
                                  Lane{place_.lane(LaneKind::keda)}, Lane{place_.lane(LaneKind::fixed)}};
  DemoTroubles troubles_{place_, processes_, loop_, lanes_};
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
    loop->on_signals([&] { play.stop(); }, [&] { play.stop(); });  // SIGHUP: the terminal is closed
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
