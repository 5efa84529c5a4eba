// The commands of `ballast`, one file each. Exit status: 0 good, 1 the thing asked about is not well, 2 usage (and a
// second daemon), 3 bad documents, 4 not found.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "controller/cli/log.h"

namespace ballast {

inline constexpr int kGood = 0;
inline constexpr int kNotWell = 1;
inline constexpr int kUsage = 2;
inline constexpr int kBadDocuments = 3;
inline constexpr int kNotFound = 4;

struct RunOptions {
  std::vector<std::string> files{};
  std::string state_directory{};  ///< empty: default_state_directory()
  std::string listen{};           ///< beats the Configuration document
  bool allow_exec = false;        ///< documents may run commands
  bool allow_link_local = false;  ///< signals may be read from addresses where clouds keep metadata
  LogOptions log{};
};
/// The daemon on a host, until SIGTERM or SIGINT.
int run_command(const RunOptions& options);

struct ValidateOptions {
  std::vector<std::string> files{};
};
int validate_command(const ValidateOptions& options);

struct DocsOptions {
  std::string path{};     ///< `ScalingPolicy.spec.minReplicas`; empty: all kinds
  bool markdown = false;  ///< the whole reference page
  std::string schema{};   ///< JSON schema of this kind
};
int docs_command(const DocsOptions& options);

/// Where a command that reads history finds it, and how it writes.
struct HistoryOptions {
  std::string state_directory{};
  std::string journal{};  ///< beats the state directory
  std::string name{};     ///< `web`, `shop/web`; empty: all
  bool json = false;
};

struct ExplainOptions {
  HistoryOptions history{};
  std::string at{};   ///< RFC 3339, `-5m`, or `surge`-like words are not understood; empty: the last decision
  bool list = false;  ///< all decisions, a line each
};
int explain_command(const ExplainOptions& options);

int status_command(const HistoryOptions& options);

struct ReplayOptions {
  HistoryOptions history{};
  bool strict = false;
};
int replay_command(const ReplayOptions& options);

struct OrphanOptions {
  std::vector<std::string> files{};  ///< documents in force; workers of all others are orphans
  std::string state_directory{};
  bool stop = false;
  bool json = false;
};
int orphan_command(const OrphanOptions& options);

struct AlertTestOptions {
  std::vector<std::string> files{};
  std::string receiver{};  ///< `oncall`, `shop/oncall`
  bool allow_link_local = false;
};
/// Tells a receiver that nothing is wrong, as the daemon would tell it that something is.
int alert_test_command(const AlertTestOptions& options);
/// What fires, by the journal.
int alert_list_command(const HistoryOptions& options);

struct SayOptions {
  std::string state_directory{};
  std::string name{};
  std::string kind{};  ///< `Pause`, `Freeze`, `Scale`, `Restart`; empty with `take_back`: all
  bool take_back = false;
  std::optional<std::int32_t> replicas{};
  std::string direction{};  ///< of a freeze; empty: All
  std::string lasts{};      ///< `2h`
  std::string until{};      ///< RFC 3339; beats `lasts`
  std::string reason{};
  std::string done{};  ///< what is printed when it was taken
  bool json = false;
};
/// A person's word to the running daemon.
int say_command(const SayOptions& options);

/// Where a daemon keeps the token that changing something needs, and where it listens.
std::filesystem::path token_in(const std::filesystem::path& state_directory);
std::filesystem::path address_in(const std::filesystem::path& state_directory);

int version_command(bool json);

/// /var/lib/ballast for root, else $XDG_STATE_HOME/ballast or ~/.local/state/ballast. $BALLAST_STATE_DIR beats both.
std::filesystem::path default_state_directory();

/// The journal's file in a state directory.
std::filesystem::path journal_in(const std::filesystem::path& state_directory);

/// `web` and `default/web` name the same.
std::string full_name(const std::string& name);

}  // namespace ballast
