// One bounded question to the outside and its answer, as values: probes make them, the engine fetches them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/access.h"
#include "core/boxed.h"
#include "core/facts.h"
#include "core/time.h"

namespace ballast {

enum class Channel : std::uint8_t {
  http,       ///< `url` is http:// or https://
  exchange,   ///< send `body`, read to the end: `url` is tcp://host:port, tls://host:port or unix:///path
  dial,       ///< as an exchange, but a peer that refuses or hangs up is an answer: `Response::dialled`
  tls,        ///< shake hands with whoever is at tls://host:port, and hang up: `Response::tls`
  workers,    ///< what the kernel tells of a policy's workers: `url` is workers://NAMESPACE/POLICY; `Response::workers`
  command,    ///< run `command` on this host; its standard output is the answer's body. `url` names it: exec:PROGRAM
  heartbeat,  ///< what Ballast was told of heartbeat://NAMESPACE/NAME: `Response::heartbeat`
};

/// What a command is made from. No shell.
struct Command {
  std::vector<std::string> arguments{};  ///< the absolute path of the program first
  std::map<std::string, std::string> environment{};
  std::string working_directory{};  ///< empty: `/`
  bool operator==(const Command&) const = default;
};

/// Equal requests are fetched once. Every request has a deadline and a byte cap.
struct Request {
  Channel channel = Channel::http;
  std::string method{"GET"};
  std::string url{};
  std::string_view accept{"*/*"};  ///< of http: a literal, and not among the headers
  std::vector<std::pair<std::string, std::string>> headers{};
  Boxed<std::string> content_type{};
  std::string body{};
  /// Of an exchange or a dial: the answer ends with this text, or when the peer hangs up. Empty: of an exchange, only
  /// when the peer hangs up; of a dial, at once.
  Boxed<std::string> until{};
  bool half_close = true;            ///< of an exchange over TCP: the peer is told that no more comes
  bool refusal_answers = false;      ///< of http, with GET or HEAD: a peer that refuses is an answer, as of a dial
  Boxed<std::string> server_name{};  ///< of tls: the name that is asked for and expected. Empty: the host of `url`
  Boxed<Command> command{};          ///< of command
  Boxed<TlsOptions> tls{};           ///< of https and tls addresses
  Boxed<AuthSpec> auth{};            ///< of http: which secret is shown; it is read when it is sent
  Duration deadline = std::chrono::seconds{5};  ///< in all: connect, TLS, write, read
  std::int64_t max_bytes = std::int64_t{8} << 20;
  bool operator==(const Request&) const = default;
};

/// An answer. `status` is the HTTP status; 200 on any other channel; 0 when the peer refused.
struct Response {
  int status = 0;
  std::string content_type{};
  std::string body{};
  std::optional<Duration> retry_after{};  ///< how long HTTP asks not to be asked again: at most a day
  Dialled dialled = Dialled::answered;
  std::optional<TlsFacts> tls{};
  std::vector<WorkerFacts> workers{};
  std::optional<HeartbeatFacts> heartbeat{};  ///< nothing: it was never heard
  TimePoint received_at{};
  WallTime wall{};  ///< when it came by the wall clock, to be compared with times that the source states
  Duration took{};
  bool operator==(const Response&) const = default;
};

}  // namespace ballast
