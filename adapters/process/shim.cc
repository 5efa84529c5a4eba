#include "adapters/process/shim.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/process/files.h"
#include "adapters/process/proc.h"
#include "adapters/process/shim_options.h"
#include "adapters/process/token.h"
#include "formats/environment_file.h"

extern char** environ;

namespace ballast {
namespace {

/// Why it cannot become the worker; nothing: so far it can.
using Failed = std::optional<std::string>;

std::string cause() { return std::strerror(errno); }

void write_line(int fd, std::string text) {
  text += '\n';
  // Nobody is left to tell when this fails too.
  [[maybe_unused]] const ssize_t written = write(fd, text.data(), text.size());
}

void reset_process() {
  setsid();  // fails when it leads a session already, which is as good
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  umask(022);
  closefrom(kShimStatusDescriptor + 1);
  fcntl(kShimStatusDescriptor, F_SETFD, FD_CLOEXEC);
}

Failed open_streams(const std::string& log) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0) return fmt::format("/dev/null: {}", cause());
  const int out = open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
  if (out < 0)
    return fmt::format("scaleTarget.process.logDirectory: {}: {}; make it a file that Ballast may write", log, cause());
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  return std::nullopt;
}

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name{};
  std::string home = "/";
  std::string shell = "/bin/sh";
};

const passwd* look_up(const std::string& user) {
  if (user.empty()) return getpwuid(geteuid());
  if (const passwd* entry = getpwnam(user.c_str())) return entry;
  uid_t uid = 0;
  const auto [end, failed] = std::from_chars(user.data(), user.data() + user.size(), uid);
  const bool number = failed == std::errc{} && end == user.data() + user.size();
  return number ? getpwuid(uid) : nullptr;
}

Failed find_account(const std::string& user, Account& account) {
  const passwd* entry = look_up(user);
  if (entry == nullptr) {
    if (!user.empty())
      return fmt::format("scaleTarget.process.user: {}: no such user on this host; make it, or name another", user);
    account = Account{.uid = geteuid(), .gid = getegid(), .name = std::to_string(geteuid())};
    return std::nullopt;
  }
  account = Account{.uid = entry->pw_uid, .gid = entry->pw_gid, .name = entry->pw_name};
  if (*entry->pw_dir != '\0') account.home = entry->pw_dir;
  if (*entry->pw_shell != '\0') account.shell = entry->pw_shell;
  return std::nullopt;
}

Failed become(const std::string& user, const Account& account) {
  if (user.empty() || (account.uid == geteuid() && geteuid() != 0)) return std::nullopt;
  if (geteuid() != 0)
    return fmt::format(
        "scaleTarget.process.user: {}: Ballast runs as user {} and cannot become another; run it as root, or leave "
        "user "
        "out",
        user, geteuid());
  if (initgroups(account.name.c_str(), account.gid) != 0 || setgid(account.gid) != 0 || setuid(account.uid) != 0)
    return fmt::format("scaleTarget.process.user: {}: {}", user, cause());
  return std::nullopt;
}

/// What the worker is given, and nothing of what Ballast itself was.
Failed make_environment(const ShimOptions& options, const Account& account, std::vector<std::string>& entries) {
  std::map<std::string, std::string, std::less<>> values{
      {"HOME", account.home},
      {"LOGNAME", account.name},
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"SHELL", account.shell},
      {"USER", account.name}};
  if (const std::string& path = options.environment_file; !path.empty()) {
    const auto text = read_small_file(path, kMaxEnvironmentFile + 1);
    if (!text) return fmt::format("scaleTarget.process.environmentFile: {}: {}", path, cause());
    const auto variables = parse_environment_file(*text);
    if (!variables) return fmt::format("scaleTarget.process.environmentFile: {}: {}", path, variables.error().message);
    for (const auto& [name, value] : *variables) values[name] = value;
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = std::min(text.find('='), text.size());
    values[std::string(text.substr(0, equals))] = text.substr(std::min(equals + 1, text.size()));
  }
  auto token = parse_token(values[std::string(kTokenVariable)]);
  values.erase(std::string(kTokenVariable));
  const auto self = read_stat(getpid());
  if (!token || !self) return "called by hand: it is a part of `ballast run`";
  token->pid = getpid();
  token->start_ticks = self->start_ticks;
  entries.push_back(fmt::format("{}={}", kTokenVariable, to_string(*token)));
  for (const auto& [name, value] : values) entries.push_back(fmt::format("{}={}", name, value));
  return std::nullopt;
}

Failed enter_directory(const std::string& named) {
  const std::string path = named.empty() ? "/" : named;
  if (chdir(path.c_str()) == 0) return std::nullopt;
  return fmt::format("scaleTarget.process.workingDirectory: {}: {}; its user must be able to enter it", path, cause());
}

Failed limit_memory(std::int64_t bytes) {
  if (bytes == 0) return std::nullopt;
  rlimit limit{};
  getrlimit(RLIMIT_DATA, &limit);
  const rlim_t wanted = std::min(static_cast<rlim_t>(bytes), limit.rlim_max);
  limit = rlimit{.rlim_cur = wanted, .rlim_max = wanted};
  if (setrlimit(RLIMIT_DATA, &limit) == 0) return std::nullopt;
  return fmt::format("scaleTarget.process.memoryMax: {} bytes: {}", bytes, cause());
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Returns only when it failed.
std::string run(ShimOptions options, bool& log_is_open) {
  if (auto failed = open_streams(options.log)) return *failed;
  log_is_open = true;
  Account account;
  std::vector<std::string> entries;
  if (auto failed = find_account(options.user, account)) return *failed;
  if (auto failed = make_environment(options, account, entries)) return *failed;
  if (auto failed = become(options.user, account)) return *failed;
  if (auto failed = enter_directory(options.working_directory)) return *failed;
  std::vector<char*> arguments = pointers_to(options.command);
  std::vector<char*> environment = pointers_to(entries);
  environ = environment.data();  // execvp looks the program up in the worker's PATH
  if (auto failed = limit_memory(options.memory_bytes)) return *failed;
  execvp(arguments[0], arguments.data());
  return fmt::format("scaleTarget.process.command: {}: {}; name a program that its user may run", options.command[0],
                     cause());
}

}  // namespace

int worker_shim_main(int argc, char** argv) {
  reset_process();
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto options = parse_shim_arguments(arguments);
  bool log_is_open = false;
  const std::string failure =
      options ? run(*options, log_is_open) : std::string("called by hand: it is a part of `ballast run`");
  if (fcntl(kShimStatusDescriptor, F_GETFD) >= 0) write_line(kShimStatusDescriptor, failure);
  if (log_is_open || !options) write_line(STDERR_FILENO, "ballast: the worker was not started: " + failure);
  return kShimFailed;
}

}  // namespace ballast
