#include "io/tls_watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace ballast {
namespace {

using Held = std::shared_ptr<TlsWatch>;

void free_held(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Held*>(held); }

/// Where a context keeps its watch, which lives as long as the context's last connection.
int watch_index() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_held);
  return kIndex;
}

const Held& watch_of(const SSL* ssl) {
  return *static_cast<Held*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), watch_index()));
}

/// The usual verification, of which the library keeps the result and drops the reason.
int verify(X509_STORE_CTX* chain, void*) {
  const int good = X509_verify_cert(chain);
  const auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (good <= 0) watch_of(ssl)->verdict = X509_STORE_CTX_get_error(chain);
  return good;
}

long count_bytes(BIO* bio, int what, const char*, std::size_t, int, long, int result, std::size_t* processed) {
  auto* const held = reinterpret_cast<Held*>(BIO_get_callback_arg(bio));
  if (what == BIO_CB_FREE) {
    delete held;
  } else if (what == BIO_CB_READ && (*held)->left <= 0) {
    (*held)->exceeded = true;
    BIO_clear_retry_flags(bio);  // or the library would wait for more
    return -1;
  } else if (what == (BIO_CB_READ | BIO_CB_RETURN) && result > 0 && processed != nullptr) {
    (*held)->left -= static_cast<std::int64_t>(*processed);
  }
  return result;
}

void note_handshake(const SSL* ssl, int where, int) {
  const Held& watch = watch_of(ssl);
  if ((where & SSL_CB_HANDSHAKE_DONE) != 0) watch->shaken = true;
  BIO* const bio = SSL_get_rbio(ssl);
  if ((where & SSL_CB_HANDSHAKE_START) == 0 || BIO_get_callback_arg(bio) != nullptr)
    return;  // tickets are handshakes too
  watch->connected = true;
  watch->hold();
  BIO_set_callback_arg(bio, reinterpret_cast<char*>(new Held(watch)));
  BIO_set_callback_ex(bio, count_bytes);
}

bool is_numeric(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

TlsWatch::~TlsWatch() { forget(); }

void TlsWatch::hold() {
  forget();
  const std::lock_guard lock(mutex_);
  if (descriptor) held_ = fcntl(descriptor(), F_DUPFD_CLOEXEC, 0);
}

void TlsWatch::forget() {
  const std::lock_guard lock(mutex_);
  if (held_ >= 0) close(held_);
  held_ = -1;
}

bool TlsWatch::shut_down() {
  const std::lock_guard lock(mutex_);
  return held_ >= 0 && shutdown(held_, SHUT_RDWR) == 0;
}

Result<Authorities> load_authorities(const std::string& file) {
  Authorities store(X509_STORE_new(), X509_STORE_free);
  if (!file.empty() && X509_STORE_load_file(store.get(), file.c_str()) != 1)
    return Error{Errc::invalid, file + ": not a usable PEM file of authorities"};
  return store;
}

void watch_context(SSL_CTX* context, const Authorities& authorities, const std::string& host,
                   std::shared_ptr<TlsWatch> watch) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set1_cert_store(context, authorities.get());
  X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(context);
  if (is_numeric(host))
    X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str());
  else
    X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size());
  SSL_CTX_set_ex_data(context, watch_index(), new Held(std::move(watch)));
  SSL_CTX_set_info_callback(context, note_handshake);
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
}

}  // namespace ballast
