// Commands on this host, for those who allow it: Channel::command. Runs on the loop's thread and never waits there.
#pragma once

#include <memory>

#include "io/fetcher.h"
#include "io/loop.h"

namespace ballast {

/// `fetch` runs `Request::command` without a shell, in a session of its own, with the environment given and nothing
/// else, with /dev/null to read from and no other descriptor of ours. The answer's body is what it wrote to its
/// standard output when it exits with status 0. With it goes whatever it started and left in its process group:
/// SIGKILL. Errors: timeout (the deadline; all of it is killed), invalid (above `max_bytes`, no absolute path, a NUL in
/// an argument, no program), not_found and denied (the program, its directory), unavailable (another exit status, with
/// the first line of its standard error; killed by a signal; no descriptor or process left). Destroying a fetch kills
/// its command. The fetcher must outlive its fetches, the loop the fetcher.
[[nodiscard]] std::unique_ptr<Fetcher> make_command_fetcher(Loop& loop);

}  // namespace ballast
