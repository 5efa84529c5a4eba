// A connection as a task sees it: TCP, TLS or a unix socket, with one deadline for all that is done on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/access.h"
#include "core/facts.h"
#include "core/result.h"
#include "core/task.h"
#include "core/time.h"
#include "io/loop.h"
#include "io/resolver.h"

namespace ballast {

inline constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

struct NetworkOptions {
  /// PEM; the only authorities that are trusted; empty, or the default where the system has none: nobody is.
  std::string ca_file{kSystemAuthorities};
  std::string client_certificate_file{};  ///< PEM chain; empty: none is shown
  std::string client_key_file{};
  bool allow_loopback = true;     ///< 127.0.0.0/8, ::1 and unspecified addresses
  LookUp look_up_name = look_up;  ///< how names are found; blocking, any thread
  bool allow_link_local = false;  ///< 169.254.0.0/16, fe80::/10 and other addresses where clouds keep metadata
};

/// What connections share: names, certificates, rules of address. Must not outlive its loop.
class Network {
 public:
  struct Core;
  explicit Network(std::unique_ptr<Core> core);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  [[nodiscard]] Core& core() { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

/// Errors: invalid (a certificate, key or CA file that cannot be read or does not fit).
[[nodiscard]] Result<std::unique_ptr<Network>> make_network(Loop& loop, NetworkOptions options);

struct Peer {
  enum class Kind : std::uint8_t { tcp, tls, unix_socket };
  Kind kind = Kind::tcp;
  std::string host{};  ///< a name or an address
  std::uint16_t port = 0;
  std::string path{};  ///< of a unix socket
  TlsOptions tls{};    ///< of tls; what it leaves open is as the network's options say
};

/// One reader or writer at a time; it must stay where it is meanwhile. Destroying it, or a task that waits on it, is
/// safe at any time: the connection closes. Errors of all operations: timeout (the deadline), unavailable (reset,
/// closed, cut short).
class Stream {
 public:
  struct Core;
  explicit Stream(std::shared_ptr<Core> core);
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&& other) noexcept;
  ~Stream();

  /// Replaces the deadline; `TimePoint::max()` for none.
  void set_deadline(TimePoint when);
  Task<Result<Done>> write(std::string bytes);
  /// What came, at most 16 kB; empty at the end of the stream. Valid until the next call.
  Task<Result<std::string_view>> read();
  /// Tells a TCP peer that no more will come. Nothing for TLS and unix sockets: peers of those hang up.
  void finish_writing();
  /// Whether what failed last did so because the peer closed or reset the connection.
  [[nodiscard]] bool peer_hung_up() const;
  /// Whether an idle connection can be used again: nothing came and it was not closed.
  [[nodiscard]] bool is_quiet() const;
  void close();

 private:
  std::shared_ptr<Core> core_;
};

/// Finds the name, tries its addresses in turn, shakes hands. The deadline stays with the stream.
/// Errors: timeout, unavailable (name not found, refused, certificate not trusted), denied (an address that is not
/// allowed). `refused`, if any, tells then whether each address of the peer said that nobody listens.
Task<Result<Stream>> open_stream(Network& network, Peer peer, TimePoint deadline, bool* refused = nullptr);

/// A handshake that trusts nobody and refuses nobody, and hangs up: what the peer's certificates are, for the name that
/// it is asked for. Errors: as above; unavailable (it broke off before a certificate was shown).
Task<Result<TlsFacts>> shake_hands_with_anybody(Network& network, Peer peer, std::string name, TimePoint deadline);

/// A connection that was accepted: owns the descriptor of a connected TCP socket from here on.
[[nodiscard]] Stream adopt_socket(Loop& loop, int descriptor);

}  // namespace ballast
