#include "adapters/haproxy/backend_state.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "core/read_number.h"
#include "formats/haproxy.h"

namespace ballast::haproxy {
namespace {

constexpr std::string_view kFixAlgorithm =
    "use `balance roundrobin`, `leastconn` or `random`, or add `hash-type consistent`";

template <class T = std::int32_t>
std::optional<T> number(std::string_view text) {
  T value = 0;
  if (!read_number(text, value)) return std::nullopt;
  return value;
}

/// The places of the named columns. Errors: invalid, naming the one that is missing.
template <std::size_t n>
Result<std::array<std::size_t, n>> places(const HaproxyTable& table, const std::array<std::string_view, n>& names) {
  std::array<std::size_t, n> found{};
  for (std::size_t i = 0; i < n; ++i) {
    const auto place = table.column(names[i]);
    if (!place) return Error{Errc::invalid, fmt::format("HAProxy: no column {} in its answer", names[i])};
    found[i] = *place;
  }
  return found;
}

Error not_a_number(std::string_view server) {
  return Error{Errc::invalid, fmt::format("HAProxy: server {}: a state that is not a number", server)};
}

std::string shown_address(const std::string& ip, const std::string& port) {
  const bool v6 = ip.find(':') != std::string::npos;
  const auto canonical = canonical_address(v6 ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port));
  return canonical.value_or(std::string{});
}

/// What `show stat` says by server, and the algorithm.
struct Busy {
  std::int32_t in_flight = 0;
  std::optional<Answers> answers{};
};
struct Load {
  std::string algorithm{};
  std::map<std::string, Busy> servers{};
};

/// What a server answered, failed to answer, and how long it took. Not hrsp_1xx: another answer to the same request
/// follows. A retry is one more attempt that failed here, whoever served the request in the end: again this server
/// (wretr) or, with `option redispatch`, another one (wredis).
constexpr std::array<std::string_view, 10> kCounters{"hrsp_5xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_other",
                                                     "eresp",    "econ",     "wretr",    "wredis",   "rtime"};
constexpr std::size_t kUnanswered = 5;  // of `kCounters`, the first that is no answer
constexpr std::size_t kMean = 9;

/// Nothing where one of the columns is empty: in mode tcp.
std::optional<Answers> answers_of(const std::array<std::size_t, kCounters.size()>& at,
                                  const std::vector<std::string>& row) {
  std::array<std::int64_t, kCounters.size()> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = number<std::int64_t>(row[at[i]]);
    if (!count) return std::nullopt;
    counts[i] = *count;
  }
  const auto unanswered = counts.begin() + kUnanswered;
  const auto mean = counts.begin() + kMean;
  return Answers{.answered = std::accumulate(counts.begin(), unanswered, std::int64_t{0}),
                 .answered_5xx = counts.front(),
                 .unanswered = std::accumulate(unanswered, mean, std::int64_t{0}),
                 .mean_ms = static_cast<double>(*mean)};
}

Result<Load> read_load(std::string_view backend, const HaproxyTable& table) {
  const auto at = places<4>(table, {"pxname", "svname", "qcur", "scur"});
  if (!at) return at.error();
  const auto algorithm = table.column("algo");
  const auto counters = places(table, kCounters);
  Load load;
  for (const auto& row : table.rows) {
    if (row[(*at)[0]] != backend) continue;
    const auto& server = row[(*at)[1]];
    if (server == "BACKEND") {
      if (algorithm) load.algorithm = row[*algorithm];
      continue;
    }
    const auto queued = number(row[(*at)[2]]);
    const auto active = number(row[(*at)[3]]);
    if (!queued || !active) return not_a_number(server);
    load.servers[server] = {*queued + *active, counters ? answers_of(*counters, row) : std::nullopt};
  }
  return load;
}

Result<std::vector<Server>> read_servers(std::string_view backend, const HaproxyTable& table, const Load& load) {
  const auto at = places<7>(
      table, {"be_name", "srv_name", "srv_addr", "srv_port", "srv_op_state", "srv_admin_state", "srv_uweight"});
  if (!at) return at.error();
  std::vector<Server> servers;
  for (const auto& row : table.rows) {
    const auto cell = [&](std::size_t i) -> const std::string& { return row[(*at)[i]]; };
    if (cell(0) != backend) continue;
    const auto operating = number(cell(4));
    const auto admin = number(cell(5));
    const auto weight = number(cell(6));
    if (!operating || !admin || !weight) return not_a_number(cell(1));
    const auto busy = load.servers.find(cell(1));
    if (busy == load.servers.end()) {
      return Error{Errc::unavailable, fmt::format("HAProxy: server {}/{} came while it answered", backend, cell(1))};
    }
    servers.push_back({.name = cell(1),
                       .address = shown_address(cell(2), cell(3)),
                       .weight = *weight,
                       .in_flight = busy->second.in_flight,
                       .admin_state = *admin,
                       .running = *operating == 1 || *operating == 2,
                       .answers = busy->second.answers});
  }
  return servers;
}

std::string_view line_after(std::string_view text, std::string_view key) {
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    const auto from = at + key.size();
    return text.substr(from, text.find('\n', from) - from);
  }
  return {};
}

/// `[6]: proc.ballast_shed: type=sint value=<30>`
std::optional<std::int32_t> read_shed(std::string_view variable, std::string_view answer) {
  if (answer.find("]: Variable not found.") != std::string_view::npos) return 0;
  const auto line = line_after(answer, fmt::format("[6]: proc.{}: type=sint value=<", variable));
  return number(line.substr(0, line.find('>')));
}

std::optional<std::string> canonical_ip(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) return std::nullopt;
  if (inet_ntop(family, bytes.data(), spelled.data(), static_cast<socklen_t>(spelled.size())) == nullptr) {
    return std::nullopt;
  }
  return std::string{spelled.data()};
}

}  // namespace

std::string state_query(std::string_view backend, std::string_view variable) {
  // 6: the backend's own row (2) and its servers' (4); -1: all of them.
  return fmt::format(
      "set severity-output number;show info;get var proc.{1};show stat {0} 6 -1;show servers state {0}\n", backend,
      variable);
}

std::string shed_line(std::string_view variable, std::int32_t percent, Duration retry_after) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(retry_after).count();
  // What is told comes first: no request is refused without it.
  return fmt::format(
      "set severity-output number;experimental-mode on;set var proc.{0}_retry_after int({1});set var proc.{0} "
      "int({2})\n",
      variable, wait, percent);
}

Result<BackendState> read_state(std::string_view backend, std::string_view variable, std::string_view answer) {
  if (error_lines(answer).find("find backend") != std::string::npos) {
    return Error{Errc::not_found, fmt::format("HAProxy has no backend {}", backend)};
  }
  const auto stat = parse_haproxy_stat(answer);
  if (!stat) return stat.error();
  const auto shown = parse_haproxy_servers_state(answer);
  if (!shown) return shown.error();
  auto load = read_load(backend, *stat);
  if (!load) return load.error();
  auto servers = read_servers(backend, *shown, *load);
  if (!servers) return servers.error();
  return BackendState{.pid = std::string{line_after(answer, "Pid: ")},
                      .algorithm = std::move(load->algorithm),
                      .servers = *std::move(servers),
                      .shed = read_shed(variable, answer)};
}

std::string error_lines(std::string_view answer) {
  std::string errors;
  while (!answer.empty()) {
    const auto line = answer.substr(0, answer.find('\n'));
    answer.remove_prefix(std::min(line.size() + 1, answer.size()));
    // Severities are syslog's: 3 is an error, below is worse, 4 to 6 only tell.
    if (line.size() < 5 || line[0] != '[' || line[1] < '0' || line[1] > '3' || line.substr(2, 3) != "]: ") continue;
    if (!errors.empty()) errors += ' ';
    errors += line.substr(5);
  }
  return errors;
}

Error refusal(std::string_view place, std::string_view command, std::string_view answer, const BackendState& state) {
  const auto says = [&](std::string_view words) { return answer.find(words) != std::string_view::npos; };
  const auto refused = fmt::format("{}: `{}` was refused: {}", place, command, answer);
  if (says("Permission denied")) {
    return Error{Errc::denied, refused + " The socket needs `level admin`: `stats socket PATH mode 600 level admin`"};
  }
  if (says("No such backend") || says("find backend")) return Error{Errc::not_found, refused};
  if (says("dynamic load balancing") || says("static LB algorithm")) {
    const auto algorithm = state.algorithm.empty() ? std::string{"its algorithm"} : "balance " + state.algorithm;
    return Error{Errc::invalid, fmt::format("{} It has `{}`: {}", refused, algorithm, kFixAlgorithm)};
  }
  if (says("No such server") || says("Already exists")) return Error{Errc::conflict, refused};
  if (says("still has connections")) return Error{Errc::unavailable, refused};
  return Error{Errc::invalid, refused};
}

bool is_name(std::string_view text) {
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:";
  return !text.empty() && text.size() <= 200 && text.find_first_not_of(kCharacters) == std::string_view::npos;
}

bool is_identifier(std::string_view text) {
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  return !text.empty() && text.size() <= 63 && text.find_first_not_of(kCharacters) == std::string_view::npos;
}

Result<std::string> canonical_address(std::string_view text) {
  const Error bad{Errc::invalid, fmt::format("address '{}' is not IP:PORT, as in 127.0.0.1:9001 or [::1]:9001", text)};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > 64) return bad;
  const auto port = number(text.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return bad;
  auto host = text.substr(0, colon);
  const bool v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (v6) host = host.substr(1, host.size() - 2);
  const auto ip = canonical_ip(v6 ? AF_INET6 : AF_INET, std::string{host});
  if (!ip) return bad;
  return v6 ? fmt::format("[{}]:{}", *ip, *port) : fmt::format("{}:{}", *ip, *port);
}

std::string address_words(std::string_view canonical) {
  const auto colon = canonical.rfind(':');
  auto host = canonical.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return fmt::format("{} port {}", host, canonical.substr(colon + 1));
}

}  // namespace ballast::haproxy
