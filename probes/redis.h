// A number that Redis knows: the length of a list, set or stream, the lag of a consumer group, a field of INFO, a
// value. Source: Redis 7.0, commands INFO, LLEN, SCARD, XLEN, ZCARD, GET and XINFO GROUPS.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "core/rules.h"
#include "formats/resp.h"
#include "probes/compile.h"

namespace ballast {

enum class RedisCommand : std::uint8_t { llen, scard, xlen, zcard, get, info, xinfo };
constexpr auto enum_names(RedisCommand) {
  return std::array<std::string_view, 7>{"LLEN", "SCARD", "XLEN", "ZCARD", "GET", "INFO", "XINFO"};
}

/// `redis: {address: "127.0.0.1:6379", command: LLEN, key: jobs}`
struct RedisSpec {
  std::optional<SourceRef> source_ref{};
  std::string address{};
  std::string socket{};
  std::int32_t database = 0;
  RedisCommand command = RedisCommand::llen;
  std::string key{};
  std::string field{};
  std::string group{};
  Duration timeout = std::chrono::seconds{2};
  bool operator==(const RedisSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"sourceRef", &RedisSpec::source_ref, "", "The MetricSource that says where Redis listens."},
        Field{"address", &RedisSpec::address, "", "Where Redis listens.",
              Limits{.min = 3, .max = 260, .example = "127.0.0.1:6379", .format = Format::address}},
        Field{"socket", &RedisSpec::socket, "", "Its unix socket, instead of an address.",
              Limits{.min = 2, .max = 107, .example = "/run/redis/redis-server.sock", .format = Format::path}},
        Field{"database", &RedisSpec::database, "", "The database of key, chosen with SELECT.",
              Limits{.min = 0, .max = 16'383}},
        Field{
            "command", &RedisSpec::command, "",
            "LLEN, SCARD, XLEN and ZCARD count what is in a list, set, stream and sorted set; a key that does not "
            "exist counts 0, but not while Redis loads its data or is a replica that has lost its master. GET reads a "
            "number; a key that does not exist has none. INFO reads a field of the server, XINFO one of a consumer "
            "group of a stream.",
            Limits{.required = true, .example = "LLEN"}},
        Field{"key", &RedisSpec::key, "", "The key, of all commands but INFO.",
              Limits{.min = 1, .max = 1024, .example = "jobs"}},
        Field{"field", &RedisSpec::field, "",
              "Of INFO: connected_clients, used_memory, or a part such as db0:keys; counters such as "
              "total_commands_processed or evicted_keys become rates per second. Of XINFO: lag (entries that the group "
              "was not given yet; the default), pending (given and not acknowledged) or consumers.",
              Limits{.min = 1, .max = 128, .example = "connected_clients"}},
        Field{"group", &RedisSpec::group, "", "The consumer group, of XINFO.",
              Limits{.min = 1, .max = 1024, .example = "workers"}},
        Field{"timeout", &RedisSpec::timeout, "", "The most that one exchange may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
  static constexpr auto rules() {
    return std::array{rule::exactly_one("sourceRef", "address", "socket"), rule::needs_when("command", "LLEN", "key"),
                      rule::needs_when("command", "SCARD", "key"),         rule::needs_when("command", "XLEN", "key"),
                      rule::needs_when("command", "ZCARD", "key"),         rule::needs_when("command", "GET", "key"),
                      rule::needs_when("command", "INFO", "field"),        rule::needs_when("command", "XINFO", "key"),
                      rule::needs_when("command", "XINFO", "group")};
  }
  /// The address has a port.
  [[nodiscard]] Problems check() const;
};

/// Whether a field of INFO only ever grows while Redis runs, so that it is read as a rate.
bool is_redis_counter(std::string_view field);

/// SELECT unless database is 0, INFO, the command unless it is INFO, and QUIT, which makes Redis hang up.
Request redis_request(const RedisSpec& spec);
/// Every reply. Errors: those of parse_resp.
Result<std::vector<RespValue>> redis_decode(const Response& response);
/// One value; instantaneous, or a rate per second over the time between the pages.
/// Errors: denied (NOAUTH, WRONGPASS, NOPERM, protected mode), not_found (no such key, group or field; MOVED and ASK:
/// the key is on another node), invalid (WRONGTYPE, no number), unavailable (LOADING, MASTERDOWN, CLUSTERDOWN, too many
/// clients, cut off; a replica without its master; a lag that Redis does not know; a rate without a poll before, or
/// after a restart).
Result<NamedReading> redis_select(const RedisSpec& spec, const PageOf<std::vector<RespValue>>& page,
                                  const PageOf<std::vector<RespValue>>* previous);

CompiledProbe compile(const RedisSpec& spec);

}  // namespace ballast
