#include <string_view>

#include "adapters/process/shim.h"
#include "controller/cli/cli.h"

int main(int argc, char** argv) {
  // Before anything else: a worker's shim must not pay for, or depend on, what the daemon needs.
  if (argc > 1 && std::string_view(argv[1]) == "_worker") return ballast::worker_shim_main(argc, argv);
  return ballast::run_cli(argc, argv);
}
