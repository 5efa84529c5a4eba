#include "probes/tcp.h"

#include "probes/address.h"

namespace ballast {

Problems TcpSpec::check() const { return check_peer_address("address", address); }

Request tcp_request(const TcpSpec& spec) {
  Request request{.channel = Channel::dial, .url = "tcp://" + spec.address, .body = spec.send, .until = spec.expect};
  request.deadline = spec.timeout;
  request.max_bytes = 64 << 10;
  return request;
}

Result<Dialled> tcp_decode(const Response& response) { return response.dialled; }

Result<NamedReading> tcp_select(const TcpSpec& /*spec*/, const PageOf<Dialled>& page,
                                const PageOf<Dialled>* /*previous*/) {
  return scalar(page.received_at, page.content == Dialled::answered ? 1 : 0);
}

CompiledProbe compile(const TcpSpec& spec) {
  return compile_probe("tcp", tcp_request(spec), tcp_decode, spec, tcp_select);
}

}  // namespace ballast
