#include "examples/demo/logs.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace ballast_demo {
namespace {
using nlohmann::json;

/// The number behind `id=` in a request target.
std::optional<std::int64_t> id_of(std::string_view target) {
  const auto at = target.find("?id=");
  if (at == std::string_view::npos) return std::nullopt;
  const auto digits = target.substr(at + 4);
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (failed != std::errc{} || end != digits.data() + digits.size() || id < 0) return std::nullopt;
  return id;
}

void read_plan(const json& line, LoadLog& log) {
  log.start_us = line.at("start_us").get<std::int64_t>();
  log.seed = line.at("seed").get<std::int64_t>();
  log.spacing = line.at("spacing").get<std::string>();
  for (const auto& act : line.at("acts"))
    log.acts.push_back({act.at("name").get<std::string>(), act.at("length_us").get<std::int64_t>(),
                        act.at("rate_from").get<double>(), act.at("rate_to").get<double>()});
}

void read_load_line(const json& line, LoadLog& log) {
  if (const auto event = line.value("event", ""); event == "plan") {
    read_plan(line, log);
  } else if (event == "end") {
    log.end_us = line.at("mono_us").get<std::int64_t>();
    log.sent = line.at("sent").get<std::int64_t>();
  } else {
    log.requests.push_back({line.at("id").get<std::int64_t>(), line.at("act").get<std::int64_t>(),
                            line.at("due_us").get<std::int64_t>(), line.at("sent_us").get<std::int64_t>(),
                            line.at("finished_us").get<std::int64_t>(), line.at("status").get<int>(),
                            line.at("error").get<std::string>()});
  }
}

ProxyRequest read_proxy_line(const json& line) {
  const auto waited = line.value("wait_ms", std::int64_t{0});  // -1 when it never left the line
  return {id_of(line.at("uri").get<std::string>()), line.at("server").get<std::string>(), line.at("status").get<int>(),
          std::max<std::int64_t>(0, waited) * 1'000};
}

WorkerEvent read_worker_line(const json& line) {
  WorkerEvent event{line.at("event").get<std::string>(),
                    line.at("name").get<std::string>(),
                    line.at("pid").get<std::int64_t>(),
                    line.at("mono_us").get<std::int64_t>(),
                    {},
                    {}};
  if (event.event == "request") event.id = id_of(line.at("target").get<std::string>());
  if (event.event == "sick" || event.event == "well") event.how = line.at("how").get<std::string>();
  return event;
}

PlayEvent read_play_line(const json& line) {
  return {line.at("event").get<std::string>(), line.at("lane").get<std::string>(), line.at("pid").get<std::int64_t>(),
          line.at("what").get<std::string>(), line.at("mono_us").get<std::int64_t>()};
}

Told read_told_line(const json& line) {
  Told told{line.at("event").get<std::string>(),
            line.at("mono_us").get<std::int64_t>(),
            line.at("key").get<std::string>(),
            line.at("digest").get<std::string>(),
            {}};
  if (told.event == "mail") {
    told.alerts = alerts_of_subject(line.at("subject").get<std::string>());
    return told;
  }
  for (const auto& alert : line.at("alerts"))
    told.alerts.push_back({alert.at("name").get<std::string>(), alert.at("status").get<std::string>(),
                           alert.at("startsAt").get<std::string>()});
  return told;
}

/// Calls `read` with each line that is an object; a line that is none, or lacks a field, is a problem.
void each_line(std::string_view text, const std::string& name, bool others_allowed, std::vector<std::string>& problems,
               const std::function<void(const json&)>& read) {
  int number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (others_allowed && !line.starts_with('{')) continue;
    try {
      read(json::parse(line));
    } catch (const json::exception& wrong) {
      problems.push_back(name + ":" + std::to_string(number) + ": " + wrong.what());
    }
  }
}

std::string content(const std::string& path, std::vector<std::string>& problems) {
  std::ifstream file{path, std::ios::binary};
  if (!file) problems.push_back(path + ": cannot be opened");
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

LaneLogs read_logs(std::string_view load, std::string_view proxy, std::string_view workers) {
  LaneLogs logs;
  auto& problems = logs.problems;
  each_line(load, "load.jsonl", false, problems, [&](const json& line) { read_load_line(line, logs.load); });
  each_line(proxy, "proxy.jsonl", true, problems,
            [&](const json& line) { logs.proxy.push_back(read_proxy_line(line)); });
  each_line(workers, "workers.jsonl", false, problems,
            [&](const json& line) { logs.workers.push_back(read_worker_line(line)); });
  if (logs.load.acts.empty()) problems.emplace_back("load.jsonl: no line with the plan");
  if (logs.load.end_us == 0) problems.emplace_back("load.jsonl: no line with the end");
  for (const auto& request : logs.load.requests)
    if (request.act < 0 || std::cmp_greater_equal(request.act, logs.load.acts.size()))
      problems.push_back("load.jsonl: request " + std::to_string(request.id) + " is of no act of the plan");
  return logs;
}

LaneLogs read_logs(const std::string& folder) {
  std::vector<std::string> problems;
  const auto load = content(folder + "/load.jsonl", problems);
  const auto proxy = content(folder + "/proxy.jsonl", problems);
  const auto workers = content(folder + "/workers.jsonl", problems);
  auto logs = read_logs(load, proxy, workers);
  logs.problems.insert(logs.problems.begin(), problems.begin(), problems.end());
  return logs;
}

void read_play(std::string_view events, std::string_view told, PlayLogs& play) {
  each_line(events, "events.jsonl", false, play.problems,
            [&](const json& line) { play.events.push_back(read_play_line(line)); });
  each_line(told, "told.jsonl", false, play.problems,
            [&](const json& line) { play.told.push_back(read_told_line(line)); });
}

std::vector<ToldAlert> alerts_of_subject(std::string_view subject) {
  const auto end = subject.find("] ");
  if (!subject.starts_with('[') || end == std::string_view::npos) return {};
  const auto status = subject.substr(1, end - 1);
  const auto name = subject.substr(end + 2, subject.find(' ', end + 2) - end - 2);
  if (status == "RESOLVED") return {{std::string{name}, "resolved", ""}};
  if (status.starts_with("FIRING:")) return {{std::string{name}, "firing", ""}};
  return {};
}

PlayLogs read_play(const std::string& folder) {
  PlayLogs play;
  play.ballast = read_logs(folder + "/ballast");
  play.hpa = read_logs(folder + "/hpa");
  play.keda = read_logs(folder + "/keda");
  play.fixed = read_logs(folder + "/fixed");
  const auto events = content(folder + "/events.jsonl", play.problems);
  const auto told = content(folder + "/told.jsonl", play.problems);
  read_play(events, told, play);
  return play;
}

}  // namespace ballast_demo
