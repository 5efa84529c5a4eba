// What to tell HAProxy so that a backend becomes what is wanted, and what of it must be left to a person. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/haproxy/backend_state.h"
#include "adapters/haproxy/haproxy_balancer.h"
#include "core/ports.h"

namespace ballast::haproxy {

inline constexpr std::string_view kPrefix = "ballast-";

/// What this process told HAProxy about one server.
struct Written {
  std::optional<std::int32_t> weight{};  ///< seen there after it was written, or found there at first
  std::optional<std::int32_t> asked{};   ///< written, not yet seen: a lost answer may still have been carried out
  bool adding = false;                   ///< `add server` was written: until enabled its maintenance is ours
  bool deleting = false;                 ///< `state maint` was written, to delete it
  bool operator==(const Written&) const = default;
};

/// By server name. Empty in a fresh process: what is there then counts as written.
struct Ledger {
  std::string pid{};
  std::map<std::string, Written> servers{};
  bool operator==(const Ledger&) const = default;
};

/// Which servers of the backend are Ballast's to weigh: all `ballast-*`, and those of the configuration in `weighed`.
struct Scope {
  HaproxyPool pool{};
  std::vector<std::string> weighed{};
  [[nodiscard]] bool is_weighed(std::string_view server) const;
  [[nodiscard]] bool covers(std::string_view server) const { return server.starts_with(kPrefix) || is_weighed(server); }
  /// `a` -> `ballast-a`, unless the configuration has it.
  [[nodiscard]] std::string server_of(std::string_view member) const;
  [[nodiscard]] std::string member_of(std::string_view server) const;
};

/// Takes note of what HAProxy shows: a write that arrived, a server that is gone, another HAProxy (nothing that was
/// written to the last one counts).
void settle(Ledger& ledger, const BackendState& state, const Scope& scope);

/// What a person did to a server, in words, with how to give it back; empty when it is as Ballast left it.
std::string contest(const Server& server, const Written& written, std::string_view backend);

enum class ChangeKind : std::uint8_t { add, move, weight, enable, remove };  // in the order they are carried out

/// Commands for one server; together they are idempotent.
struct Change {
  ChangeKind kind = ChangeKind::weight;
  std::string server{};
  std::vector<std::string> commands{};
  std::int32_t weight = 0;  ///< of add and weight
  std::string address{};    ///< of add and move, canonical
  bool operator==(const Change&) const = default;
};

struct Changes {
  std::vector<Change>
      list{};  ///< additions and raises before cuts, removals last: the backend is never emptied between
  std::optional<Error> held{};  ///< the first thing that is wanted and was left to a person, or cannot be
  bool operator==(const Changes&) const = default;
};

/// `ledger` is settled with `state`.
Changes changes_to(const Scope& scope, const BackendState& state, const Ledger& ledger,
                   const std::vector<WantedMember>& wanted);

/// Notes that the changes are about to be sent.
void note(Ledger& ledger, const std::vector<Change>& changes);

/// Whether `state` shows what the change was to bring about.
bool is_done(const Change& change, const BackendState& state);

/// Lines to send, each with at most `most_bytes` and the changes of whole servers (one that is longer stands alone).
std::vector<std::string> command_lines(const std::vector<Change>& changes, std::size_t most_bytes);

}  // namespace ballast::haproxy
