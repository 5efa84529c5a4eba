// A health check over TCP: 1 when the peer answers as expected, 0 when it does not, and unknown when nobody answered.
#pragma once

#include <string>
#include <tuple>

#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "probes/compile.h"

namespace ballast {

/// `tcp: {address: "mail.example:25", expect: "220 "}`
struct TcpSpec {
  std::string address{};
  std::string send{};
  std::string expect{};
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const TcpSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{
            "address", &TcpSpec::address, "",
            "Where to connect. 0 when nobody listens there (refused); no such name, no route and no answer in time are "
            "unknown, not 0.",
            Limits{.min = 3, .max = 260, .required = true, .example = "127.0.0.1:25", .format = Format::address}},
        Field{"send", &TcpSpec::send, "",
              "What is sent once connected, byte for byte: in YAML, line ends stand in double quotes.",
              Limits{.max = 4096, .example = "PING\\r\\n"}},
        Field{"expect", &TcpSpec::expect, "",
              "A text that must come to be healthy; 0 when the peer hangs up without it or sends 64 kB of something "
              "else. Absent: connecting is enough.",
              Limits{.max = 1024, .example = "+PONG"}},
        Field{"timeout", &TcpSpec::timeout, "", "The most that one check may take; longer is unknown, not 0.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// The address has a port.
  [[nodiscard]] Problems check() const;
};

Request tcp_request(const TcpSpec& spec);
/// How the dial ended. No errors.
Result<Dialled> tcp_decode(const Response& response);
/// 1 or 0, instantaneous: 0 is a word of the peer, a refusal, a hang-up or other talk. No errors.
Result<NamedReading> tcp_select(const TcpSpec& spec, const PageOf<Dialled>& page, const PageOf<Dialled>* previous);

CompiledProbe compile(const TcpSpec& spec);

}  // namespace ballast
