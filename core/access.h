// How a source is reached: TLS and credentials, as documents say it and requests carry it. References to files and
// variables only, never what is in them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"

namespace ballast {

/// Where a secret is; it is read when it is used, so that a changed one counts at once.
struct SecretRef {
  std::string file{};
  std::string env{};
  bool operator==(const SecretRef&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"file", &SecretRef::file, "",
                            "A file with the secret; line ends at its end do not count. It is read at each use.",
                            Limits{.max = 4096, .example = "/etc/ballast/token", .format = Format::path}},
                      Field{"env", &SecretRef::env, "", "A variable of the daemon's environment with the secret.",
                            Limits{.max = 256, .example = "PROMETHEUS_TOKEN"}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("file", "env")}; }
  static constexpr auto refused() {
    return std::array<std::pair<std::string_view, std::string_view>, 1>{
        {{"secretKeyRef", "is for a cluster; on a host write {file: …} or {env: …}"}}};
  }
};

/// A MetricSource of the same namespace.
struct SourceRef {
  std::string name{};
  bool operator==(const SourceRef&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"name", &SourceRef::name, "", "Of a MetricSource in the same namespace.",
                            Limits{.max = 63, .required = true, .example = "main", .format = Format::dns_label}}};
  }
};

struct TlsOptions {
  std::string ca_file{};
  std::string cert_file{};
  std::string key_file{};
  std::string server_name{};
  bool insecure_skip_verify = false;
  bool operator==(const TlsOptions&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{
            "caFile", &TlsOptions::ca_file, "",
            "PEM: the only authorities that are trusted. Default: those of the system. Files are read again when they "
            "change.",
            Limits{.max = 4096, .example = "/etc/ballast/ca.pem", .format = Format::path}},
        Field{"certFile", &TlsOptions::cert_file, "", "PEM: the certificate to show, with its chain.",
              Limits{.max = 4096, .example = "/etc/ballast/client.pem", .format = Format::path}},
        Field{"keyFile", &TlsOptions::key_file, "", "PEM: the key of that certificate.",
              Limits{.max = 4096, .example = "/etc/ballast/client.key", .format = Format::path}},
        Field{
            "serverName", &TlsOptions::server_name, "",
            "The name that the server is asked for and its certificate must be for. Default: the host of the address.",
            Limits{.max = 253, .example = "prometheus.internal"}},
        Field{"insecureSkipVerify", &TlsOptions::insecure_skip_verify, "",
              "Trusts whoever answers: anybody on the way can read and change everything."}};
  }
  static constexpr auto rules() {
    return std::array{rule::needs("certFile", "keyFile"), rule::needs("keyFile", "certFile")};
  }
};

struct BasicAuth {
  std::string username{};
  SecretRef password{};
  bool operator==(const BasicAuth&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"username", &BasicAuth::username, "", "Without a colon.",
                            Limits{.min = 1, .max = 256, .required = true, .example = "ballast"}},
                      Field{"password", &BasicAuth::password, "", "Where the password is.", Limits{.required = true}}};
  }
};

struct HeaderAuth {
  std::string name{};
  SecretRef value{};
  bool operator==(const HeaderAuth&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"name", &HeaderAuth::name, "", "Of the header.",
                            Limits{.min = 1, .max = 128, .required = true, .example = "X-Api-Key"}},
                      Field{"value", &HeaderAuth::value, "", "Where its value is.", Limits{.required = true}}};
  }
};

/// Of the three at most one; none: nothing is shown.
struct AuthSpec {
  std::optional<BasicAuth> basic{};
  std::optional<SecretRef> bearer{};
  std::optional<HeaderAuth> header{};
  bool operator==(const AuthSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"basic", &AuthSpec::basic, "", "User and password (RFC 7617)."},
                      Field{"bearer", &AuthSpec::bearer, "", "Where the token is (RFC 6750)."},
                      Field{"header", &AuthSpec::header, "", "A header whose value is the secret."}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("basic", "bearer", "header")}; }
};

}  // namespace ballast
