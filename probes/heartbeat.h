// A dead man's switch: a job calls Ballast each time it has done its work. 1 while it does so in time, 0 once it is
// overdue, and unknown before its first call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "probes/compile.h"

namespace ballast {

/// `heartbeat: {name: backup, period: 24h, grace: 1h}`
struct HeartbeatSpec {
  std::string name{};
  Duration period = std::chrono::hours{24};
  Duration grace = std::chrono::minutes{1};
  std::optional<SecretRef> token{};
  bool operator==(const HeartbeatSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"name", &HeartbeatSpec::name, "",
              "Of the heartbeat, in the namespace of the document: the job sends POST to "
              "/api/v1/heartbeat/NAMESPACE/NAME, or to /api/v1/heartbeat/NAME in the namespace default.",
              Limits{.max = 63, .required = true, .example = "backup", .format = Format::dns_label}},
        Field{"period", &HeartbeatSpec::period, "",
              "How often the job calls. 1 until period and grace have passed since its last call, then 0. Unknown "
              "before its first: an `absent` rule tells of a job that never began. Time in which Ballast did not run "
              "makes nobody late.",
              Limits{.min = 1, .max = 31'622'400, .required = true, .example = "24h"}},
        Field{"grace", &HeartbeatSpec::grace, "", "How much later than its period it may be.",
              Limits{.min = 0, .max = 2'678'400}},
        Field{"token", &HeartbeatSpec::token, "",
              "Where the job's own token is, of at least 16 characters: who shows it (`Authorization: Bearer …`) may "
              "call for this heartbeat and do nothing else. The daemon's own token does too."}};
  }
};

/// `name_space` is that of the document. The same for each period: they share one answer.
Request heartbeat_request(const HeartbeatSpec& spec, std::string_view name_space);
/// Errors: not_found (it was never heard).
Result<HeartbeatFacts> heartbeat_decode(const Response& response);
/// 1 or 0, instantaneous. Worked example, period 24h and grace 1h: silent for 26h, of which Ballast did not run for 2h:
/// it may have called then, and is not late yet by what was heard (24h). Errors: unavailable (so).
Result<NamedReading> heartbeat_select(const HeartbeatSpec& spec, const PageOf<HeartbeatFacts>& page,
                                      const PageOf<HeartbeatFacts>* previous);

CompiledProbe compile(const HeartbeatSpec& spec, std::string_view name_space);

}  // namespace ballast
