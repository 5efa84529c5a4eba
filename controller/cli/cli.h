// The command line: one program, all commands.
#pragma once

namespace ballast {

/// Exit status as controller/cli/commands.h has them.
int run_cli(int argc, char** argv);

}  // namespace ballast
