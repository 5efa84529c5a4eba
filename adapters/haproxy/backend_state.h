// One backend as HAProxy shows it, and what its answers mean. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace ballast::haproxy {

/// Bits of srv_admin_state. Source: HAProxy 2.6 management guide, `show servers state`.
inline constexpr std::int32_t kForcedMaint = 0x01;  ///< `state maint`, and a new server before `enable server`
inline constexpr std::int32_t kConfigMaint = 0x04;  ///< `disabled` in the configuration
inline constexpr std::int32_t kForcedDrain = 0x08;  ///< `state drain`

/// What a server did with what it was given, since HAProxy began to count.
struct Answers {
  std::int64_t answered = 0;  ///< with any status
  std::int64_t answered_5xx = 0;
  std::int64_t unanswered = 0;  ///< it refused the connection, closed it, talked nonsense or took too long
  double mean_ms = 0;           ///< of the answers (answer_time.h)
  bool operator==(const Answers&) const = default;
};

struct Server {
  std::string name{};
  std::string address{};  ///< `127.0.0.1:9001`, `[::1]:9001`; empty when it has no IP address
  std::int32_t weight = 0;
  std::int32_t in_flight = 0;        ///< active sessions and those queued for this server
  std::int32_t admin_state = 0;      ///< bits as above, and others
  bool running = false;              ///< srv_op_state starting or running: it would be given requests
  std::optional<Answers> answers{};  ///< nothing in mode tcp
  bool operator==(const Server&) const = default;
};

struct BackendState {
  std::string pid{};        ///< of HAProxy: another one has lost what was told to the last
  std::string algorithm{};  ///< `roundrobin`; empty where the socket's level hides it
  std::vector<Server> servers{};
  std::optional<std::int32_t> shed{};  ///< the number in the variable; 0 while it is not set; nothing: it is hidden
  bool operator==(const BackendState&) const = default;
};

/// The line that asks for all of the above. `variable` is that of the share which is refused.
std::string state_query(std::string_view backend, std::string_view variable);

/// Reads the answer to `state_query`. Errors: not_found (no such backend), unavailable (cut off, or servers changed
/// while it was written), invalid (not what HAProxy answers).
Result<BackendState> read_state(std::string_view backend, std::string_view variable, std::string_view answer);

/// The line that sets the share and what those that are refused are told.
std::string shed_line(std::string_view variable, std::int32_t percent, Duration retry_after);

/// The lines of an answer that are errors (`[3]: …` and worse), joined by a space; empty when there are none.
std::string error_lines(std::string_view answer);

/// What a refused command means for the caller, and how to set it right. `state` tells the algorithm.
/// Errors: denied, not_found, invalid, conflict (a server is gone or came), unavailable (still has connections).
Error refusal(std::string_view place, std::string_view command, std::string_view answer, const BackendState& state);

/// Names that a command line can carry: 1 to 200 of A-Z a-z 0-9 - _ . :
bool is_name(std::string_view text);

/// Names of variables: 1 to 63 of A-Z a-z 0-9 _
bool is_identifier(std::string_view text);

/// `127.0.0.1:9001` or `[::1]:9001` in one spelling. Errors: invalid.
Result<std::string> canonical_address(std::string_view text);

/// A canonical address as `IP port PORT`, the form of `set server … addr`.
std::string address_words(std::string_view canonical);

}  // namespace ballast::haproxy
