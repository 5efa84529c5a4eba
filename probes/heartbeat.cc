#include "probes/heartbeat.h"

#include <fmt/format.h>

namespace ballast {

Request heartbeat_request(const HeartbeatSpec& spec, std::string_view name_space) {
  Request request{.channel = Channel::heartbeat};
  request.url = fmt::format("heartbeat://{}/{}", name_space, spec.name);
  return request;
}

Result<HeartbeatFacts> heartbeat_decode(const Response& response) {
  if (!response.heartbeat) return Error{Errc::not_found, "no heartbeat came so far"};
  return *response.heartbeat;
}

Result<NamedReading> heartbeat_select(const HeartbeatSpec& spec, const PageOf<HeartbeatFacts>& page,
                                      const PageOf<HeartbeatFacts>* /*previous*/) {
  const auto& [silence, deaf] = page.content;
  const Duration allowed = spec.period + spec.grace;
  if (silence <= allowed) return scalar(page.received_at, 1);
  if (silence - deaf > allowed) return scalar(page.received_at, 0);
  return Error{
      Errc::unavailable,
      fmt::format("no heartbeat for {:.0f} s, of which Ballast did not run for {:.0f} s: it may have come then",
                  seconds(silence), seconds(deaf))};
}

CompiledProbe compile(const HeartbeatSpec& spec, std::string_view name_space) {
  return compile_probe("heartbeat", heartbeat_request(spec, name_space), heartbeat_decode, spec, heartbeat_select);
}

}  // namespace ballast
