#include "controller/cli/demo_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "formats/haproxy.h"

namespace ballast {
namespace {
using nlohmann::json;

constexpr std::int64_t kRecentUs = 2'000'000;

/// An object, or null for a line that is none.
json parsed(std::string_view line) {
  auto value = json::parse(line, nullptr, false);
  return value.is_object() ? value : json{};
}

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// `arrivals 301 (17 a worker)`
std::string signal_words(const json& signal) {
  const auto name = signal.value("name", "");
  if (!signal.contains("value") || !signal.at("value").is_number())
    return fmt::format("{} {}", name, signal.value("quality", "unknown"));
  auto words = fmt::format("{} {:.0f}", name, signal.at("value").get<double>());
  if (signal.contains("target") && signal.at("target").is_number())
    words += fmt::format(" ({:g} a worker)", signal.at("target").get<double>());
  return words;
}

}  // namespace

std::vector<std::string> Tail::lines() {
  std::vector<std::string> result;
  std::ifstream file{path_, std::ios::binary};
  if (!file || !file.seekg(offset_)) return result;
  std::array<char, 65536> bytes{};
  for (;;) {
    file.read(bytes.data(), bytes.size());
    const auto size = file.gcount();
    if (size <= 0) break;
    offset_ += size;
    rest_.append(bytes.data(), static_cast<std::size_t>(size));
  }
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    result.push_back(rest_.substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  return result;
}

void Lane::read() {
  read_load();
  read_workers();
}

void Lane::read_load() {
  for (const auto& text : load_.lines()) {
    const auto line = parsed(text);
    if (!line.is_object()) continue;
    if (line.value("event", "") == "plan")
      began_ = MomentByClocks{line.value("start_us", std::int64_t{0}), line.value("wall_us", std::int64_t{0})};
    if (!line.contains("id")) continue;
    const int status = line.value("status", 0);
    const bool failed = status < 200 || status > 299;
    const auto finished = line.value("finished_us", std::int64_t{0});
    ++(failed ? counts_.failed : counts_.answered);
    recent_.push_back({finished, finished - line.value("due_us", finished), failed});
  }
  while (!recent_.empty() && recent_.front().finished_us < recent_.back().finished_us - kRecentUs) recent_.pop_front();
}

void Lane::read_workers() {
  for (const auto& text : workers_.lines()) {
    const auto line = parsed(text);
    if (line.is_object()) note(line.value("event", ""), line.value("pid", std::int64_t{0}));
  }
}

void Lane::note(std::string_view event, std::int64_t pid) {
  if (event == "started") lives_[pid] = Life::starting;
  if (event == "ready") lives_[pid] = Life::ready;
  if (event == "sigterm") lives_[pid] = Life::leaving;
  if (event == "stopped") lives_.erase(pid);
  if (event == "sick") sick_.insert(pid);
  if (event == "well" || event == "stopped") sick_.erase(pid);
}

void Lane::read_stat(std::string_view answer) {
  const auto table = parse_haproxy_stat(answer);
  if (!table) return;
  const auto proxy = table->column("pxname");
  const auto server = table->column("svname");
  const auto status = table->column("status");
  const auto weight = table->column("weight");
  const auto queued = table->column("qcur");
  if (!proxy || !server || !status || !weight || !queued) return;
  counts_.in_pool = 0;
  for (const auto& row : table->rows) {
    if (row[*proxy] != "web") continue;
    if (row[*server] == "BACKEND") counts_.queued = number(row[*queued]);
    const bool usable = row[*status].starts_with("UP") || row[*status] == "no check";
    if (row[*server] != "BACKEND" && usable && number(row[*weight]) > 0) ++counts_.in_pool;
  }
}

LaneView Lane::view() const {
  auto view = counts_;
  for (const auto& [pid, life] : lives_)
    ++(life == Life::starting ? view.starting : life == Life::ready ? view.ready : view.leaving);
  view.sick = static_cast<int>(sick_.size());
  std::vector<std::int64_t> latencies;
  std::int64_t good = 0;
  for (const auto& request : recent_) {
    latencies.push_back(request.latency_us);
    good += request.failed ? 0 : 1;
  }
  view.answers_per_second = static_cast<double>(good) / (static_cast<double>(kRecentUs) / 1e6);
  if (latencies.empty()) return view;
  std::ranges::sort(latencies);
  const auto rank = static_cast<std::size_t>(std::ceil(0.99 * static_cast<double>(latencies.size())));
  view.p99_ms = static_cast<double>(latencies[rank - 1]) / 1e3;
  return view;
}

std::vector<pid_t> Lane::ready_workers() const {
  std::vector<pid_t> workers;
  for (const auto& [pid, life] : lives_)
    if (life == Life::ready) workers.push_back(static_cast<pid_t>(pid));
  return workers;
}

std::optional<PolicyGlance> policy_in(std::string_view policies) {
  const auto answer = json::parse(policies, nullptr, false);
  if (!answer.is_array()) return std::nullopt;
  const auto scales = [](const json& one) {
    return one.is_object() && one.value("maxReplicas", 1) > 0 && one.contains("desiredReplicas") &&
           one.at("desiredReplicas").is_number();
  };
  const auto found = std::ranges::find_if(answer, scales);
  if (found == answer.end()) return std::nullopt;
  const auto& policy = *found;
  PolicyGlance glance{policy.at("desiredReplicas").get<int>(), policy.value("reason", "")};
  if (!policy.contains("currentSignals")) return glance;
  std::string separator = "; ";
  for (const auto& signal : policy.at("currentSignals")) {
    if (!signal.is_object()) continue;
    glance.words += std::exchange(separator, ", ") + signal_words(signal);
  }
  return glance;
}

}  // namespace ballast
