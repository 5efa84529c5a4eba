#include "probes/redis.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/io/raw_server.h"
#include "tests/probes/asked.h"
#include "tests/probes/real_redis.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::hours{1}};

class RealRedisTest : public testing::Test {
 protected:
  void SetUp() override {
    redis_ = RealRedis::start();
    if (!redis_) GTEST_SKIP() << "SKIPPED: no redis-server";
  }
  RedisSpec spec(RedisCommand command, std::string key = "", std::string field = "") {
    return {.address = redis_->address(),
            .command = command,
            .key = std::move(key),
            .field = std::move(field),
            .timeout = kAmple};
  }
  Result<NamedReading> read(const RedisSpec& spec) { return ask(client_, compile(spec)); }
  void tell(const std::vector<std::string_view>& command) { ASSERT_FALSE(redis_->tell(command).starts_with('-')); }

  std::unique_ptr<RealRedis> redis_{};
  Client client_{};
};

TEST_F(RealRedisTest, CountsListsSetsStreamsAndSortedSets) {
  tell({"RPUSH", "list", "a", "b", "c"});
  tell({"SADD", "set", "a", "b"});
  tell({"ZADD", "sorted", "1", "a"});
  tell({"XADD", "stream", "*", "f", "1"});
  EXPECT_EQ(value_of(read(spec(RedisCommand::llen, "list"))), 3);
  EXPECT_EQ(value_of(read(spec(RedisCommand::scard, "set"))), 2);
  EXPECT_EQ(value_of(read(spec(RedisCommand::zcard, "sorted"))), 1);
  EXPECT_EQ(value_of(read(spec(RedisCommand::xlen, "stream"))), 1);
}

TEST_F(RealRedisTest, AnswersOverAUnixSocketTooAndFromTheDatabaseThatIsAskedFor) {
  tell({"RPUSH", "jobs", "a"});
  RedisSpec there = spec(RedisCommand::llen, "jobs");
  there.address.clear();
  there.socket = redis_->socket();
  EXPECT_EQ(value_of(read(there)), 1);
  there.database = 3;
  EXPECT_EQ(value_of(read(there)), 0);
  there.database = 99;
  EXPECT_THAT(read(there), unknown(Errc::invalid, "DB index"));
}

TEST_F(RealRedisTest, CountsZeroForAMissingKeyButHasNoNumberOfAWrongOne) {
  tell({"SET", "text", "many"});
  EXPECT_EQ(value_of(read(spec(RedisCommand::llen, "nothing"))), 0);
  EXPECT_THAT(read(spec(RedisCommand::llen, "text")), unknown(Errc::invalid, "WRONGTYPE"));
  EXPECT_THAT(read(spec(RedisCommand::get, "text")), unknown(Errc::invalid, "many"));
  EXPECT_THAT(read(spec(RedisCommand::get, "nothing")), unknown(Errc::not_found, "no key 'nothing'"));
  tell({"SET", "text", "12.5"});
  EXPECT_EQ(value_of(read(spec(RedisCommand::get, "text"))), 12.5);
}

TEST_F(RealRedisTest, ReadsTheLagOfAGroupAndDoesNotInventOne) {
  for (const char* value : {"1", "2", "3", "4"}) tell({"XADD", "stream", "*", "f", value});
  tell({"XGROUP", "CREATE", "stream", "workers", "0"});
  tell({"XREADGROUP", "GROUP", "workers", "me", "COUNT", "1", "STREAMS", "stream", ">"});
  RedisSpec group = spec(RedisCommand::xinfo, "stream");
  group.group = "workers";
  EXPECT_EQ(value_of(read(group)), 3);
  group.field = "pending";
  EXPECT_EQ(value_of(read(group)), 1);
  group.field = "colour";
  EXPECT_THAT(read(group), unknown(Errc::not_found, "no 'colour'"));
  group.group = "others";
  EXPECT_THAT(read(group), unknown(Errc::not_found, "no group 'others'"));
  group.key = "nothing";
  EXPECT_THAT(read(group), unknown(Errc::not_found, "no such key"));
  // Redis cannot count what lies before a group when entries after its place were deleted.
  tell({"XADD", "odd", "5-1", "f", "1"});
  tell({"XADD", "odd", "6-1", "f", "1"});
  tell({"XADD", "odd", "7-1", "f", "1"});
  tell({"XGROUP", "CREATE", "odd", "late", "5-1"});
  tell({"XDEL", "odd", "6-1"});
  group = spec(RedisCommand::xinfo, "odd");
  group.group = "late";
  EXPECT_THAT(read(group), unknown(Errc::unavailable, "lag of group 'late' is not known"));
}

TEST_F(RealRedisTest, ReadsFieldsOfInfoAndPartsOfThem) {
  tell({"SET", "a", "1"});
  EXPECT_GE(value_of(read(spec(RedisCommand::info, "", "connected_clients"))), 1);
  EXPECT_GT(value_of(read(spec(RedisCommand::info, "", "used_memory"))), 100'000);
  EXPECT_EQ(value_of(read(spec(RedisCommand::info, "", "db0:keys"))), 1);
  EXPECT_EQ(value_of(read(spec(RedisCommand::info, "", "db7:keys"))), 0);
  EXPECT_EQ(value_of(read(spec(RedisCommand::info, "", "loading"))), 0);
  EXPECT_THAT(read(spec(RedisCommand::info, "", "db7:avg_ttl")), unknown(Errc::not_found, "no field"));
  EXPECT_THAT(read(spec(RedisCommand::info, "", "redis_mode")), unknown(Errc::invalid, "standalone"));
  EXPECT_THAT(read(spec(RedisCommand::info, "", "used_memory_human")), unknown(Errc::invalid, "not a number"));
  EXPECT_THAT(read(spec(RedisCommand::info, "", "nonsense")), unknown(Errc::not_found, "no field 'nonsense'"));
}

TEST_F(RealRedisTest, MakesARateOfACounterFromTwoPolls) {
  const auto probe = compile(spec(RedisCommand::info, "", "total_commands_processed"));
  Page first;
  EXPECT_THAT(ask(client_, probe, nullptr, &first), unknown(Errc::unavailable, "needs two polls"));
  for (int i = 0; i < 50; ++i) tell({"PING"});
  const auto rate = ask(client_, probe, &first, &first);
  EXPECT_GT(value_of(rate) * seconds(rate->window), 50);
  tell({"CONFIG", "RESETSTAT"});
  EXPECT_THAT(ask(client_, probe, &first), unknown(Errc::unavailable, "was reset"));
}

TEST_F(RealRedisTest, IsUnknownWithoutAPasswordOrAPermission) {
  tell({"ACL", "SETUSER", "default", "resetpass", "-@all", "+llen", "+quit", "+ping", "nopass", "~*"});
  EXPECT_EQ(value_of(read(spec(RedisCommand::llen, "jobs"))), 0) << "INFO is not needed";
  EXPECT_THAT(read(spec(RedisCommand::info, "", "used_memory")), unknown(Errc::denied, "NOPERM"));
  EXPECT_THAT(read(spec(RedisCommand::get, "jobs")), unknown(Errc::denied, "NOPERM"));
  const auto closed = RealRedis::start({"--requirepass", "secret"});
  ASSERT_NE(closed, nullptr);
  RedisSpec locked = spec(RedisCommand::llen, "jobs");
  locked.address = closed->address();
  EXPECT_THAT(read(locked), unknown(Errc::denied, "NOAUTH"));
}

TEST_F(RealRedisTest, IsUnknownOnAReplicaThatNeverFoundItsMaster) {
  const auto replica = RealRedis::start({"--replicaof", "127.0.0.1 1"});
  ASSERT_NE(replica, nullptr);
  RedisSpec lost = spec(RedisCommand::llen, "jobs");
  lost.address = replica->address();
  EXPECT_THAT(read(lost), unknown(Errc::unavailable, "lost its master"));
}

TEST_F(RealRedisTest, IsUnknownWhenItHasNoRoomForAnotherClient) {
  const auto full = RealRedis::start({"--maxclients", "1"});
  ASSERT_NE(full, nullptr);
  RedisSpec crowded = spec(RedisCommand::llen, "jobs");
  crowded.address = full->address();
  const auto holder = full->connect();
  EXPECT_THAT(read(crowded), unknown(Errc::unavailable, "max number of clients"));
}

class RedisFaults : public testing::Test {
 protected:
  Result<NamedReading> read(RawServer::Script script, Duration timeout = kAmple) {
    RawServer server(std::move(script));
    return ask(client_, compile(RedisSpec{.address = "127.0.0.1:" + std::to_string(server.port()),
                                          .command = RedisCommand::llen,
                                          .key = "jobs",
                                          .timeout = timeout}));
  }
  static RawServer::Script says(std::string text) {
    return [text = std::move(text)](RawPeer& peer) {
      peer.read_some();
      peer.send(text);
    };
  }
  Client client_{};
};

TEST_F(RedisFaults, NameWhatRedisSaid) {
  EXPECT_EQ(value_of(read(says("$6\r\n# Info\r\n:5\r\n+OK\r\n"))), 5);
  EXPECT_EQ(value_of(read(says("-ERR unknown command\r\n:5\r\n+OK\r\n"))), 5) << "a proxy that knows no INFO";
  EXPECT_THAT(read(says("$9\r\nloading:1\r\n:0\r\n+OK\r\n")), unknown(Errc::unavailable, "LOADING"));
  EXPECT_THAT(read(says("$9\r\nloading:1\r\n-LOADING Redis is loading\r\n+OK\r\n")),
              unknown(Errc::unavailable, "LOADING"));
  EXPECT_THAT(read(says("$0\r\n\r\n-MOVED 866 10.0.0.7:6379\r\n+OK\r\n")), unknown(Errc::not_found, "10.0.0.7:6379"));
  EXPECT_THAT(read(says("-DENIED Redis is running in protected mode\r\n")), unknown(Errc::denied, "protected mode"));
  EXPECT_THAT(read(says("-CLUSTERDOWN x\r\n-CLUSTERDOWN x\r\n+OK\r\n")), unknown(Errc::unavailable, "CLUSTERDOWN"));
  EXPECT_THAT(read(says("$0\r\n\r\n$1\r\n7\r\n+OK\r\n")), unknown(Errc::invalid, "no number"));
}

TEST_F(RedisFaults, AreNeverANumber) {
  EXPECT_THAT(read(says("")), unknown(Errc::unavailable, "0 of 2"));
  EXPECT_THAT(read(says("$0\r\n\r\n")), unknown(Errc::unavailable, "1 of 2"));
  EXPECT_THAT(read(says("$0\r\n\r\n:5")), unknown(Errc::unavailable, "middle of a reply"));
  EXPECT_THAT(read(says("$100\r\nrole:master\r\n")), unknown(Errc::unavailable, "middle of a reply"));
  EXPECT_THAT(read(says("*1000000000\r\n:1\r\n")), unknown(Errc::invalid, "above"));
  EXPECT_THAT(read(says("HTTP/1.1 400 Bad Request\r\n\r\n")), unknown(Errc::invalid, "no answer of Redis"));
  EXPECT_THAT(read([](RawPeer& peer) {
                peer.read_some();
                peer.reset();
              }),
              unknown(Errc::unavailable, "reset"));
  EXPECT_THAT(read([](RawPeer& peer) {
                peer.send("$999999999\r\n");
                while (peer.send(std::string(65536, 'x'))) {
                }
              }),
              unknown(Errc::invalid, "limit of 4194304 bytes"));
  EXPECT_THAT(read(
                  [](RawPeer& peer) {
                    for (bool there = true; there;) {
                      there = peer.send(":");
                      std::this_thread::sleep_for(10ms);  // the drip itself
                    }
                  },
                  100ms),
              unknown(Errc::timeout, "deadline"));
}

TEST(RedisProbe, SharesOneRequestAmongFieldsOfOneAnswer) {
  const RedisSpec clients{.address = "h:1", .command = RedisCommand::info, .field = "connected_clients"};
  const RedisSpec memory{.address = "h:1", .command = RedisCommand::info, .field = "used_memory"};
  EXPECT_EQ(compile(clients).request, compile(memory).request);
}

TEST(RedisProbe, KnowsThatALagMayBeNull) {
  const RedisSpec spec{.address = "h:1", .command = RedisCommand::xinfo, .key = "s", .group = "g"};
  const auto read = [&](const std::string& group) {
    const auto probe = compile(spec);
    return probe.select(*probe.decode({.body = "$0\r\n\r\n*1\r\n" + group + "+OK\r\n", .received_at = kNow}), nullptr);
  };
  EXPECT_EQ(*read("*4\r\n+name\r\n+g\r\n+lag\r\n:7\r\n"), scalar(kNow, 7));
  EXPECT_EQ(*read("%2\r\n+name\r\n+g\r\n+lag\r\n:7\r\n"), scalar(kNow, 7));
  EXPECT_THAT(read("*4\r\n+name\r\n+g\r\n+lag\r\n$-1\r\n"), unknown(Errc::unavailable, "not known"));
  EXPECT_THAT(read("*2\r\n+name\r\n+g\r\n"), unknown(Errc::not_found, "Redis 7.0"));
}

TEST(RedisProbe, RefusesAnAddressWithoutAPort) {
  EXPECT_TRUE((RedisSpec{.address = "h:1", .key = "a"}.check().empty()));
  EXPECT_EQ((RedisSpec{.address = "h:0", .key = "a"}.check().size()), 1U);
}

}  // namespace
}  // namespace ballast
