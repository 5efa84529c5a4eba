// What the balancer says to HAProxy and how it reads the answers, without one.
#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/haproxy/backend_state.h"
#include "adapters/haproxy/changes.h"

namespace ballast::haproxy {
namespace {

const Scope kScope{.pool = {.socket = "/s", .backend = "web", .check = false}, .weighed = {"st1"}};

Server server(const std::string& name, std::int32_t weight, std::int32_t admin_state = 0) {
  return {.name = name,
          .address = "127.0.0.1:9001",
          .weight = weight,
          .admin_state = admin_state,
          .running = admin_state == 0};
}
WantedMember member(const std::string& name, std::int32_t weight) {
  return {.name = name, .address = "127.0.0.1:9001", .weight = weight};
}
/// The commands of a balancer that has seen `state` and nothing before.
std::vector<std::string> commands(const BackendState& state, const std::vector<WantedMember>& wanted,
                                  const Scope& scope = kScope) {
  Ledger ledger;
  settle(ledger, state, scope);
  std::vector<std::string> all;
  for (const auto& change : changes_to(scope, state, ledger, wanted).list)
    all.insert(all.end(), change.commands.begin(), change.commands.end());
  return all;
}

using Lines = std::vector<std::string>;

TEST(HaproxyChanges, AddsAServerAndEnablesIt) {
  EXPECT_EQ(commands({}, {member("a", 100)}),
            (Lines{"add server web/ballast-a 127.0.0.1:9001 weight 100", "enable server web/ballast-a"}));
  auto scope = kScope;
  scope.pool.check = true;
  scope.pool.check_interval = std::chrono::milliseconds{500};
  scope.pool.maxconn = 8;
  EXPECT_EQ(commands({}, {{.name = "a", .address = "[0:0::1]:80", .weight = 1}}, scope),
            (Lines{"add server web/ballast-a [::1]:80 weight 1 check inter 500ms maxconn 8",
                   "enable health web/ballast-a", "enable server web/ballast-a"}));
}

TEST(HaproxyChanges, AddsAndRaisesBeforeItCutsAndRemoves) {
  const BackendState state{
      .servers = {server("ballast-gone", 0), server("ballast-cut", 100), server("ballast-raised", 1)}};
  EXPECT_EQ(commands(state, {member("cut", 0), member("raised", 100), member("new", 5)}),
            (Lines{"add server web/ballast-new 127.0.0.1:9001 weight 5", "enable server web/ballast-new",
                   "set weight web/ballast-raised 100", "set weight web/ballast-cut 0",
                   "set server web/ballast-gone state maint", "del server web/ballast-gone"}));
}

TEST(HaproxyChanges, NeverRemovesAServerOfTheConfiguration) {
  const BackendState state{.servers = {server("st1", 3), server("st2", 0), server("notballast-x", 0, kForcedMaint)}};
  EXPECT_EQ(commands(state, {}), Lines{});
}

TEST(HaproxyChanges, FinishesAnAdditionThatWasCutShort) {
  const BackendState before{.pid = "7"};
  Ledger ledger;
  settle(ledger, before, kScope);
  const auto changes = changes_to(kScope, before, ledger, {member("a", 100)});
  note(ledger, changes.list);
  const BackendState half{.pid = "7", .servers = {server("ballast-a", 100, kForcedMaint)}};
  settle(ledger, half, kScope);
  EXPECT_FALSE(is_done(changes.list.at(0), half));
  const auto rest = changes_to(kScope, half, ledger, {member("a", 100)});
  ASSERT_EQ(rest.list.size(), 1U);
  EXPECT_EQ(rest.list[0].commands, (Lines{"enable server web/ballast-a"}));
  EXPECT_FALSE(rest.held);
}

TEST(HaproxyChanges, TakesBackAMemberWhoseRemovalWasRefused) {
  const BackendState before{.pid = "7", .servers = {server("ballast-a", 0)}};
  Ledger ledger;
  settle(ledger, before, kScope);
  note(ledger, changes_to(kScope, before, ledger, {}).list);
  const BackendState left{.pid = "7", .servers = {server("ballast-a", 0, kForcedMaint)}};
  settle(ledger, left, kScope);
  const auto again = changes_to(kScope, left, ledger, {member("a", 100)});
  ASSERT_EQ(again.list.size(), 2U);
  EXPECT_EQ(again.list[0].commands, (Lines{"set weight web/ballast-a 100"}));
  EXPECT_EQ(again.list[1].commands, (Lines{"enable server web/ballast-a"}));
  note(ledger, again.list);
  settle(ledger, BackendState{.pid = "7", .servers = {server("ballast-a", 100)}}, kScope);
  const BackendState person{.pid = "7", .servers = {server("ballast-a", 100, kForcedMaint)}};
  settle(ledger, person, kScope);
  EXPECT_NE(contest(person.servers[0], ledger.servers.at("ballast-a"), "web"), "");
}

TEST(HaproxyChanges, KnowsItsOwnWritesFromAPersons) {
  struct Case {
    const char* name;
    Written written;
    std::int32_t weight;
    std::int32_t admin_state;
    bool contested;
  };
  const Case cases[] = {
      {"as written", {.weight = 10}, 10, 0, false},
      {"another weight", {.weight = 10}, 11, 0, true},
      {"a write whose answer was lost, carried out", {.weight = 10, .asked = 20}, 20, 0, false},
      {"the same, not carried out", {.weight = 10, .asked = 20}, 10, 0, false},
      {"the same, and a person after it", {.weight = 10, .asked = 20}, 30, 0, true},
      {"maintenance", {.weight = 10}, 10, kForcedMaint, true},
      {"drain", {.weight = 10}, 10, kForcedDrain, true},
      {"disabled in the configuration", {.weight = 10}, 10, kConfigMaint, true},
      {"inherited maintenance is nobody's word", {.weight = 10}, 10, 0x02, false},
      {"our removal", {.weight = 0, .deleting = true}, 0, kForcedMaint, false},
      {"our addition", {.adding = true}, 5, kForcedMaint, false},
      {"drained by a person while we remove", {.weight = 0, .deleting = true}, 0, kForcedDrain, true},
  };
  for (const auto& each : cases) {
    const auto words = contest(server("ballast-a", each.weight, each.admin_state), each.written, "web");
    EXPECT_EQ(!words.empty(), each.contested) << each.name << ": " << words;
  }
}

TEST(HaproxyChanges, LinesHoldWholeServersAndStayBelowTheLimit) {
  std::vector<Change> changes;
  for (int i = 0; i < 100; ++i) {
    const auto name = "ballast-" + std::to_string(i);
    changes.push_back({.server = name, .commands = {"set weight web/" + name + " 1", "enable server web/" + name}});
  }
  const auto lines = command_lines(changes, 500);
  ASSERT_GT(lines.size(), 5U);
  std::string all;
  for (const auto& line : lines) {
    EXPECT_LE(line.size(), 500U);
    EXPECT_EQ(line.find("set severity-output number;set weight"), 0U);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    EXPECT_EQ(line.back(), '\n');
    all += line;
  }
  for (const auto& change : changes)
    EXPECT_NE(all.find(";" + change.commands[0] + ";" + change.commands[1]), std::string::npos);
  EXPECT_TRUE(command_lines({}, 500).empty());
}

constexpr std::string_view kAnswer =
    "\nName: HAProxy\nPid: 42\n\n"
    "# pxname,svname,qcur,scur,algo,\nweb,ballast-a,1,2,,\nweb,st1,0,0,,\nweb,BACKEND,5,2,leastconn,\n\n"
    "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port\n"
    "3 web 1 ballast-a 127.0.0.1 2 0 100 9001\n3 web 2 st1 - 0 1 7 0\n\n";

TEST(HaproxyState, JoinsBothTables) {
  const auto state = read_state("web", "ballast_shed", kAnswer);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->pid, "42");
  EXPECT_EQ(state->algorithm, "leastconn");
  const Server first{.name = "ballast-a", .address = "127.0.0.1:9001", .weight = 100, .in_flight = 3, .running = true};
  const Server second{.name = "st1", .weight = 7, .admin_state = kForcedMaint};
  EXPECT_EQ(state->servers, (std::vector<Server>{first, second}));
}

TEST(HaproxyState, ReadsTheShareThatIsRefused) {
  const auto shed = [](std::string_view said) {
    std::string answer{kAnswer};
    answer.insert(answer.find("# pxname"), said);
    return read_state("web", "ballast_shed", answer)->shed;
  };
  EXPECT_EQ(shed("[6]: proc.ballast_shed: type=sint value=<30>\n\n"), 30);
  EXPECT_EQ(shed("[3]: Variable not found.\n\n"), 0) << "nobody has set it";
  EXPECT_EQ(shed("[3]: Permission denied\n\n"), std::nullopt);
  EXPECT_EQ(shed("[6]: proc.ballast_shed: type=str value=<30>\n\n"), std::nullopt);
  EXPECT_EQ(shed(""), std::nullopt);
}

TEST(HaproxyState, SetsWhatIsToldBeforeTheShare) {
  EXPECT_EQ(shed_line("ballast_shed", 30, std::chrono::milliseconds{4001}),
            "set severity-output number;experimental-mode on;set var proc.ballast_shed_retry_after int(5);set var "
            "proc.ballast_shed int(30)\n");
}

TEST(HaproxyState, NeverTakesAPartOfAnAnswerForTheWhole) {
  for (std::size_t length = 0; length < kAnswer.size(); ++length)
    EXPECT_FALSE(read_state("web", "ballast_shed", kAnswer.substr(0, length))) << length;
}

TEST(HaproxyState, AServerWithoutCountsIsNotAnIdleOne) {
  std::string answer{kAnswer};
  answer.erase(answer.find("web,st1"), std::string_view{"web,st1,0,0,,\n"}.size());
  const auto state = read_state("web", "ballast_shed", answer);
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, Errc::unavailable);
}

TEST(HaproxyState, ARefusalHasTheCodeOfWhatHelps) {
  const std::pair<const char*, Errc> cases[] = {
      {"Permission denied", Errc::denied},
      {"No such backend.", Errc::not_found},
      {"Backend must use a dynamic load balancing to support dynamic servers.", Errc::invalid},
      {"Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.", Errc::invalid},
      {"No such server.", Errc::conflict},
      {"Already exists a server with the same name in backend.", Errc::conflict},
      {"Server still has connections attached to it, cannot remove it.", Errc::unavailable},
      {"unknown keyword 'bogus'.", Errc::invalid}};
  for (const auto& [answer, code] : cases) {
    const auto error = refusal("HAProxy at /s", "set weight web/a 1", answer, {});
    EXPECT_EQ(error.code, code) << answer;
    EXPECT_NE(error.message.find(answer), std::string::npos);
    EXPECT_NE(error.message.find("set weight web/a 1"), std::string::npos);
  }
}

TEST(HaproxyState, FindsTheErrorsAmongTheNotices) {
  EXPECT_EQ(error_lines("\n[6]: New server registered.\n\n[3]: No such server.\n[4]: hm\n[3]: Permission denied\n\n"),
            "No such server. Permission denied");
  EXPECT_EQ(error_lines("[6]: all is well\n[3]"), "");
}

TEST(HaproxyState, SpellsAddressesOneWay) {
  EXPECT_EQ(*canonical_address("127.0.0.1:80"), "127.0.0.1:80");
  EXPECT_EQ(*canonical_address("[0:0:0::0001]:65535"), "[::1]:65535");
  EXPECT_EQ(address_words("[::1]:80"), "::1 port 80");
  EXPECT_EQ(address_words("10.0.0.1:80"), "10.0.0.1 port 80");
  for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:8x",
                          "localhost:80", "::1:80", "[]:80", "[127.0.0.1]:80", "1.2.3.4;show info:80", "1.2.3:80"})
    EXPECT_FALSE(canonical_address(bad)) << bad;
}

}  // namespace
}  // namespace ballast::haproxy
