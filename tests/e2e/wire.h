// What tests say to HAProxy and to the daemon, byte by byte: no code of Ballast's stands between.
#pragma once

#include <map>
#include <string>

namespace ballast::e2e {

struct HttpAnswer {
  int status = 0;  ///< 0: none
  std::string body{};
};
/// GET on 127.0.0.1. An empty `host` is replaced by the right one.
HttpAnswer get(int port, const std::string& path, const std::string& host = "");

/// POST without a body, with a token to show where one is given.
HttpAnswer post(int port, const std::string& path, const std::string& token = "");

/// Servers of HAProxy's backend `web` and a column of `show stat`, as their state: `UP`, `no check`, `MAINT`, `DOWN`…
std::map<std::string, std::string> servers_at(const std::string& socket, const std::string& column = "status");
/// How many of them are given requests.
int usable(const std::map<std::string, std::string>& servers);

/// The first of `count` ports in a row that nobody listens on.
int free_ports(int count);

}  // namespace ballast::e2e
