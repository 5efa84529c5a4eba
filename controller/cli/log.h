// What people and machines read while Ballast runs: one line an event, for a console or as JSON.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ballast {

using LogFields = std::vector<std::pair<std::string, std::string>>;

class Log {
 public:
  virtual ~Log() = default;
  virtual void info(std::string_view message, const LogFields& fields = {}) = 0;
  virtual void warn(std::string_view message, const LogFields& fields = {}) = 0;
  virtual void error(std::string_view message, const LogFields& fields = {}) = 0;
};

struct LogOptions {
  std::string format{"console"};  ///< console | json
  std::string level{"info"};      ///< info | warn | error
  std::string file{};             ///< empty: standard error
};

/// Console: `12:00:01.123 info  decided  workload=shop/web replicas=4→22`; colours on a terminal. JSON: one object a
/// line, with `time` (RFC 3339), `level`, `message` and the fields. Throws nothing: a log that cannot be opened is
/// standard error, and says so.
std::unique_ptr<Log> make_log(const LogOptions& options);

}  // namespace ballast
