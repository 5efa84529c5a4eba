#include "tests/io/certificates.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>

namespace ballast {
namespace {

template <auto free_it>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    free_it(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

std::string text_of(BIO* bio) {
  std::array<char, 8192> text{};
  const int count = BIO_read(bio, text.data(), text.size());
  return {text.data(), static_cast<std::size_t>(count)};
}

Bio read_only(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }
Cert certificate_in(const std::string& pem) {
  return Cert(PEM_read_bio_X509(read_only(pem).get(), nullptr, nullptr, nullptr));
}
Key key_in(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(read_only(pem).get(), nullptr, nullptr, nullptr));
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate sign(const std::string& name, const std::string& san, long from, long to, const Certificate* authority,
                 bool signs = false) {
  const Key key(EVP_EC_gen("P-256"));
  const Cert certificate(X509_new());
  X509* const x = certificate.get();
  static int serial = 0;
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), from);
  X509_gmtime_adj(X509_getm_notAfter(x), to);
  X509_set_pubkey(x, key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const Cert issuer = authority == nullptr ? nullptr : certificate_in(authority->certificate_pem);
  X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer.get() : x));
  extend(x, issuer ? issuer.get() : x, NID_basic_constraints, issuer && !signs ? "CA:FALSE" : "critical,CA:TRUE");
  if (!san.empty()) extend(x, issuer ? issuer.get() : x, NID_subject_alt_name, san);
  const Key signer = authority == nullptr ? nullptr : key_in(authority->key_pem);
  X509_sign(x, signer ? signer.get() : key.get(), EVP_sha256());

  const Bio certificate_text(BIO_new(BIO_s_mem()));
  const Bio key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), x);
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(certificate_text.get()), text_of(key_text.get()), ""};
}

}  // namespace

Certificate make_authority(const std::string& name) { return sign(name, "", -3600, 3600, nullptr); }

Certificate make_authority_below(const Certificate& above, const std::string& name, long from_seconds,
                                 long to_seconds) {
  return sign(name, "", from_seconds, to_seconds, &above, true);
}

Certificate issue(const Certificate& authority, const std::string& san, long from_seconds, long to_seconds) {
  return sign("server", san, from_seconds, to_seconds, &authority);
}

namespace {

void talk_tls(RawPeer& peer, const Certificate& certificate, const std::string& answer, bool with_notice,
              const std::string& trusted_clients, int newest, const std::string& again = "") {
  const std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_max_proto_version(context.get(), newest);
  SSL_CTX_use_certificate(context.get(), certificate_in(certificate.certificate_pem).get());
  SSL_CTX_use_PrivateKey(context.get(), key_in(certificate.key_pem).get());
  if (!certificate.chain_pem.empty())
    SSL_CTX_add1_chain_cert(context.get(), certificate_in(certificate.chain_pem).get());
  if (!trusted_clients.empty()) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), certificate_in(trusted_clients).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  const std::unique_ptr<SSL, Freed<SSL_free>> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), peer.descriptor());
  std::array<char, 4096> request{};
  if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), request.data(), request.size()) > 0)
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
  while (!again.empty() && SSL_write(ssl.get(), again.data(), static_cast<int>(again.size())) > 0) {
  }
  if (with_notice) SSL_shutdown(ssl.get());
  ERR_clear_error();
}

}  // namespace

RawServer::Script over_tls(Certificate certificate, std::string answer, bool with_notice, std::string trusted_clients) {
  return [=](RawPeer& peer) { talk_tls(peer, certificate, answer, with_notice, trusted_clients, 0); };
}

RawServer::Script over_tls_endlessly(Certificate certificate, std::string answer, std::string piece) {
  return [=](RawPeer& peer) { talk_tls(peer, certificate, answer, false, "", 0, piece); };
}

RawServer::Script over_old_tls_for_known_clients(Certificate certificate, std::string trusted_clients) {
  return [=](RawPeer& peer) { talk_tls(peer, certificate, "", true, trusted_clients, TLS1_2_VERSION); };
}

std::string write_file(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "ballast-" + std::to_string(getpid()) + "-" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace ballast
