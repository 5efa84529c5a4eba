#include "io/tls_facts.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

namespace ballast {
namespace {

constexpr std::size_t kMaxSubject = 256;

template <auto free_it>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    free_it(thing);
  }
};

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

WallTime wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallTime{std::chrono::seconds{timegm(&parts)}};
}

std::string subject_of(X509* certificate) {
  const std::unique_ptr<BIO, Freed<BIO_free>> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  std::array<char, kMaxSubject> bytes{};
  const int count = BIO_read(text.get(), bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(std::max(count, 0))};
}

TlsProblem problem_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TlsProblem::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsProblem::not_yet_valid;
    default:
      return TlsProblem::untrusted;
  }
}

/// The first of each kind: the others follow from it.
void note(std::vector<TlsFacts::Finding>& findings, TlsProblem problem, std::string detail) {
  if (std::ranges::find(findings, problem, &TlsFacts::Finding::problem) == findings.end())
    findings.push_back({problem, std::move(detail)});
}

/// Goes on after each problem, so that all are found.
int note_and_go_on(int good, X509_STORE_CTX* context) {
  if (good == 1) return 1;
  const int error = X509_STORE_CTX_get_error(context);
  auto& findings = *static_cast<std::vector<TlsFacts::Finding>*>(X509_STORE_CTX_get_app_data(context));
  note(findings, problem_of(error), X509_verify_cert_error_string(error));
  return 1;
}

std::vector<TlsFacts::Finding> judge_chain(SSL* ssl, X509* own, STACK_OF(X509) * chain, WallTime now) {
  std::vector<TlsFacts::Finding> findings;
  const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  X509_STORE* const trusted = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  if (!context || X509_STORE_CTX_init(context.get(), trusted, own, chain) != 1) {
    note(findings, TlsProblem::untrusted, "the chain cannot be judged");
    return findings;
  }
  X509_STORE_CTX_set_default(context.get(), "ssl_server");
  X509_STORE_CTX_set_time(context.get(), 0, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  X509_STORE_CTX_set_app_data(context.get(), &findings);
  X509_STORE_CTX_set_verify_cb(context.get(), note_and_go_on);
  if (X509_verify_cert(context.get()) != 1)
    note(findings, TlsProblem::untrusted, X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  ERR_clear_error();
  return findings;
}

bool is_for(X509* certificate, const std::string& host) {
  if (is_address(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  return X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1;
}

}  // namespace

void expect_host(SSL* ssl, const std::string& host) {
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  }
}

std::optional<TlsFacts> tls_facts(SSL* ssl, const std::string& host, WallTime now) {
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(ssl);
  if (chain == nullptr || sk_X509_num(chain) == 0) return std::nullopt;
  TlsFacts facts{.at = now};
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* const certificate = sk_X509_value(chain, i);
    facts.chain.push_back({subject_of(certificate), wall_time(X509_get0_notBefore(certificate)),
                           wall_time(X509_get0_notAfter(certificate))});
  }
  X509* const own = sk_X509_value(chain, 0);
  facts.findings = judge_chain(ssl, own, chain, now);
  if (!is_for(own, host)) note(facts.findings, TlsProblem::wrong_name, "the certificate is not for " + host);
  return facts;
}

}  // namespace ballast
