#include "io/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <utility>

namespace ballast {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::size_t kMostContexts = 256;

struct Files {
  std::string authorities{};
  std::string certificate{};
  std::string key{};
};

Result<TlsContext> make(const Files& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code failed;
  std::string file;
  context->set_verify_mode(ssl::verify_peer, failed);
  if (!failed && !files.authorities.empty()) context->load_verify_file(file = files.authorities, failed);
  if (!failed && !files.certificate.empty()) context->use_certificate_chain_file(file = files.certificate, failed);
  if (!failed && !files.key.empty()) context->use_private_key_file(file = files.key, ssl::context::pem, failed);
  if (failed) return Error{Errc::invalid, file + ": not a usable PEM file: " + failed.message()};
  return context;
}

}  // namespace

TlsContexts::TlsContexts(NetworkOptions options) : options_(std::move(options)) {
  if (options_.ca_file == kSystemAuthorities && !std::filesystem::exists(options_.ca_file)) options_.ca_file.clear();
}

Result<TlsContext> TlsContexts::of(const TlsOptions& tls) {
  Files files{options_.ca_file, options_.client_certificate_file, options_.client_key_file};
  if (!tls.ca_file.empty()) files.authorities = tls.ca_file;
  if (!tls.cert_file.empty()) {
    files.certificate = tls.cert_file;
    files.key = tls.key_file;
  }
  std::vector<FileState> states = file_states({files.authorities, files.certificate, files.key});
  if (made_.size() >= kMostContexts) made_.clear();  // connections keep what they were made with
  Made& made = made_[files.authorities + '\n' + files.certificate + '\n' + files.key];
  if (made.context && made.files == states) return made.context;
  auto context = make(files);
  if (!context) return context.error();
  made = {std::move(states), *context};
  return made.context;
}

std::string key_of(const TlsOptions& tls) {
  if (tls == TlsOptions{}) return "";
  std::string key;
  for (const std::string* part : {&tls.ca_file, &tls.cert_file, &tls.key_file, &tls.server_name}) key += *part + '\n';
  return key + (tls.insecure_skip_verify ? "insecure" : "");
}

}  // namespace ballast
