#include "tests/adapters/process_rig.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "adapters/process/proc.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

constexpr Duration kNap = std::chrono::milliseconds{20};

std::filesystem::path test_worker() {
  return std::filesystem::absolute(std::filesystem::path(BALLAST_BINARY_DIR) / "bin" / "ballast_test_worker");
}

Task<Done> nap(TimeSource& time, Duration span) {
  const TimePoint until = time.now() + span;
  co_await Sleep(time, until);
  co_return Done{};
}

std::filesystem::path make_folder() {
  std::string text = (std::filesystem::temp_directory_path() / "ballast-process-XXXXXX").string();
  if (mkdtemp(text.data()) == nullptr) ADD_FAILURE() << "no temporary directory: " << text;
  std::filesystem::permissions(text, std::filesystem::perms{0755});  // workers of other users write there
  return text;
}

}  // namespace

ProcessRig::ProcessRig() : ProcessRig(make_folder()) {}

ProcessRig::ProcessRig(std::filesystem::path folder)
    : folder_(std::move(folder)), fetcher_(*make_http_fetcher(*loop_)) {
  std::filesystem::create_directories(state());
}

ProcessRig::~ProcessRig() {
  scaler_.reset();
  std::set<std::pair<std::string, std::string>> policies;
  for (const RunningWorker& worker : running()) policies.emplace(worker.policy_namespace, worker.policy);
  for (const auto& [name_space, policy] : policies)
    EXPECT_TRUE(run_task(*loop_, stop_workers(*loop_, state(), name_space, policy, Duration{})));
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

ProcessHost ProcessRig::host() {
  return ProcessHost{.time = *loop_,
                     .fetcher = *fetcher_,
                     .state_directory = state(),
                     .policy_namespace = "shop",
                     .policy = "web",
                     .shim = test_worker()};
}

ProcessTarget ProcessRig::target(std::vector<std::string> arguments) {
  ProcessTarget target{.command = std::move(arguments)};
  target.command.insert(target.command.begin(), test_worker().string());
  target.restart_backoff.initial = std::chrono::milliseconds{100};
  return target;
}

void ProcessRig::bind(ProcessTarget target) { bind(std::move(target), host()); }

void ProcessRig::bind(ProcessTarget target, ProcessHost host) {
  scaler_.reset();
  auto made = make_process_scaler(std::move(target), std::move(host));
  ASSERT_TRUE(made) << made.error().message;
  scaler_ = std::move(*made);
}

ScalerView ProcessRig::observe() {
  auto view = run_task(*loop_, scaler_->observe());
  EXPECT_TRUE(view) << view.error().message;
  return view ? *view : ScalerView{};
}

Result<Done> ProcessRig::scale(std::int32_t replicas, std::vector<std::string> remove) {
  ObservedTarget target = observe().target;
  return run_task(*loop_, scaler_->scale(std::move(target), replicas, std::move(remove)));
}

ScalerView ProcessRig::until(const std::string& what, const ViewCheck& good) {
  const TimePoint deadline = loop_->now() + kPatience;
  ScalerView view = observe();
  while (!good(view) && loop_->now() < deadline) {
    run_for(kNap);
    view = observe();
  }
  EXPECT_TRUE(good(view)) << "never: " << what << "; note: " << view.note;
  return view;
}

std::string ProcessRig::content(const std::string& name) {
  const TimePoint deadline = loop_->now() + kPatience;
  std::string text;
  while (text.empty() && loop_->now() < deadline) {
    run_for(kNap);
    std::ifstream in(path(name));
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_NE(text, "") << name << " was never written; note: " << observe().note;
  return text;
}

void ProcessRig::run_for(Duration span) { (void)run_task(*loop_, nap(*loop_, span)); }

bool ProcessRig::ends(std::int32_t pid) {
  const TimePoint deadline = loop_->now() + kPatience;
  while (runs(pid) && loop_->now() < deadline) run_for(kNap);
  return !runs(pid);
}

std::vector<RunningWorker> ProcessRig::running() {
  auto workers = find_workers(state());
  EXPECT_TRUE(workers);
  return workers ? *workers : std::vector<RunningWorker>();
}

ViewCheck all_ready(std::int32_t count) {
  return [count](const ScalerView& view) {
    return view.target.ready == count && static_cast<std::int32_t>(view.members.size()) == count;
  };
}

ViewCheck some_member(MemberState state) {
  return [state](const ScalerView& view) { return std::ranges::count(view.members, state, &ScaledMember::state) > 0; };
}

std::vector<std::string> names_of(const ScalerView& view) {
  std::vector<std::string> names;
  for (const ScaledMember& member : view.members) names.push_back(member.name);
  return names;
}

std::vector<std::int32_t> pids_of(const std::vector<RunningWorker>& workers) {
  std::vector<std::int32_t> pids;
  for (const RunningWorker& worker : workers) pids.push_back(worker.pid);
  return pids;
}

std::string free_ports(std::uint16_t count) {
  // Apart for programs that run at the same time; below the ephemeral ports.
  const auto begin = static_cast<std::uint16_t>(12'000 + getpid() % 1000 * 16);
  for (std::uint16_t first = begin; first < 31'000; ++first) {
    std::uint16_t good = 0;
    while (good < count && port_is_free(static_cast<std::uint16_t>(first + good))) ++good;
    if (good == count) return fmt::format("{}-{}", first, first + count - 1);
    first = static_cast<std::uint16_t>(first + good);
  }
  ADD_FAILURE() << "no free ports";
  return "1-1";
}

bool runs(std::int32_t pid) {
  const auto stat = read_stat(pid);
  return stat && stat->state != 'Z' && stat->state != 'X';
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

}  // namespace ballast
