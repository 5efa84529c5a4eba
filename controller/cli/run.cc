#include "controller/cli/commands.h"
#include "controller/cli/daemon.h"
#include "io/rest_line.h"

namespace ballast {

int run_command(const RunOptions& options) {
  prepare_rest_library();  // before there are other threads
  const std::unique_ptr<Log> log = make_log(options.log);
  Daemon daemon(options, *log);
  return daemon.run();
}

}  // namespace ballast
