// What a worker's process does before it is the worker: `ballast _worker …`. A program of its own, so that the daemon,
// which has threads, never runs code between fork and exec.
#pragma once

namespace ballast {

/// Called with argv[1] == "_worker"; the options are between the scaler and its shim, and change with them. Puts the
/// process into its own session, its directory, user, groups, environment and memory limit, points its output to its
/// log, closes all other descriptors, resets signals, and becomes the command. Returns only when it cannot: 200, after
/// it has written why to the status pipe of the scaler and to the log.
int worker_shim_main(int argc, char** argv);

}  // namespace ballast
