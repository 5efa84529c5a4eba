// The load of the demo: requests at the times that acts and a seed say, whatever becomes of them (open loop).
// Latency counts from when a request was due, not from when it could be sent, so that a stall is charged in full.
// Anything but a 2xx within five seconds is a failure. The log has one JSON line for the plan, one for each request
// and one for the end; its times are CLOCK_MONOTONIC in microseconds. SIGTERM ends the play early: nothing new is sent.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "examples/demo/client.h"
#include "examples/demo/clocks.h"
#include "examples/demo/options.h"
#include "examples/demo/schedule.h"

namespace ballast_demo {
namespace {

volatile std::sig_atomic_t stop_asked = 0;

struct Settings {
  std::string host{};
  int port = 0;
  std::string path{};
  std::string log{};
  std::string lane{};
  std::vector<Act> acts{};
  Spacing spacing = Spacing::poisson;
  std::uint64_t seed = 1;
  std::int64_t timeout_us = 5'000'000;
  std::int64_t start_in_us = 0;
};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string plan_line(const Settings& settings, std::int64_t start_us, std::size_t requests) {
  std::string acts;
  for (const auto& act : settings.acts)
    acts += fmt::format(R"({}{{"name":"{}","length_us":{},"rate_from":{},"rate_to":{}}})", acts.empty() ? "" : ",",
                        act.name, act.length_us, act.rate_from, act.rate_to);
  return fmt::format(
      R"({{"event":"plan","lane":"{}","start_us":{},"wall_us":{},"seed":{},"spacing":"{}","timeout_us":{},"requests":{},"acts":[{}]}})"
      "\n",
      settings.lane, start_us, wall_us() + (start_us - monotonic_us()), settings.seed,
      settings.spacing == Spacing::even ? "even" : "poisson", settings.timeout_us, requests, acts);
}

void write_finished(std::FILE* log, Client& client, const std::vector<Arrival>& schedule) {
  for (const auto& request : client.take_finished())
    fmt::print(log,
               R"({{"id":{},"act":{},"due_us":{},"sent_us":{},"finished_us":{},"status":{},"error":"{}"}})"
               "\n",
               request.id, schedule[static_cast<std::size_t>(request.id)].act, request.due_us, request.sent_us,
               request.finished_us, request.status, request.error);
}

/// Sends what is due by now; the sum of what was sent so far.
std::size_t send_due(Client& client, const Settings& settings, const std::vector<Arrival>& schedule, std::int64_t start,
                     std::size_t next) {
  while (next < schedule.size() && start + schedule[next].at_us <= monotonic_us()) {
    const auto id = static_cast<std::int64_t>(next);
    client.send(id, start + schedule[next].at_us, fmt::format("{}?id={}", settings.path, id));
    ++next;
  }
  return next;
}

/// Keeps the log readable while the play goes on.
void flush_now_and_then(std::FILE* log, std::int64_t now, std::int64_t& flush_at) {
  if (now < flush_at) return;
  std::fflush(log);
  flush_at = now + 200'000;
}

int play(const Settings& settings, std::FILE* log) {
  const auto schedule = arrivals(settings.acts, settings.spacing, settings.seed);
  const auto start = monotonic_us() + settings.start_in_us;
  fmt::print(log, "{}", plan_line(settings, start, schedule.size()));
  std::fflush(log);
  std::int64_t end = start;
  for (const auto& act : settings.acts) end += act.length_us;
  Client client{settings.host, settings.port, settings.timeout_us};
  std::size_t next = 0;
  std::int64_t flush_at = start;
  std::int64_t ended_at = 0;
  while (ended_at == 0 || client.in_flight() > 0) {
    if (ended_at == 0) next = send_due(client, settings, schedule, start, next);
    const auto now = monotonic_us();
    if (ended_at == 0 && (stop_asked != 0 || now >= end)) ended_at = now;
    flush_now_and_then(log, now, flush_at);
    const auto next_at = next < schedule.size() ? start + schedule[next].at_us : end;
    client.step(ended_at != 0 ? flush_at : std::min(next_at, flush_at));
    write_finished(log, client, schedule);
  }
  fmt::print(log,
             R"({{"event":"end","mono_us":{},"sent":{},"connections":{}}})"
             "\n",
             ended_at, next, client.connections_opened());
  return 0;
}

std::optional<Settings> read_settings(std::span<const char* const> arguments, std::string& problem) {
  constexpr std::array<std::string_view, 10> kKnown{"host", "port", "path",    "log",     "lane",
                                                    "act",  "seed", "spacing", "timeout", "start-in"};
  const auto options = parse_options(arguments, kKnown, problem);
  if (!options) return std::nullopt;
  Settings settings;
  const auto port = parse_number(text_of(*options, "port"));
  const auto seed = parse_number(text_of(*options, "seed", "1"));
  const auto timeout = parse_span_us(text_of(*options, "timeout", "5s"));
  const auto start = parse_span_us(text_of(*options, "start-in", "0s"));
  const auto spacing = text_of(*options, "spacing", "poisson");
  if (!port || *port < 1 || *port > 65535) problem = "--port: a number from 1 to 65535 is needed";
  if (!seed) problem = "--seed: a number is needed";
  if (!timeout || !start) problem = "--timeout, --start-in: a span such as 5s is needed";
  if (spacing != "poisson" && spacing != "even") problem = "--spacing: poisson or even";
  if (options->contains("act"))
    for (const auto& text : options->find("act")->second) {
      const auto act = parse_act(text);
      if (!act) problem = "--act " + text + ": not NAME:SPAN:RATE or NAME:SPAN:RATE-RATE, such as ramp:5s:50-300";
      settings.acts.push_back(act.value_or(Act{}));
    }
  if (settings.acts.empty()) problem = "--act: at least one is needed, such as steady:10s:50";
  if (!problem.empty()) return std::nullopt;
  settings.host = text_of(*options, "host", "127.0.0.1");
  settings.port = static_cast<int>(*port);
  settings.path = text_of(*options, "path", "/work");
  settings.log = text_of(*options, "log", "/dev/stdout");
  settings.lane = text_of(*options, "lane", "lane");
  settings.spacing = spacing == "even" ? Spacing::even : Spacing::poisson;
  settings.seed = static_cast<std::uint64_t>(*seed);
  settings.timeout_us = *timeout;
  settings.start_in_us = *start;
  return settings;
}

void prepare_process() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;  // a stalled pool leaves rate x time-out connections open
  setrlimit(RLIMIT_NOFILE, &files);
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace
}  // namespace ballast_demo

int main(int argc, char** argv) {
  using namespace ballast_demo;
  std::string problem;
  const auto settings = read_settings(std::span{argv + 1, static_cast<std::size_t>(argc - 1)}, problem);
  if (!settings) {
    std::fprintf(stderr, "ballast-demo-load: %s\n", problem.c_str());
    return 2;
  }
  const File log{std::fopen(settings->log.c_str(), "we"), &std::fclose};
  if (!log) {
    std::perror(("ballast-demo-load: " + settings->log).c_str());
    return 1;
  }
  prepare_process();
  return play(*settings, log.get());
}
