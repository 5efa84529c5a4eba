// HAProxy as a balancer, by its runtime API only: no file of HAProxy's is read or written. Members become dynamic
// servers `ballast-NAME` of one backend. Runs on the engine's thread; every exchange is one connection to the admin
// socket with a deadline.
//
// Who owns what is derived from what HAProxy shows, so that it survives a restart of Ballast: only servers named
// `ballast-*` are ever added or deleted. Ballast drains by weight 0 alone; `state maint` it writes only together with
// the deletion. So a `maint` or `drain` on a server is a person's, and so is a weight that this process did not write.
// Source: HAProxy 2.6 management guide, section 9.3 (Unix socket commands), and the program itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/field.h"
#include "core/ports.h"
#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

/// `pool: {haproxy: {socket: /run/haproxy/admin.sock, backend: web}}`
struct HaproxyPool {
  std::string socket{};
  std::string backend{};
  bool check = true;
  Duration check_interval = std::chrono::seconds{2};
  std::optional<std::int32_t> maxconn{};
  Duration timeout = std::chrono::seconds{2};
  std::string shed_variable = "ballast_shed";
  bool operator==(const HaproxyPool&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{
            "socket", &HaproxyPool::socket, "",
            "Absolute path of HAProxy's admin socket: `stats socket PATH mode 600 level admin` in its section global.",
            Limits{.min = 2, .max = 107, .required = true, .example = "/run/haproxy/admin.sock"}},
        Field{"backend", &HaproxyPool::backend, "",
              "The backend that members stand in. Its `balance` must heed weights that change and servers that come "
              "and go: roundrobin, leastconn, random, or another one with `hash-type consistent`; not first.",
              Limits{.min = 1, .max = 200, .required = true, .example = "web"}},
        Field{"check", &HaproxyPool::check, "",
              "Whether HAProxy checks the health of the servers that Ballast adds, in the way that the backend says "
              "(`option httpchk`); its `default-server` does not apply to them. Three failures take a server out, two "
              "successes bring it back."},
        Field{"checkInterval", &HaproxyPool::check_interval, "", "The time between two health checks of a server.",
              Limits{.min = 0.1, .max = 3600}},
        Field{"maxconn", &HaproxyPool::maxconn, "connections",
              "The most that HAProxy opens to one server that Ballast adds; more wait in its queue. Default: no limit.",
              Limits{.min = 1, .max = 1'000'000}},
        Field{"timeout", &HaproxyPool::timeout, "", "The most that one exchange with the socket may take.",
              Limits{.min = 0.1, .max = 60}},
        Field{"shedVariable", &HaproxyPool::shed_variable, "",
              "The variable of HAProxy's process that `overload` sets to the share of requests to refuse, and "
              "NAME_retry_after to the seconds to wait. One line in the frontend heeds it: `http-request deny "
              "deny_status 503 hdr Retry-After %[var(proc.ballast_shed_retry_after)] if { "
              "rand(100),sub(proc.ballast_shed) lt 0 }`. Two pools of one HAProxy that refuse need two names.",
              Limits{.min = 1, .max = 63, .format = Format::identifier}}};
  }
};

/// A balancer over one backend. `weighed` are the servers of the configuration that Ballast may weigh (never add,
/// delete or move); in a view and in `apply` they go by their own name, members without the prefix `ballast-`.
/// `fetcher` and `time` outlive the balancer.
///
/// observe: in_flight is active sessions plus those queued for the server; idle keep-alive connections do not count.
/// apply: repeating it is harmless, also after an answer was lost. What a person changed is left alone; if it is not
/// what is wanted, the rest is done and the error is conflict. A member that is no longer wanted goes at once: what is
/// still in flight to it is cut, so drain it with weight 0 before.
/// shed: sets a variable of the process; whether a line of the configuration heeds it, HAProxy does not tell. It lives
/// as long as HAProxy. An experimental command: HAProxy then says of itself, in `show info`, that it is tainted.
/// Source: HAProxy 2.6 management guide, section 9.3, `set var`; tried on 2.6.12.
///
/// Errors beyond the port's: denied (the socket may not be opened, or its level is below admin), not_found (no such
/// backend), invalid (a name, address or weight that HAProxy cannot carry; a balance algorithm without dynamic servers
/// or without weights).
std::unique_ptr<Balancer> make_haproxy_balancer(HaproxyPool pool, Fetcher& fetcher, TimeSource& time,
                                                std::vector<std::string> weighed = {});

}  // namespace ballast
