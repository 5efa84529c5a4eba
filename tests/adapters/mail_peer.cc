#include "tests/adapters/mail_peer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace ballast {
namespace {

constexpr const char* kPython = "/usr/bin/python3";  // Debian's: it has Debian's packages
constexpr const char* kScript = "tests/adapters/mail_peer.py";
constexpr int kPatienceMs = 20'000;

/// A line of digits, or 0 when none comes.
int read_number(int from) {
  std::string line;
  pollfd wait{from, POLLIN, 0};
  std::array<char, 16> bytes{};
  while (!line.ends_with('\n')) {
    if (poll(&wait, 1, kPatienceMs) <= 0) return 0;
    const ssize_t count = read(from, bytes.data(), bytes.size());
    if (count <= 0) return 0;
    line.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return std::atoi(line.c_str());
}

}  // namespace

bool MailPeer::installed() { return std::system("/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null") == 0; }

MailPeer::MailPeer(Json options) {
  options["log"] = (folder_.path() / "log").string();
  const std::string text = options.dump();
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) return;
  // It complains of each client that hangs up.
  const int complaints = open((folder_.path() / "complaints").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(complaints, STDERR_FILENO);
    execl(kPython, kPython, "-W", "ignore", kScript, text.c_str(), nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  close(complaints);
  input_ = in[1];
  port_ = static_cast<std::uint16_t>(read_number(out[0]));
  close(out[0]);
}

MailPeer::~MailPeer() {
  close(input_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

std::vector<MailPeer::Json> MailPeer::told() const {
  std::vector<Json> result;
  std::ifstream log(folder_.path() / "log");
  for (std::string line; std::getline(log, line);) result.push_back(Json::parse(line));
  return result;
}

std::vector<std::string> MailPeer::words() const {
  std::vector<std::string> result;
  for (const Json& what : told()) result.push_back(what.at("said"));
  return result;
}

std::vector<MailPeer::Json> MailPeer::mails() const {
  std::vector<Json> result;
  for (Json& what : told())
    if (what.at("said") == "DATA") result.push_back(std::move(what));
  return result;
}

}  // namespace ballast
