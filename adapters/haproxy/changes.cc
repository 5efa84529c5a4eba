#include "adapters/haproxy/changes.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace ballast::haproxy {
namespace {

constexpr std::int32_t kMostWeight = 256;

const Server* find(const BackendState& state, std::string_view name) {
  const auto found = std::ranges::find(state.servers, name, &Server::name);
  return found == state.servers.end() ? nullptr : &*found;
}

Written written_of(const Ledger& ledger, const std::string& server) {
  const auto found = ledger.servers.find(server);
  return found == ledger.servers.end() ? Written{} : found->second;
}

class Planner final {
 public:
  Planner(const Scope& scope, const BackendState& state, const Ledger& ledger)
      : scope_(scope), state_(state), ledger_(ledger) {}

  void want(const WantedMember& member) {
    const auto name = scope_.server_of(member.name);
    if (!is_name(member.name)) {
      return hold(Errc::invalid, fmt::format("member '{}': HAProxy's names are of A-Z a-z 0-9 - _ . :", member.name));
    }
    if (!wanted_.insert(name).second) return hold(Errc::invalid, fmt::format("{} is wanted twice", at(name)));
    if (member.weight < 0 || member.weight > kMostWeight) {
      return hold(Errc::invalid, fmt::format("{}: weight {} is not within 0 and 256", at(name), member.weight));
    }
    const auto* server = find(state_, name);
    if (!server) return add(name, member);
    if (const auto reason = contest(*server, written_of(ledger_, name), backend()); !reason.empty()) {
      if (server->weight != member.weight) hold(Errc::conflict, reason);
      return;
    }
    adjust(*server, member);
  }

  void remove_others() {
    for (const auto& server : state_.servers) {
      if (!server.name.starts_with(kPrefix) || scope_.is_weighed(server.name) || wanted_.contains(server.name))
        continue;
      const auto reason = contest(server, written_of(ledger_, server.name), backend());
      // A removal that was cut short shows maintenance at weight 0. A fresh process cannot tell it from a person's
      // maintenance of a drained server; it serves nothing and is not wanted, so that removing it takes nothing away.
      const bool drained_maint = server.weight == 0 && server.admin_state == kForcedMaint;
      if (!reason.empty() && !drained_maint) {
        hold(Errc::conflict, reason);
        continue;
      }
      push({.kind = ChangeKind::remove,
            .server = server.name,
            .commands = {fmt::format("set server {} state maint", at(server.name)),
                         fmt::format("del server {}", at(server.name))}});
    }
  }

  Changes finish() && {
    const auto current = [&](const Change& change) {
      const auto* server = find(state_, change.server);
      return server ? server->weight : 0;
    };
    const auto order = [&](const Change& change) {
      const bool cut = change.kind == ChangeKind::weight && change.weight < current(change);
      return std::tuple{change.kind, cut};
    };
    std::ranges::stable_sort(changes_.list, {}, order);
    return std::move(changes_);
  }

 private:
  [[nodiscard]] std::string_view backend() const { return scope_.pool.backend; }
  [[nodiscard]] std::string at(std::string_view server) const { return fmt::format("{}/{}", backend(), server); }
  void push(Change change) { changes_.list.push_back(std::move(change)); }
  void hold(Errc code, std::string message) {
    if (!changes_.held) changes_.held = Error{code, std::move(message)};
  }

  void add(const std::string& name, const WantedMember& member) {
    if (scope_.is_weighed(name)) {
      return hold(Errc::not_found, fmt::format("HAProxy has no server {}, which is listed to be weighed", at(name)));
    }
    const auto address = canonical_address(member.address);
    if (!address) return hold(Errc::invalid, fmt::format("{}: {}", at(name), address.error().message));
    const auto& pool = scope_.pool;
    auto command = fmt::format("add server {} {} weight {}", at(name), *address, member.weight);
    if (pool.check) command += fmt::format(" check inter {}ms", pool.check_interval / std::chrono::milliseconds{1});
    if (pool.maxconn) command += fmt::format(" maxconn {}", *pool.maxconn);
    Change change{.kind = ChangeKind::add, .server = name, .weight = member.weight, .address = *address};
    change.commands.push_back(std::move(command));
    enable(change);
    push(std::move(change));
  }

  /// A new server is in maintenance, its check off.
  void enable(Change& change) const {
    if (scope_.pool.check) change.commands.push_back(fmt::format("enable health {}", at(change.server)));
    change.commands.push_back(fmt::format("enable server {}", at(change.server)));
  }

  void move(const Server& server, const WantedMember& member) {
    if (scope_.is_weighed(server.name) || member.address.empty()) return;
    const auto address = canonical_address(member.address);
    if (!address) return hold(Errc::invalid, fmt::format("{}: {}", at(server.name), address.error().message));
    if (*address == server.address) return;
    push({.kind = ChangeKind::move,
          .server = server.name,
          .commands = {fmt::format("set server {} addr {}", at(server.name), address_words(*address))},
          .address = *address});
  }

  void adjust(const Server& server, const WantedMember& member) {
    move(server, member);
    if (server.weight != member.weight) {
      push({.kind = ChangeKind::weight,
            .server = server.name,
            .commands = {fmt::format("set weight {} {}", at(server.name), member.weight)},
            .weight = member.weight});
    }
    if ((server.admin_state & kForcedMaint) != 0) {  // ours: an addition or a removal that did not come to its end
      Change change{.kind = ChangeKind::enable, .server = server.name};
      enable(change);
      push(std::move(change));
    }
  }

  const Scope& scope_;
  const BackendState& state_;
  const Ledger& ledger_;
  std::set<std::string, std::less<>> wanted_{};
  Changes changes_{};
};

}  // namespace

bool Scope::is_weighed(std::string_view server) const { return std::ranges::find(weighed, server) != weighed.end(); }

std::string Scope::server_of(std::string_view member) const {
  return is_weighed(member) ? std::string{member} : fmt::format("{}{}", kPrefix, member);
}

std::string Scope::member_of(std::string_view server) const {
  return std::string{is_weighed(server) ? server : server.substr(kPrefix.size())};
}

void settle(Ledger& ledger, const BackendState& state, const Scope& scope) {
  if (ledger.pid != state.pid) ledger = Ledger{.pid = state.pid};
  std::erase_if(ledger.servers, [&](const auto& entry) { return find(state, entry.first) == nullptr; });
  for (const auto& server : state.servers) {
    if (!scope.covers(server.name)) continue;
    auto& written = ledger.servers[server.name];
    if (!written.weight || written.asked == server.weight) {
      written.weight = server.weight;
      written.asked.reset();
    }
    if ((server.admin_state & kForcedMaint) == 0) written.adding = written.deleting = false;
  }
}

std::string contest(const Server& server, const Written& written, std::string_view backend) {
  const bool ours = written.adding || written.deleting;
  const auto foreign = server.admin_state & (ours ? kForcedDrain : kForcedMaint | kConfigMaint | kForcedDrain);
  if (foreign != 0) {
    return fmt::format(
        "{0}/{1} was put in `state {2}` by somebody else: `set server {0}/{1} state ready` gives it back", backend,
        server.name, foreign == kForcedDrain ? "drain" : "maint");
  }
  if (written.weight && server.weight != *written.weight && server.weight != written.asked) {
    return fmt::format("{0}/{1} was given weight {2} by somebody else: `set weight {0}/{1} {3}` gives it back", backend,
                       server.name, server.weight, *written.weight);
  }
  return {};
}

Changes changes_to(const Scope& scope, const BackendState& state, const Ledger& ledger,
                   const std::vector<WantedMember>& wanted) {
  if (state.algorithm == "first" && !wanted.empty()) {
    return {.held = Error{Errc::invalid, fmt::format("HAProxy: backend {} has `balance first`, which ignores weights: "
                                                     "use `balance roundrobin`, `leastconn` or `random`",
                                                     scope.pool.backend)}};
  }
  Planner planner{scope, state, ledger};
  for (const auto& member : wanted) planner.want(member);
  planner.remove_others();
  return std::move(planner).finish();
}

void note(Ledger& ledger, const std::vector<Change>& changes) {
  for (const auto& change : changes) {
    auto& written = ledger.servers[change.server];
    switch (change.kind) {
      case ChangeKind::add:
        written = Written{.asked = change.weight, .adding = true};
        break;
      case ChangeKind::enable:
        written.adding = true;
        written.deleting = false;
        break;
      case ChangeKind::weight:
        written.asked = change.weight;
        break;
      case ChangeKind::remove:
        written.deleting = true;
        break;
      case ChangeKind::move:
        break;
    }
  }
}

bool is_done(const Change& change, const BackendState& state) {
  const auto* server = find(state, change.server);
  if (change.kind == ChangeKind::remove) return server == nullptr;
  if (!server) return false;
  const bool enabled = (server->admin_state & kForcedMaint) == 0;
  switch (change.kind) {
    case ChangeKind::add:
      return enabled && server->weight == change.weight && server->address == change.address;
    case ChangeKind::enable:
      return enabled;
    case ChangeKind::move:
      return server->address == change.address;
    default:
      return server->weight == change.weight;
  }
}

std::vector<std::string> command_lines(const std::vector<Change>& changes, std::size_t most_bytes) {
  constexpr std::string_view kStart = "set severity-output number";
  std::vector<std::string> lines;
  std::string line;
  for (const auto& change : changes) {
    std::string commands;
    for (const auto& command : change.commands) commands += ";" + command;
    if (!line.empty() && line.size() + commands.size() + 1 > most_bytes)
      lines.push_back(std::exchange(line, {}) + "\n");
    if (line.empty()) line = kStart;
    line += commands;
  }
  if (!line.empty()) lines.push_back(line + "\n");
  return lines;
}

}  // namespace ballast::haproxy
