#include "probes/haproxy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "tests/probes/haproxy_with_two.h"

namespace ballast {
namespace {

using std::chrono::seconds;
constexpr TimePoint kStart{seconds{1000}};

struct Server {
  std::string name;
  std::string scur;
  std::string stot;
  std::string bin = "0";
};

/// `show stat` of a backend `web` with these servers; the BACKEND row holds `backend`.
std::string stat(const std::vector<Server>& servers, const Server& backend) {
  std::string text = "# pxname,svname,scur,stot,bin,status,type,\nin,FRONTEND,9,99,0,OPEN,0,\n";
  const auto row = [](const Server& server, const char* type) {
    return "web," + server.name + "," + server.scur + "," + server.stot + "," + server.bin + ",UP," + type + ",\n";
  };
  for (const Server& server : servers) text += row(server, "2");
  return text + row({"BACKEND", backend.scur, backend.stot, backend.bin}, "1") + "other,BACKEND,7,77,0,UP,1,\n\n";
}

Page page(const CompiledProbe& probe, const std::string& text, TimePoint at) {
  auto decoded = probe.decode(Response{.status = 200, .body = text, .received_at = at});
  EXPECT_TRUE(decoded.has_value());
  return *std::move(decoded);
}

HaproxySpec spec(const std::string& field, HaproxyRows of = HaproxyRows::backend) {
  return HaproxySpec{.socket = "/run/h.sock", .backend = "web", .field = field, .of = of};
}

TEST(HaproxyProbe, AsksTheSocketForStatistics) {
  auto asked = spec("scur");
  asked.timeout = seconds{3};
  const auto probe = compile(asked);
  EXPECT_EQ(probe.request.channel, Channel::exchange);
  EXPECT_EQ(probe.request.url, "unix:///run/h.sock");
  EXPECT_EQ(probe.request.body, "show stat\n");
  EXPECT_EQ(probe.request.deadline, seconds{3});
}

TEST(HaproxyProbe, SignalsOfOneSocketShareOneRequest) {
  EXPECT_EQ(compile(spec("scur")).request, compile(spec("stot", HaproxyRows::servers)).request);
  EXPECT_EQ(compile(spec("scur")).type, compile(spec("stot")).type);
}

TEST(HaproxyProbe, AGaugeOfABackendIsOneInstantaneousValue) {
  const auto probe = compile(spec("scur"));
  const auto reading = probe.select(page(probe, stat({{"ballast-a", "2", "5"}}, {"", "3", "5"}), kStart), nullptr);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(*reading, scalar(kStart, 3));
}

TEST(HaproxyProbe, AGaugeOfServersNamesMembersAsTheScalerDoes) {
  const auto probe = compile(spec("scur", HaproxyRows::servers));
  const auto reading = probe.select(
      page(probe, stat({{"ballast-a", "2", "5"}, {"static", "1", "5"}}, {"", "3", "10"}), kStart), nullptr);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->samples, (std::vector<NamedSample>{{"a", 2, kStart, {}}, {"static", 1, kStart, {}}}));
}

TEST(HaproxyProbe, ACounterIsARateOverTheTimeBetweenThePages) {
  const auto probe = compile(spec("stot"));
  const auto before = page(probe, stat({}, {"", "0", "100"}), kStart);
  const auto after = page(probe, stat({}, {"", "0", "150"}), kStart + seconds{5});
  EXPECT_EQ(probe.select(before, nullptr).error().code, Errc::unavailable);
  EXPECT_EQ(*probe.select(after, &before), scalar(kStart + seconds{5}, 10, seconds{5}));
  EXPECT_EQ(*probe.select(page(probe, stat({}, {"", "0", "150"}), kStart + seconds{10}), &after),
            scalar(kStart + seconds{10}, 0, seconds{5}));
  EXPECT_EQ(probe.select(before, &before).error().code, Errc::unavailable);  // no time has passed
}

TEST(HaproxyProbe, ANewServerCountsFromZeroAndAGoneOneIsForgotten) {
  const auto probe = compile(spec("stot", HaproxyRows::servers));
  const auto before =
      page(probe, stat({{"ballast-a", "0", "100"}, {"ballast-gone", "0", "9"}}, {"", "0", "109"}), kStart);
  const auto after =
      page(probe, stat({{"ballast-a", "0", "110"}, {"ballast-b", "0", "20"}}, {"", "0", "139"}), kStart + seconds{10});
  const auto reading = probe.select(after, &before);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  EXPECT_EQ(reading->window, seconds{10});
  EXPECT_EQ(reading->samples, (std::vector<NamedSample>{{"a", 1, kStart + seconds{10}, seconds{10}},
                                                        {"b", 2, kStart + seconds{10}, seconds{10}}}));
}

TEST(HaproxyProbe, ARestartIsUnknownForOnePollAndNeverASpikeOrANegativeRate) {
  const auto probe = compile(spec("stot"));
  const auto before = page(probe, stat({}, {"", "0", "100", "9000"}), kStart);
  const auto fell = page(probe, stat({}, {"", "0", "3", "300"}), kStart + seconds{5});
  const auto caught_up = page(probe, stat({}, {"", "0", "400", "300"}), kStart + seconds{5});
  EXPECT_EQ(probe.select(fell, &before).error().code, Errc::unavailable);
  EXPECT_NE(probe.select(fell, &before).error().message.find("restarted"), std::string::npos);
  EXPECT_EQ(probe.select(caught_up, &before).error().code, Errc::unavailable);  // bin tells
  const auto next = page(probe, stat({}, {"", "0", "8", "800"}), kStart + seconds{10});
  EXPECT_EQ(*probe.select(next, &fell), scalar(kStart + seconds{10}, 1, seconds{5}));
}

TEST(HaproxyProbe, WhatIsNotThereIsAnErrorNotZero) {
  struct Case {
    HaproxySpec spec;
    Errc code;
    const char* part;
  };
  auto elsewhere = spec("scur");
  elsewhere.backend = "nope";
  auto frontend = spec("scur");
  frontend.backend = "in";
  for (const auto& [asked, code, part] : {
           Case{spec("sessions"), Errc::not_found, "no column 'sessions'"},
           Case{elsewhere, Errc::not_found, "no backend 'nope'"},
           Case{frontend, Errc::not_found, "no backend 'in'"},
           Case{spec("status"), Errc::invalid, "'status' of web/BACKEND is 'UP', not a number"},
           Case{spec("scur", HaproxyRows::servers), Errc::not_found, "'web' has no servers"},
       }) {
    const auto probe = compile(asked);
    const auto reading = probe.select(page(probe, stat({}, {"", "3", "5"}), kStart), nullptr);
    ASSERT_FALSE(reading.has_value());
    EXPECT_EQ(reading.error().code, code);
    EXPECT_NE(reading.error().message.find(part), std::string::npos) << reading.error().message;
  }
  const auto probe = compile(spec("scur"));
  EXPECT_EQ(probe.select(page(probe, stat({}, {"", "", "5"}), kStart), nullptr).error().code, Errc::invalid);
  EXPECT_EQ(probe.select(page(probe, stat({}, {"", "nan", "5"}), kStart), nullptr).error().code, Errc::invalid);
}

TEST(HaproxyProbe, AnAnswerThatIsNoTableOrCutOffIsNoPage) {
  const auto probe = compile(spec("scur"));
  for (const std::string& body :
       {std::string{}, std::string{"Permission denied\n\n"}, stat({}, {"", "3", "5"}).substr(0, 80)})
    EXPECT_EQ(probe.decode(Response{.status = 200, .body = body}).error().code, Errc::unavailable) << body;
}

TEST(HaproxyProbeOnRealHaproxy, CountsTheRequestsItServed) {
  const auto haproxy = HaproxyWithTwo::start();
  if (!haproxy) GTEST_SKIP() << "SKIPPED: no /usr/sbin/haproxy that starts";
  auto total = spec("req_tot");
  auto members = spec("hrsp_2xx", HaproxyRows::servers);
  auto sessions = spec("scur");
  for (HaproxySpec* each : {&total, &members, &sessions}) each->socket = haproxy->admin_socket();
  const auto probe = compile(total);
  const auto before = page(probe, haproxy->ask("show stat"), kStart);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(haproxy->get().rfind("HTTP/1.1 200", 0), 0U);
  // A client has its answer a little before HAProxy has ended and counted the session.
  const auto counted = scalar(kStart + seconds{2}, 5, seconds{2});
  const auto idle = scalar(kStart + seconds{2}, 0);
  Page after;
  const auto give_up = std::chrono::steady_clock::now() + seconds{10};
  do {
    after = page(probe, haproxy->ask("show stat"), kStart + seconds{2});
  } while ((*probe.select(after, &before) != counted || *compile(sessions).select(after, &before) != idle) &&
           std::chrono::steady_clock::now() < give_up);

  EXPECT_EQ(*probe.select(after, &before), counted);
  const auto each = compile(members).select(after, &before);
  ASSERT_TRUE(each.has_value()) << each.error().message;
  EXPECT_EQ(each->samples, (std::vector<NamedSample>{{"w1", 2.5, kStart + seconds{2}, seconds{2}},
                                                     {"w2", 2.5, kStart + seconds{2}, seconds{2}}}));
  EXPECT_EQ(*compile(sessions).select(after, &before), idle);

  EXPECT_EQ(haproxy->ask("clear counters all"), "\n");
  const auto cleared = page(probe, haproxy->ask("show stat"), kStart + seconds{4});
  EXPECT_EQ(probe.select(cleared, &after).error().code, Errc::unavailable);
}

TEST(HaproxyProbeOnRealHaproxy, EveryCounterOfTheTableIsAColumnThere) {
  const auto haproxy = HaproxyWithTwo::start();
  if (!haproxy) GTEST_SKIP() << "SKIPPED: no /usr/sbin/haproxy that starts";
  const auto table = parse_haproxy_stat(haproxy->ask("show stat"));
  ASSERT_TRUE(table.has_value());
  int counters = 0;
  for (const std::string& column : table->columns) counters += is_haproxy_counter(column) ? 1 : 0;
  EXPECT_EQ(counters, 38);
  for (const char* gauge : {"scur", "qcur", "rate", "rtime", "act", "weight", "lastchg"})
    EXPECT_FALSE(is_haproxy_counter(gauge)) << gauge;
}

}  // namespace
}  // namespace ballast
