#include "probes/redis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/read_number.h"
#include "formats/json_number.h"
#include "probes/address.h"

namespace ballast {
namespace {

using Replies = std::vector<RespValue>;
using Kind = RespValue::Kind;

constexpr std::array<std::string_view, 26> kCounters{"evicted_clients",
                                                     "evicted_keys",
                                                     "evicted_scripts",
                                                     "expired_keys",
                                                     "io_threaded_reads_processed",
                                                     "io_threaded_writes_processed",
                                                     "keyspace_hits",
                                                     "keyspace_misses",
                                                     "migrate_cached_sockets",
                                                     "rejected_connections",
                                                     "sync_full",
                                                     "sync_partial_err",
                                                     "sync_partial_ok",
                                                     "total_commands_processed",
                                                     "total_connections_received",
                                                     "total_error_replies",
                                                     "total_forks",
                                                     "total_net_input_bytes",
                                                     "total_net_output_bytes",
                                                     "total_reads_processed",
                                                     "total_writes_processed",
                                                     "unexpected_error_replies",
                                                     "used_cpu_sys",
                                                     "used_cpu_sys_children",
                                                     "used_cpu_user",
                                                     "used_cpu_user_children"};
static_assert(std::ranges::is_sorted(kCounters));

/// Counters that every poll moves: when one of them fell, Redis counts anew, even if the one that is asked for has
/// caught up meanwhile.
constexpr std::array<std::string_view, 3> kWitnesses{"total_commands_processed", "total_connections_received",
                                                     "total_net_input_bytes"};

Errc errc_of(std::string_view error) {
  const std::string_view word = error.substr(0, error.find(' '));
  for (const std::string_view denied : {"NOAUTH", "WRONGPASS", "NOPERM", "DENIED"})
    if (word == denied) return Errc::denied;
  for (const std::string_view elsewhere : {"MOVED", "ASK"})
    if (word == elsewhere) return Errc::not_found;
  if (error.starts_with("ERR no such key")) return Errc::not_found;
  if (word == "WRONGTYPE" || error.starts_with("ERR DB index") || error.starts_with("ERR invalid DB index"))
    return Errc::invalid;
  return Errc::unavailable;
}

Error refusal(std::string_view error) {
  constexpr std::size_t kShown = 200;
  const std::string shown(error.substr(0, kShown));
  if (error.starts_with("MOVED ") || error.starts_with("ASK "))
    return {Errc::not_found, fmt::format("Redis: the key is on another node of the cluster: {}", shown)};
  return {errc_of(error), "Redis: " + shown};
}

/// A line of INFO: what stands after `field:`.
std::optional<std::string_view> info_line(std::string_view info, std::string_view field) {
  while (!info.empty()) {
    std::string_view line = info.substr(0, info.find('\n'));
    info.remove_prefix(std::min(info.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > field.size() && line.starts_with(field) && line[field.size()] == ':')
      return line.substr(field.size() + 1);
  }
  return std::nullopt;
}

/// `keys` of `keys=3,expires=0,avg_ttl=0`.
std::optional<std::string_view> part_of(std::string_view parts, std::string_view name) {
  while (!parts.empty()) {
    const std::string_view part = parts.substr(0, parts.find(','));
    parts.remove_prefix(std::min(parts.size(), part.size() + 1));
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=')
      return part.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  if (!read_number(text, value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_count_of_keys(std::string_view line, std::string_view part) {
  return line.starts_with("db") && (part == "keys" || part == "expires");
}

Result<double> info_number(const std::string& field, std::string_view info) {
  const std::size_t colon = field.find(':');
  const std::string_view name = std::string_view(field).substr(0, colon);
  const std::string_view part = colon == std::string::npos ? "" : std::string_view(field).substr(colon + 1);
  auto text = info_line(info, name);
  // A database without keys has no line of its own.
  if (!text && is_count_of_keys(name, part) && info.find("# Keyspace") != std::string_view::npos) return 0;
  if (text && !part.empty()) text = part_of(*text, part);
  if (!text) return Error{Errc::not_found, fmt::format("Redis: INFO has no field '{}'", field)};
  if (const auto value = number_in(*text)) return *value;
  return Error{Errc::invalid, fmt::format("Redis: '{}' of INFO is '{}', not a number", field, text->substr(0, 100))};
}

/// What makes any number a lie: data that is not there yet.
std::optional<Error> unsettled(std::string_view info) {
  if (info_line(info, "loading") == "1") return Error{Errc::unavailable, "Redis: LOADING: it reads its data still"};
  if (info_line(info, "role") == "slave" && info_line(info, "master_link_status") == "down")
    return Error{Errc::unavailable, "Redis: a replica that has lost its master: what it knows may be old or nothing"};
  return std::nullopt;
}

struct Answers {
  std::string_view info{};  ///< empty: it may not be asked
  const RespValue* reply = nullptr;
};

/// Finds the replies of a pipeline; the first refusal that counts ends it.
Result<Answers> answers_in(const RedisSpec& spec, const Replies& replies) {
  const std::size_t info = spec.database == 0 ? 0 : 1;
  const std::size_t last = spec.command == RedisCommand::info ? info : info + 1;
  for (std::size_t i = 0; i < replies.size() && i <= last; ++i) {
    const bool may_fail = i == info && i != last;  // a user that may read keys and not INFO, a proxy
    const bool closes = i + 1 == replies.size();
    if (replies[i].kind == Kind::error && (!may_fail || closes)) return refusal(replies[i].text);
  }
  if (replies.size() <= last)
    return Error{Errc::unavailable, fmt::format("Redis hung up after {} of {} replies", replies.size(), last + 1)};
  Answers answers{.reply = &replies[last]};
  if (replies[info].kind == Kind::text) answers.info = replies[info].text;
  return answers;
}

const RespValue* entry(const RespValue& group, std::string_view name) {
  for (std::size_t i = 0; i + 1 < group.items.size(); i += 2)
    if (group.items[i].kind == Kind::text && group.items[i].text == name) return &group.items[i + 1];
  return nullptr;
}

Result<double> group_number(const RedisSpec& spec, const RespValue& groups) {
  if (groups.kind != Kind::list) return Error{Errc::invalid, "Redis: XINFO GROUPS is no list"};
  const std::string field = spec.field.empty() ? "lag" : spec.field;
  for (const RespValue& group : groups.items) {
    const RespValue* const name = entry(group, "name");
    if (name == nullptr || name->text != spec.group) continue;
    const RespValue* const value = entry(group, field);
    if (value == nullptr)
      return Error{Errc::not_found, fmt::format("Redis: XINFO GROUPS has no '{}'{}", field,
                                                field == "lag" ? ": it is known from Redis 7.0 on; use pending" : "")};
    if (value->kind == Kind::integer) return static_cast<double>(value->integer);
    if (value->kind == Kind::null)
      return Error{Errc::unavailable,
                   fmt::format("Redis: the {} of group '{}' is not known: entries were deleted from the stream", field,
                               spec.group)};
    return Error{Errc::invalid, fmt::format("Redis: '{}' of group '{}' is no number", field, spec.group)};
  }
  return Error{Errc::not_found, fmt::format("Redis: stream '{}' has no group '{}'", spec.key, spec.group)};
}

Result<double> text_value(const RedisSpec& spec, const RespValue& reply) {
  if (reply.kind == Kind::null) return Error{Errc::not_found, fmt::format("Redis: there is no key '{}'", spec.key)};
  if (reply.kind != Kind::text) return Error{Errc::invalid, "Redis: GET gave no text"};
  return text_number(reply.text);
}

Result<double> number_of(const RedisSpec& spec, const Answers& answers) {
  const RespValue& reply = *answers.reply;
  switch (spec.command) {
    case RedisCommand::info:
      if (reply.kind != Kind::text) return Error{Errc::invalid, "Redis: INFO gave no text"};
      return info_number(spec.field, reply.text);
    case RedisCommand::xinfo:
      return group_number(spec, reply);
    case RedisCommand::get:
      return text_value(spec, reply);
    case RedisCommand::llen:
    case RedisCommand::scard:
    case RedisCommand::xlen:
    case RedisCommand::zcard:
      break;
  }
  if (reply.kind != Kind::integer) return Error{Errc::invalid, "Redis: a count is no number"};
  return static_cast<double>(reply.integer);
}

/// Whether all counters were counted on from one page to the next.
bool counts_on(std::string_view before, std::string_view now) {
  if (info_line(before, "run_id") != info_line(now, "run_id")) return false;
  return std::ranges::all_of(kWitnesses, [&](std::string_view witness) {
    const auto earlier = number_in(info_line(before, witness).value_or(""));
    const auto later = number_in(info_line(now, witness).value_or(""));
    return !earlier || !later || *earlier <= *later;
  });
}

Result<NamedReading> rate_of(const RedisSpec& spec, const PageOf<Replies>& page, const Answers& answers, double value,
                             const PageOf<Replies>* previous) {
  if (previous == nullptr || previous->received_at >= page.received_at)
    return Error{Errc::unavailable, fmt::format("Redis: '{}' is a counter: its rate needs two polls", spec.field)};
  const auto before = answers_in(spec, previous->content);
  const auto then = before ? info_number(spec.field, before->info) : Result<double>(before.error());
  if (!then) return Error{Errc::unavailable, fmt::format("Redis: '{}' was not known at the poll before", spec.field)};
  if (value < *then || !counts_on(before->info, answers.info))
    return Error{
        Errc::unavailable,
        fmt::format("Redis restarted, or '{}' was reset: the rate is known again at the next poll", spec.field)};
  const Duration window = page.received_at - previous->received_at;
  return scalar(page.received_at, (value - *then) / seconds(window), window);
}

std::string_view name_of(RedisCommand command) { return enum_names(command)[static_cast<std::size_t>(command)]; }

}  // namespace

bool is_redis_counter(std::string_view field) { return std::ranges::binary_search(kCounters, field); }

Problems RedisSpec::check() const { return address.empty() ? Problems{} : check_peer_address("address", address); }

Request redis_request(const RedisSpec& spec) {
  Request request{.channel = Channel::exchange};
  request.url = spec.socket.empty() ? "tcp://" + spec.address : "unix://" + spec.socket;
  if (spec.database != 0) request.body += resp_command({"SELECT", std::to_string(spec.database)});
  request.body += resp_command({"INFO"});
  if (spec.command == RedisCommand::xinfo)
    request.body += resp_command({"XINFO", "GROUPS", spec.key});
  else if (spec.command != RedisCommand::info)
    request.body += resp_command({name_of(spec.command), spec.key});
  request.body += resp_command({"QUIT"});
  request.half_close = false;  // Redis drops what it has not sent yet when its client is done first
  request.deadline = spec.timeout;
  request.max_bytes = 4 << 20;
  return request;
}

Result<Replies> redis_decode(const Response& response) { return parse_resp(response.body); }

Result<NamedReading> redis_select(const RedisSpec& spec, const PageOf<Replies>& page, const PageOf<Replies>* previous) {
  const auto answers = answers_in(spec, page.content);
  if (!answers) return answers.error();
  const std::string_view info = spec.command == RedisCommand::info ? answers->reply->text : answers->info;
  const bool asks_for_it = spec.command == RedisCommand::info && spec.field == "loading";
  if (const auto trouble = asks_for_it ? std::nullopt : unsettled(info)) return *trouble;
  const auto value = number_of(spec, *answers);
  if (!value) return value.error();
  if (spec.command == RedisCommand::info && is_redis_counter(spec.field))
    return rate_of(spec, page, *answers, *value, previous);
  return scalar(page.received_at, *value);
}

CompiledProbe compile(const RedisSpec& spec) {
  return compile_probe("redis", redis_request(spec), redis_decode, spec, redis_select);
}

}  // namespace ballast
