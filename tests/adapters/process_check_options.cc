// The settings of `ready` and `live`, each with a real worker that is made to fail.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/adapters/process_options.h"

namespace ballast {

ProcessTarget server(const ProcessRig& rig) {
  ProcessTarget target = ProcessRig::target({"serve", "{port}", rig.path("status")});
  target.ports = free_ports(3);
  target.ready = ReadyCheck{.http = "http://127.0.0.1:{port}/", .period = kShort};
  return target;
}

Duration time_until(ProcessRig& rig, const ViewCheck& good) {
  const TimePoint began = rig.loop().now();
  rig.until("what is timed", good);
  return rig.loop().now() - began;
}

namespace {

void ready_http(ProcessRig& rig) {
  const ProcessTarget target = server(rig);
  write_text(rig.path("status"), "503");
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.run_for(std::chrono::milliseconds{500});
  EXPECT_EQ(rig.observe().members.at(0).state, MemberState::starting);
  write_text(rig.path("status"), "302");
  rig.until("302 is ready", all_ready(1));
}

void ready_tcp(ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready = ReadyCheck{.tcp = "127.0.0.1:{port}", .period = kShort};
  write_text(rig.path("status"), "503");
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.until("a connection is enough", all_ready(1));
  ProcessTarget deaf = ProcessRig::target({"report", rig.path("facts")});
  deaf.ports = target.ports;
  deaf.ready = target.ready;
  rig.bind(deaf);
  ASSERT_TRUE(rig.scale(2));
  rig.content("facts");
  rig.run_for(std::chrono::milliseconds{500});
  EXPECT_EQ(rig.observe().members.at(1).state, MemberState::starting);
}

void ready_initial_delay(ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready->initial_delay = std::chrono::milliseconds{1200};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_GE(time_until(rig, all_ready(1)), std::chrono::milliseconds{1100});
}

void ready_period(ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready->success_threshold = 2;
  target.ready->period = std::chrono::milliseconds{1200};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_GE(time_until(rig, all_ready(1)), std::chrono::milliseconds{1100});
}

void ready_timeout(ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready->timeout = std::chrono::milliseconds{200};
  target.ready->failure_threshold = 1;
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  write_text(rig.path("status"), "hang");
  const Duration took = time_until(rig, some_member(MemberState::unready));
  EXPECT_LT(took, std::chrono::milliseconds{2500});
  write_text(rig.path("status"), "200");
  rig.until("ready again", all_ready(1));
}

void ready_success_threshold(ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready->success_threshold = 6;
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_GE(time_until(rig, all_ready(1)), 5 * kShort);
}

void ready_failure_threshold(ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready->failure_threshold = 6;
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  write_text(rig.path("status"), "500");
  EXPECT_GE(time_until(rig, some_member(MemberState::unready)), 5 * kShort - kShort / 2);
}

ProcessTarget living(const ProcessRig& rig) {
  ProcessTarget target = server(rig);
  target.ready = ReadyCheck{.tcp = "127.0.0.1:{port}", .period = kShort};
  target.live = LiveCheck{.http = "http://127.0.0.1:{port}/", .period = kShort, .failure_threshold = 1};
  return target;
}

/// From ready to the stop of a worker whose live check has failed from the beginning.
Duration time_to_condemn(ProcessRig& rig, const ProcessTarget& target, const std::string& status = "500") {
  write_text(rig.path("status"), status);
  rig.bind(target);
  EXPECT_TRUE(rig.scale(1));
  rig.until("ready", [](const ScalerView& view) {
    return some_member(MemberState::ready)(view) || some_member(MemberState::failed)(view);
  });
  return time_until(rig, some_member(MemberState::failed));
}

void live_http(ProcessRig& rig) { EXPECT_LT(time_to_condemn(rig, living(rig)), std::chrono::seconds{5}); }

void live_tcp(ProcessRig& rig) {
  ProcessTarget target = living(rig);
  target.live = LiveCheck{.tcp = "127.0.0.1:{port}", .period = kShort};
  write_text(rig.path("status"), "500");
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  rig.run_for(5 * kShort);
  EXPECT_EQ(names_of(rig.observe()), std::vector<std::string>{"web-1"});  // it answers nonsense, but it answers
  EXPECT_TRUE(all_ready(1)(rig.observe()));
  const auto port = static_cast<std::uint16_t>(std::stoi(rig.observe().members[0].address.substr(10)));
  target.live->tcp = fmt::format("127.0.0.2:{}", port);  // where nobody listens
  rig.bind(target);
  rig.until("nobody answers there", some_member(MemberState::failed));
}

void live_initial_delay(ProcessRig& rig) {
  ProcessTarget target = living(rig);
  target.live->initial_delay = std::chrono::milliseconds{1200};
  EXPECT_GE(time_to_condemn(rig, target), std::chrono::milliseconds{900});
}

void live_period(ProcessRig& rig) {
  ProcessTarget target = living(rig);
  target.live->failure_threshold = 2;
  target.live->period = std::chrono::milliseconds{1200};
  EXPECT_GE(time_to_condemn(rig, target), std::chrono::milliseconds{900});
}

void live_timeout(ProcessRig& rig) {
  ProcessTarget target = living(rig);
  target.live->timeout = std::chrono::milliseconds{100};
  EXPECT_LT(time_to_condemn(rig, target, "hang"), std::chrono::milliseconds{2500});
}

void live_failure_threshold(ProcessRig& rig) {
  ProcessTarget target = living(rig);
  target.live->failure_threshold = 8;
  EXPECT_GE(time_to_condemn(rig, target), 6 * kShort);
}

}  // namespace

OptionTests check_options() {
  return {
      {"ready.http", ready_http},
      {"ready.tcp", ready_tcp},
      {"ready.initialDelay", ready_initial_delay},
      {"ready.period", ready_period},
      {"ready.timeout", ready_timeout},
      {"ready.successThreshold", ready_success_threshold},
      {"ready.failureThreshold", ready_failure_threshold},
      {"live.http", live_http},
      {"live.tcp", live_tcp},
      {"live.initialDelay", live_initial_delay},
      {"live.period", live_period},
      {"live.timeout", live_timeout},
      {"live.failureThreshold", live_failure_threshold},
  };
}

}  // namespace ballast
