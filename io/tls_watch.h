// TLS of a library that makes its own connections: whom it trusts, how far it came, and how much it may read, said
// through hooks of OpenSSL. For .cc files that speak TLS, and no others.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE and SSL_CTX
struct ssl_ctx_st;

namespace ballast {

using Authorities = std::shared_ptr<x509_store_st>;
/// Parses a PEM file once, for all connections; from no file (""): nobody is trusted. Errors: invalid (by its name).
Result<Authorities> load_authorities(const std::string& file);

/// Of one connection: written on threads of the library, read on any.
class TlsWatch {
 public:
  std::atomic<bool> connected = false;  ///< the handshake began, on a connection of TCP
  std::atomic<bool> shaken = false;     ///< the handshake is over: from here on bytes of a request may be sent
  std::atomic<long> verdict = 0;        ///< X509_V_OK, or why the certificate is not trusted
  std::atomic<std::int64_t> left = 0;   ///< bytes that may still come, of the connection and not of what it carries
  std::atomic<bool> exceeded = false;   ///< more came, and reading was refused
  /// The descriptor of the connection whose handshake begins; called on the thread that shakes hands. Empty: not known.
  std::function<int()> descriptor{};

  TlsWatch() = default;
  TlsWatch(const TlsWatch&) = delete;
  TlsWatch& operator=(const TlsWatch&) = delete;
  ~TlsWatch();
  /// For a handshake that begins: `shut_down` will mean this connection.
  void hold();
  /// The connection is gone, and another one comes.
  void forget();
  /// Ends the connection below the library, which then sees that it ended: closing the library's socket from another
  /// thread is not safe while it reads. False when there is none, or none is known.
  bool shut_down();

 private:
  std::mutex mutex_{};
  int held_ = -1;  // a descriptor of our own for the same connection, which nobody else closes and reuses
};

/// Connections of this context trust `authorities` alone, speak TLS 1.2 or later, and expect a certificate for `host`.
/// When `watch->left` is used up, reading fails before the library has the bytes.
void watch_context(ssl_ctx_st* context, const Authorities& authorities, const std::string& host,
                   std::shared_ptr<TlsWatch> watch);

}  // namespace ballast
