#include "tests/demo/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "examples/demo/schedule.h"

namespace ballast_demo {
namespace {

/// Workers 100 and 101, each for 15 s, each out after 3 s.
struct SickTime {
  std::int64_t pid = 0;
  const char* how = "";
  std::int64_t begin_us = 0;
  [[nodiscard]] std::int64_t out_us() const { return begin_us + 3'000'000; }
  [[nodiscard]] std::int64_t well_us() const { return begin_us + 15'000'000; }
};
constexpr std::array<SickTime, 2> kSick{
    {{100, "slow", kSickActUs + 2'000'000}, {101, "fails", kSickActUs + 22'000'000}}};

LoadLog planned() {
  LoadLog load;
  load.start_us = kStartUs;
  load.end_us = kEndUs;
  load.seed = 7;
  load.spacing = "even";
  load.acts = {{"steady", 10'000'000, 50, 50}, {"ramp", 5'000'000, 50, 300},    {"hold", 15'000'000, 300, 300},
               {"sick", 40'000'000, 100, 100}, {"lies", 30'000'000, 100, 100},  {"fall", 20'000'000, 50, 50},
               {"again", 4'000'000, 50, 300},  {"hold2", 12'000'000, 300, 300}, {"calm", 20'000'000, 50, 50}};
  return load;
}

struct SlowTime {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
};

/// Requests that take `slow_us` when due within one of `slow`, else 60 ms; above five seconds is a time-out.
void play(LoadLog& load, const std::vector<SlowTime>& slow, std::int64_t slow_us) {
  std::vector<Act> acts;
  for (const auto& act : load.acts) acts.push_back({act.name, act.length_us, act.rate_from, act.rate_to});
  for (const auto& arrival : arrivals(acts, Spacing::even, 1)) {
    const auto due = kStartUs + arrival.at_us;
    const bool is_slow =
        std::ranges::any_of(slow, [&](const SlowTime& time) { return due >= time.from_us && due < time.to_us; });
    const bool lost = is_slow && slow_us > 5'000'000;
    load.requests.push_back({static_cast<std::int64_t>(load.requests.size()), static_cast<std::int64_t>(arrival.act),
                             due, due + 200, due + (is_slow ? std::min<std::int64_t>(slow_us, 5'000'000) : 60'000),
                             lost ? 0 : 200, lost ? "timeout" : ""});
  }
  load.sent = static_cast<std::int64_t>(load.requests.size());
}

void add_worker(Scene& scene, std::int64_t pid, std::int64_t started) {
  const auto name = fmt::format("worker-{}", pid);
  scene.workers.push_back({"started", name, pid, started, {}, {}});
  scene.workers.push_back({"ready", name, pid, started + 510'000, {}, {}});
}

void remove_worker(Scene& scene, std::int64_t pid, std::int64_t at) {
  const auto name = fmt::format("worker-{}", pid);
  scene.workers.push_back({"sigterm", name, pid, at, {}, {}});
  scene.workers.push_back({"stopped", name, pid, at + 50'000, {}, {}});
}

/// Whom HAProxy gives a request to: the four first workers in turn, but nobody who is out.
std::int64_t server_for(const LoadRequest& request, bool ejects) {
  const auto pid = 100 + request.id % 4;
  for (const auto& sick : kSick)
    if (ejects && pid == sick.pid && request.sent_us >= sick.out_us() && request.sent_us < sick.well_us()) return 103;
  return pid;
}

/// What a worker makes of it.
void serve(LoadRequest& request, std::int64_t pid, bool with_sick) {
  for (const auto& sick : kSick) {
    if (!with_sick || pid != sick.pid || request.sent_us < sick.begin_us || request.sent_us >= sick.well_us()) continue;
    if (sick.how == std::string_view{"slow"}) request.finished_us = request.due_us + 510'000;
    if (sick.how == std::string_view{"fails"}) request.status = 500;
  }
}

/// Every request through HAProxy, those that were not given up to a worker.
void route(Scene& scene, const std::string& prefix, bool with_sick, bool ejects) {
  for (auto& request : scene.load.requests) {
    const bool given_up = request.failed();
    const auto pid = server_for(request, ejects);
    if (!given_up) serve(request, pid, with_sick);
    const auto name = fmt::format("worker-{}", pid);
    scene.proxy.push_back({request.id, given_up ? "<NOSRV>" : prefix + name, given_up ? 503 : request.status, 0});
    if (!request.failed()) scene.workers.push_back({"request", name, pid, request.finished_us, request.id, {}});
  }
}

void make_sick(Scene& scene) {
  for (const auto& sick : kSick) {
    const auto name = fmt::format("worker-{}", sick.pid);
    scene.workers.push_back({"sick", name, sick.pid, sick.begin_us, {}, sick.how});
    scene.workers.push_back({"well", name, sick.pid, sick.well_us(), {}, sick.how});
  }
}

/// A lane that follows the load.
Scene steered(bool ejects, bool shrinks_while_lied_to) {
  constexpr auto kAgainUs = kRestartedUs + 1'000'000;
  Scene scene{planned(), {}, {}};
  play(scene.load, {{kExceededUs + 1'000'000, kExceededUs + 7'000'000}, {kKilledUs, kKilledUs + 6'000'000}}, 900'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) add_worker(scene, pid, kStartUs - 3'000'000);
  for (std::int64_t pid = 104; pid < 122; ++pid) {
    const bool early = shrinks_while_lied_to && pid < 111;
    add_worker(scene, pid, kExceededUs + 1'200'000 + (pid - 104) * 200'000);
    remove_worker(scene, pid, early ? kLiesActUs + 20'000'000 : kFellUs + 15'000'000);
  }
  for (std::int64_t pid = 122; pid < 140; ++pid) {
    add_worker(scene, pid, kAgainUs + (pid - 122) * 200'000);
    remove_worker(scene, pid, kFellAgainUs + 12'000'000);
  }
  for (std::int64_t pid = 100; pid < 104; ++pid) remove_worker(scene, pid, kEndUs + 1'000'000);
  route(scene, "ballast-", true, ejects);
  make_sick(scene);
  return scene;
}

Told webhook(std::int64_t at, const std::string& name, const std::string& status, const std::string& since) {
  return {"webhook", at, fmt::format("key-{}", at), name + status, {{name, status, since}}};
}
Told mail(std::int64_t at, const std::string& name, const std::string& status) {
  return {"mail", at, fmt::format("<{}@demo>", at), name + status, {{name, status, ""}}};
}

}  // namespace

Scene good_ballast() { return steered(true, false); }
Scene good_hpa() { return steered(false, false); }
Scene good_keda() { return steered(false, true); }

Scene good_fixed() {
  Scene scene{planned(), {}, {}};
  scene.load.acts.resize(3);
  scene.load.end_us = kSickActUs;
  play(scene.load, {{kExceededUs + 2'000'000, kEndUs}}, 9'000'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) add_worker(scene, pid, kStartUs - 3'000'000);
  for (std::int64_t pid = 100; pid < 104; ++pid) remove_worker(scene, pid, kEndUs + 1'000'000);
  route(scene, "", false, false);
  return scene;
}

std::vector<PlayEvent> good_events() {
  std::vector<PlayEvent> events;
  for (const auto& sick : kSick) {
    events.push_back({"sickened", "ballast", sick.pid, sick.how, sick.begin_us});
    events.push_back({"well", "ballast", sick.pid, sick.how, sick.well_us()});
  }
  for (const auto* lane : {"ballast", "keda"}) {
    events.push_back({"lies", lane, 0, "empty", kLiesActUs});
    events.push_back({"lies", lane, 0, "zero", kLiesActUs + 10'000'000});
    events.push_back({"lies", lane, 0, "frozen", kLiesActUs + 20'000'000});
    events.push_back({"lies", lane, 0, "", kFellUs});
  }
  events.push_back({"lies", "ballast", 0, "empty", kKilledUs - 15'000'000});
  events.push_back({"killed", "ballast", 77, "", kKilledUs});
  events.push_back({"restarted", "ballast", 78, "", kRestartedUs});
  events.push_back({"lies", "ballast", 0, "", kRestartedUs + 6'000'000});
  return events;
}

std::vector<Told> good_told() {
  std::vector<Told> told;
  const auto episode = [&](const std::string& name, std::int64_t begin, std::int64_t end) {
    const auto since = std::to_string(begin);
    told.push_back(webhook(begin, name, "firing", since));
    told.push_back(mail(begin, name, "firing"));
    told.push_back(webhook(end, name, "resolved", since));
    told.push_back(mail(end, name, "resolved"));
  };
  episode("MemberEjected", kSickActUs + 3'000'000, kLiesActUs + 1'000'000);
  episode("ArrivalsUnknown", kLiesActUs + 6'000'000, kLiesActUs + 12'000'000);
  episode("ArrivalsUnknown", kLiesActUs + 25'000'000, kFellUs + 1'000'000);
  episode("ArrivalsUnknown", kKilledUs - 2'000'000, kRestartedUs + 7'000'000);
  return told;
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
    text += fmt::format(R"({{"uri":"{}","server":"{}","status":{},"wait_ms":{}}})"
                        "\n",
                        request.id ? fmt::format("/work?id={}", *request.id) : "<BADREQ>", request.server,
                        request.status, request.wait_us / 1'000);
  return text;
}

std::string workers_text(const std::vector<WorkerEvent>& workers) {
  std::string text;
  for (const auto& event : workers)
    text += fmt::format(R"({{"event":"{}","name":"{}","pid":{},"mono_us":{}{}}})"
                        "\n",
                        event.event, event.name, event.pid, event.at_us,
                        event.id            ? fmt::format(R"(,"target":"/work?id={}")", *event.id)
                        : event.how.empty() ? ""
                                            : fmt::format(R"(,"how":"{}")", event.how));
  return text;
}

std::string events_text(const std::vector<PlayEvent>& events) {
  std::string text;
  for (const auto& event : events)
    text += fmt::format(R"({{"event":"{}","lane":"{}","pid":{},"what":"{}","mono_us":{},"wall_us":0}})"
                        "\n",
                        event.event, event.lane, event.pid, event.what, event.at_us);
  return text;
}

std::string told_text(const std::vector<Told>& told) {
  std::string text;
  for (const auto& one : told) {
    const auto& alert = one.alerts.front();
    const auto more = one.event == "mail" ? fmt::format(R"("subject":"[{}] {} default")",
                                                        alert.status == "firing" ? "FIRING:1" : "RESOLVED", alert.name)
                                          : fmt::format(R"("alerts":[{{"name":"{}","status":"{}","startsAt":"{}"}}])",
                                                        alert.name, alert.status, alert.starts_at);
    text += fmt::format(R"({{"event":"{}","mono_us":{},"key":"{}","digest":"{}",{}}})"
                        "\n",
                        one.event, one.at_us, one.key, one.digest, more);
  }
  return text;
}

LaneLogs as_read(const Scene& scene) {
  return read_logs(load_text(scene.load), proxy_text(scene.proxy), workers_text(scene.workers));
}

}  // namespace ballast_demo
