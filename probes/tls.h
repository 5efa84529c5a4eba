// How long the certificates of a TLS server are good for, or whether they are good at all.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "probes/compile.h"

namespace ballast {

enum class TlsField : std::uint8_t { days_to_expiry, valid };
constexpr auto enum_names(TlsField) { return std::array<std::string_view, 2>{"daysToExpiry", "valid"}; }

/// `tls: {address: "shop.example:443"}`
struct TlsSpec {
  std::string address{};
  std::string server_name{};
  TlsField field = TlsField::days_to_expiry;
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const TlsSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"address", &TlsSpec::address, "", "Where to connect. The server speaks TLS from the first byte on.",
              Limits{.min = 3, .max = 260, .required = true, .example = "shop.example:443", .format = Format::address}},
        Field{
            "serverName", &TlsSpec::server_name, "",
            "The name that the server is asked for and that its certificate must be for. Absent: the host of address.",
            Limits{.max = 253, .example = "shop.example"}},
        Field{
            "field", &TlsSpec::field, "",
            "daysToExpiry: days until the first certificate of the chain that the server shows expires, below 0 once "
            "one has; no value while the chain is not trusted or not for this name, since it may be another's. valid: "
            "1 when the chain leads to a trusted authority, is for the name and in force now, else 0."},
        Field{"timeout", &TlsSpec::timeout, "", "The most that one handshake may take; longer is unknown.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// The address has a port, the name could be one.
  [[nodiscard]] Problems check() const;
};

Request tls_request(const TlsSpec& spec);
/// Errors: bug (no certificate in what should show them).
Result<TlsFacts> tls_decode(const Response& response);
/// One value, instantaneous. Errors of daysToExpiry: unavailable (the chain is not trusted, not yet valid, or for
/// another name: what is wrong is named).
Result<NamedReading> tls_select(const TlsSpec& spec, const PageOf<TlsFacts>& page, const PageOf<TlsFacts>* previous);

CompiledProbe compile(const TlsSpec& spec);

}  // namespace ballast
