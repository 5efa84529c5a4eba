#include "tests/demo/scene.h"

#include <fmt/format.h>

#include "examples/demo/schedule.h"

namespace ballast_demo {
namespace {

LoadLog planned() {
  LoadLog load;
  load.start_us = kStartUs;
  load.end_us = kEndUs;
  load.seed = 7;
  load.spacing = "even";
  load.acts = {{"steady", 10'000'000, 50, 50},
               {"ramp", 5'000'000, 50, 300},
               {"hold", 30'000'000, 300, 300},
               {"calm", 60'000'000, 50, 50}};
  return load;
}

/// Requests that take `slow_us` when due within [slow_from, slow_to), else 60 ms; above five seconds is a time-out.
void play(LoadLog& load, std::int64_t slow_from, std::int64_t slow_to, std::int64_t slow_us) {
  std::vector<Act> acts;
  for (const auto& act : load.acts) acts.push_back({act.name, act.length_us, act.rate_from, act.rate_to});
  for (const auto& arrival : arrivals(acts, Spacing::even, 1)) {
    const auto due = kStartUs + arrival.at_us;
    const bool slow = due >= slow_from && due < slow_to;
    const bool lost = slow && slow_us > 5'000'000;
    load.requests.push_back({static_cast<std::int64_t>(load.requests.size()), static_cast<std::int64_t>(arrival.act),
                             due, due + 200, due + (slow ? std::min<std::int64_t>(slow_us, 5'000'000) : 60'000),
                             lost ? 0 : 200, lost ? "timeout" : ""});
  }
  load.sent = static_cast<std::int64_t>(load.requests.size());
}

void add_worker(Scene& scene, std::int64_t pid, std::int64_t started) {
  const auto name = fmt::format("worker-{}", pid);
  scene.workers.push_back({"started", name, pid, started, {}});
  scene.workers.push_back({"ready", name, pid, started + 510'000, {}});
}

void remove_worker(Scene& scene, std::int64_t pid, std::int64_t at) {
  const auto name = fmt::format("worker-{}", pid);
  scene.workers.push_back({"sigterm", name, pid, at, {}});
  scene.workers.push_back({"stopped", name, pid, at + 50'000, {}});
}

/// Every request through HAProxy, the good ones by the four first workers in turn.
void route(Scene& scene) {
  for (const auto& request : scene.load.requests) {
    const auto pid = 100 + request.id % 4;
    const auto name = fmt::format("worker-{}", pid);
    scene.proxy.push_back({request.id, request.failed() ? "<NOSRV>" : name, request.failed() ? 503 : 200});
    if (!request.failed()) scene.workers.push_back({"request", name, pid, request.finished_us, request.id});
  }
}

}  // namespace

Scene good_ballast() {
  Scene scene{planned(), {}, {}};
  play(scene.load, kExceededUs + 1'000'000, kExceededUs + 7'000'000, 900'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) add_worker(scene, pid, kStartUs - 3'000'000);
  for (std::int64_t pid = 104; pid < 122; ++pid)
    add_worker(scene, pid, kExceededUs + 1'200'000 + (pid - 104) * 200'000);
  for (std::int64_t pid = 104; pid < 122; ++pid) remove_worker(scene, pid, kFellUs + 35'000'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) remove_worker(scene, pid, kEndUs + 1'000'000);
  route(scene);
  return scene;
}

Scene good_fixed() {
  Scene scene{planned(), {}, {}};
  play(scene.load, kExceededUs + 2'000'000, kFellUs + 4'000'000, 9'000'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) add_worker(scene, pid, kStartUs - 3'000'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) remove_worker(scene, pid, kEndUs + 1'000'000);
  route(scene);
  return scene;
}

std::string load_text(const LoadLog& load) {
  std::string acts;
  for (const auto& act : load.acts)
    acts += fmt::format(R"({}{{"name":"{}","length_us":{},"rate_from":{},"rate_to":{}}})", acts.empty() ? "" : ",",
                        act.name, act.length_us, act.rate_from, act.rate_to);
  auto text = fmt::format(R"({{"event":"plan","start_us":{},"seed":{},"spacing":"{}","acts":[{}]}})", load.start_us,
                          load.seed, load.spacing, acts) +
              "\n";
  for (const auto& request : load.requests)
    text += fmt::format(R"({{"id":{},"act":{},"due_us":{},"sent_us":{},"finished_us":{},"status":{},"error":"{}"}})"
                        "\n",
                        request.id, request.act, request.due_us, request.sent_us, request.finished_us, request.status,
                        request.error);
  return text + fmt::format(R"({{"event":"end","mono_us":{},"sent":{}}})"
                            "\n",
                            load.end_us, load.sent);
}

std::string proxy_text(const std::vector<ProxyRequest>& proxy) {
  std::string text = "Proxy front started.\n";
  for (const auto& request : proxy)
    text +=
        fmt::format(R"({{"uri":"{}","server":"{}","status":{}}})"
                    "\n",
                    request.id ? fmt::format("/work?id={}", *request.id) : "<BADREQ>", request.server, request.status);
  return text;
}

std::string workers_text(const std::vector<WorkerEvent>& workers) {
  std::string text;
  for (const auto& event : workers)
    text += fmt::format(R"({{"event":"{}","name":"{}","pid":{},"mono_us":{}{}}})"
                        "\n",
                        event.event, event.name, event.pid, event.at_us,
                        event.id ? fmt::format(R"(,"target":"/work?id={}")", *event.id) : "");
  return text;
}

LaneLogs as_read(const Scene& scene) {
  return read_logs(load_text(scene.load), proxy_text(scene.proxy), workers_text(scene.workers));
}

}  // namespace ballast_demo
