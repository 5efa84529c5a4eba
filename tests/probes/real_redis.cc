#include "tests/probes/real_redis.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "formats/resp.h"

namespace ballast {
namespace {

constexpr const char* kProgram = "/usr/bin/redis-server";

std::uint16_t free_port() {
  const int tried = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(tried, reinterpret_cast<const sockaddr*>(&address), size) == 0)
    getsockname(tried, reinterpret_cast<sockaddr*>(&address), &size);
  close(tried);
  return ntohs(address.sin_port);
}

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return connection;
  close(connection);
  return -1;
}

bool send_all(int connection, const std::string& text) {
  return send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace

std::unique_ptr<RealRedis> RealRedis::start(const std::vector<std::string>& options) {
  if (access(kProgram, X_OK) != 0) return nullptr;
  for (int tries = 0; tries < 5; ++tries) {  // the port may be taken before Redis has it
    std::string folder = (std::filesystem::temp_directory_path() / "ballast-redis-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return nullptr;
    std::unique_ptr<RealRedis> redis{new RealRedis(folder)};
    if (redis->launch(options)) return redis;
  }
  return nullptr;
}

bool RealRedis::launch(const std::vector<std::string>& options) {
  port_ = free_port();
  std::vector<std::string> arguments{
      kProgram,       "--port", std::to_string(port_), "--bind",  "127.0.0.1", "--save",        "", "--dir", folder_,
      "--unixsocket", socket(), "--loglevel",          "warning", "--logfile", folder_ + "/log"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    execv(kProgram, pointers.data());
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (tell({"PING"}).empty()) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return false;
    }
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});  // until it listens: no event tells
  }
  return true;
}

RealRedis::~RealRedis() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

RealRedis::Connection::~Connection() { close(descriptor); }

std::unique_ptr<RealRedis::Connection> RealRedis::connect() const {
  auto connection = std::make_unique<Connection>(connect_to(socket()));
  std::array<char, 64> pong{};
  if (!send_all(connection->descriptor, "PING\r\n") || read(connection->descriptor, pong.data(), pong.size()) <= 0)
    return nullptr;
  return connection;
}

std::string RealRedis::tell(const std::vector<std::string_view>& command) const {
  const Connection connection(connect_to(socket()));
  std::string answer;
  if (!send_all(connection.descriptor, resp_command(command) + resp_command({"QUIT"}))) return answer;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(connection.descriptor, buffer.data(), buffer.size())) > 0;)
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  constexpr std::string_view kBye = "+OK\r\n";
  if (answer.ends_with(kBye)) answer.resize(answer.size() - kBye.size());
  return answer;
}

}  // namespace ballast
