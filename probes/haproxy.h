// A signal from HAProxy's statistics: one column of `show stat`, of a backend as a whole or of each of its servers.
// Source: HAProxy 2.6 management guide, section 9.1 (CSV format).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "core/field.h"
#include "core/probe.h"
#include "formats/haproxy.h"
#include "probes/compile.h"

namespace ballast {

enum class HaproxyRows : std::uint8_t { backend, servers };
constexpr auto enum_names(HaproxyRows) { return std::array<std::string_view, 2>{"Backend", "Servers"}; }

/// `haproxy: {socket: /run/haproxy/admin.sock, backend: web, field: scur}`
struct HaproxySpec {
  std::string socket{};
  std::string backend{};
  std::string field{};
  HaproxyRows of = HaproxyRows::backend;
  Duration timeout = std::chrono::seconds{2};
  bool operator==(const HaproxySpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{
            "socket", &HaproxySpec::socket, "",
            "Absolute path of HAProxy's admin socket: `stats socket PATH mode 600` in its section global.",
            Limits{
                .min = 2, .max = 107, .required = true, .example = "/run/haproxy/admin.sock", .format = Format::path}},
        Field{"backend", &HaproxySpec::backend, "", "The backend that is measured.",
              Limits{.min = 1, .max = 256, .required = true, .example = "web"}},
        Field{
            "field", &HaproxySpec::field, "",
            "A column of `show stat`. scur (sessions), qcur (queued requests), rate, rtime and the like are taken as "
            "they are; a counter such as stot, req_tot, hrsp_5xx, econ, eresp, bin or bout becomes a rate per second.",
            Limits{.min = 1, .max = 64, .required = true, .example = "scur"}},
        Field{"of", &HaproxySpec::of, "",
              "Backend: one value for the backend as a whole. Servers: a value for each of its servers; those that "
              "Ballast added are named as its members."},
        Field{"timeout", &HaproxySpec::timeout, "", "The most that one exchange with the socket may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
};

/// Whether a column only ever grows while HAProxy runs, so that it is read as a rate.
bool is_haproxy_counter(std::string_view column);

Request haproxy_request(const HaproxySpec& spec);
/// Errors: those of parse_haproxy_stat.
Result<HaproxyTable> haproxy_decode(const Response& response);
/// A gauge is instantaneous; a rate is per second over the time between the pages, which is its window. A server that
/// was not there before counts from 0, as HAProxy's does. Errors: not_found (no such column or backend, no server),
/// invalid (not a number), unavailable (a rate without a previous page, or a counter fell: HAProxy restarted or its
/// counters were cleared; the next poll has it).
Result<NamedReading> haproxy_select(const HaproxySpec& spec, const PageOf<HaproxyTable>& page,
                                    const PageOf<HaproxyTable>* previous);

CompiledProbe compile(const HaproxySpec& spec);

}  // namespace ballast
