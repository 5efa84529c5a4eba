#include "controller/cli/commands.h"
#include "controller/cli/daemon.h"

namespace ballast {

int run_command(const RunOptions& options) {
  const std::unique_ptr<Log> log = make_log(options.log);
  Daemon daemon(options, *log);
  return daemon.run();
}

}  // namespace ballast
