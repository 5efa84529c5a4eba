// A real HAProxy for a test, with the configuration that the test writes. It ends with the object, and with the test
// program when that is killed.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ballast {

/// Sends `text` to a unix socket and reads to the end; empty when nobody listens.
std::string talk(const std::string& socket, const std::string& text);

class RealHaproxy {
 public:
  /// Of the configuration's `stats socket`; nothing is started yet.
  RealHaproxy(std::filesystem::path configuration, std::string admin_socket)
      : configuration_(std::move(configuration)), admin_socket_(std::move(admin_socket)) {}
  ~RealHaproxy() { kill_hard(); }
  RealHaproxy(const RealHaproxy&) = delete;
  RealHaproxy& operator=(const RealHaproxy&) = delete;

  /// Whether this machine has one; a test that needs it is skipped otherwise.
  [[nodiscard]] static bool installed();
  /// Waits until it answers on its admin socket; false when it does not in 20 s.
  [[nodiscard]] bool start();
  /// A new one with the same configuration takes over the sockets (`stats socket … expose-fd listeners`); the one
  /// before goes on with what it has begun. Waits until the new one answers.
  [[nodiscard]] bool reload();
  /// SIGKILL, and its end; those that were reloaded, too.
  void kill_hard();
  /// What a person types at the admin socket, and what it answers.
  [[nodiscard]] std::string ask(const std::string& commands) const { return talk(admin_socket_, commands + "\n"); }
  [[nodiscard]] const std::string& admin_socket() const { return admin_socket_; }

 private:
  std::filesystem::path configuration_;
  std::string admin_socket_;
  [[nodiscard]] bool launch(const std::vector<std::string>& more, const std::function<bool()>& is_up);
  pid_t pid_ = 0;
  std::vector<pid_t> older_{};  ///< reloaded; they end by themselves
};

}  // namespace ballast
