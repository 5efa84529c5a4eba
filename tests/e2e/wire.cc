#include "tests/e2e/wire.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <vector>

#include "adapters/process/ports.h"
#include "tests/support/raw_exchange.h"
#include "tests/support/real_haproxy.h"

namespace ballast::e2e {
namespace {

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

HttpAnswer ask(int port, const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  constexpr int kPatienceSeconds = 10;
  const std::string answer =
      raw_exchange(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address, text, kPatienceSeconds);
  HttpAnswer result;
  constexpr std::size_t kStatusAt = std::string_view("HTTP/1.1 ").size();
  if (answer.size() > kStatusAt + 3)
    std::from_chars(answer.data() + kStatusAt, answer.data() + kStatusAt + 3, result.status);
  if (const auto end = answer.find("\r\n\r\n"); end != std::string::npos) result.body = answer.substr(end + 4);
  return result;
}

}  // namespace

HttpAnswer get(int port, const std::string& path, const std::string& host) {
  const std::string right = fmt::format("127.0.0.1:{}", port);
  return ask(
      port, fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, host.empty() ? right : host));
}

HttpAnswer post(int port, const std::string& path, const std::string& token) {
  const std::string shown = token.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", token);
  return ask(port,
             fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: 0\r\n{}\r\n",
                         path, port, shown));
}

std::map<std::string, std::string> servers_at(const std::string& socket, const std::string& column) {
  std::map<std::string, std::string> servers;
  std::istringstream lines(talk(socket, "show stat web 4 -1\n"));
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> head = split(line, ',');
  const auto at = static_cast<std::size_t>(std::ranges::find(head, column) - head.begin());
  while (std::getline(lines, line)) {
    const std::vector<std::string> row = split(line, ',');
    if (row.size() > at) servers[row[1]] = row[at];
  }
  return servers;
}

int usable(const std::map<std::string, std::string>& servers) {
  return static_cast<int>(std::ranges::count_if(
      servers, [](const auto& server) { return server.second.starts_with("UP") || server.second == "no check"; }));
}

int free_ports(int count) {
  // Apart for programs that run at the same time; below the ephemeral ports.
  for (int first = 14'000 + getpid() % 500 * 30; first < 31'000; first += count) {
    int good = 0;
    while (good < count && port_is_free(static_cast<std::uint16_t>(first + good))) ++good;
    if (good == count) return first;
  }
  ADD_FAILURE() << "no free ports";
  return 1;
}

}  // namespace ballast::e2e
