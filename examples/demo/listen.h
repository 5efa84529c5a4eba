// Listening on this machine alone.
#pragma once

namespace ballast_demo {

/// A socket that listens on 127.0.0.1; -1: errno says why not. Children do not inherit it.
int listen_on_loopback(int port);

}  // namespace ballast_demo
