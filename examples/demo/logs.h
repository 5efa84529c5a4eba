// What the checker reads: of each lane the logs of the load, of HAProxy and of the workers; of the play what was done
// to the lanes and what people were told; and nothing else. Times are CLOCK_MONOTONIC in microseconds, the same clock
// in all processes; HAProxy's lines are joined by request, not by time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ballast_demo {

struct PlannedAct {
  std::string name{};
  std::int64_t length_us = 0;
  double rate_from = 0;  ///< requests a second, in a straight line to rate_to
  double rate_to = 0;
  bool operator==(const PlannedAct&) const = default;
};

struct LoadRequest {
  std::int64_t id = 0;
  std::int64_t act = 0;
  std::int64_t due_us = 0;
  std::int64_t sent_us = 0;
  std::int64_t finished_us = 0;
  int status = 0;  ///< 0: no answer
  std::string error{};
  [[nodiscard]] std::int64_t latency_us() const { return finished_us - due_us; }
  [[nodiscard]] bool failed() const { return status < 200 || status > 299; }
};

struct LoadLog {
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;  ///< when the last act was over or the load was told to end
  std::int64_t seed = 0;
  std::string spacing{};
  std::vector<PlannedAct> acts{};
  std::vector<LoadRequest> requests{};  ///< as they finished
  std::int64_t sent = 0;                ///< ids are 0 to sent - 1
};

struct ProxyRequest {
  std::optional<std::int64_t> id{};  ///< nothing: no request of the load
  std::string server{};              ///< `<NOSRV>` when none was chosen
  int status = 0;
  std::int64_t wait_us = 0;  ///< in HAProxy's line, before a server had it
};

struct WorkerEvent {
  std::string event{};  ///< started, ready, request, failed, sick, well, sigterm, stopped
  std::string name{};
  std::int64_t pid = 0;
  std::int64_t at_us = 0;
  std::optional<std::int64_t> id{};  ///< of a request that it served
  std::string how{};                 ///< of sick and well: `fails`, `slow`
};

struct LaneLogs {
  LoadLog load{};
  std::vector<ProxyRequest> proxy{};
  std::vector<WorkerEvent> workers{};
  std::vector<std::string> problems{};  ///< `load.jsonl:17: what is wrong`; empty when all could be read
};

/// What the play did to a lane.
struct PlayEvent {
  std::string event{};  ///< sickened, well, lies, killed, restarted
  std::string lane{};
  std::int64_t pid = 0;  ///< of a worker or a daemon; 0: of none
  std::string what{};    ///< slow, fails; of lies: empty, zero, frozen, or nothing for the truth
  std::int64_t at_us = 0;
};

struct ToldAlert {
  std::string name{};
  std::string status{};     ///< firing, resolved
  std::string starts_at{};  ///< as it was told; a mail does not say it
};

/// What a receiver of the demo was told.
struct Told {
  std::string event{};  ///< webhook, mail
  std::int64_t at_us = 0;
  std::string key{};     ///< Idempotency-Key, Message-ID: the same on each try
  std::string digest{};  ///< of what came with it
  std::vector<ToldAlert> alerts{};
};

struct PlayLogs {
  LaneLogs ballast{};
  LaneLogs hpa{};
  LaneLogs keda{};
  LaneLogs fixed{};
  std::vector<PlayEvent> events{};
  std::vector<Told> told{};
  std::vector<std::string> problems{};  ///< of the last two
};

/// Reads the three logs of one lane. A line of HAProxy's that is no JSON object is a notice of its own.
LaneLogs read_logs(std::string_view load, std::string_view proxy, std::string_view workers);

/// The same from `load.jsonl`, `proxy.jsonl` and `workers.jsonl` of a folder.
LaneLogs read_logs(const std::string& folder);

/// Reads `events.jsonl` and `told.jsonl` into a play.
void read_play(std::string_view events, std::string_view told, PlayLogs& play);

/// Of a mail whose subject is `[FIRING:1] MemberEjected default`, or `[RESOLVED] …`; empty of any other.
std::vector<ToldAlert> alerts_of_subject(std::string_view subject);

/// All logs of a play: its folder has one for each lane.
PlayLogs read_play(const std::string& folder);

}  // namespace ballast_demo
