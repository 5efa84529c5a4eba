// A real mail server for a test, Python's aiosmtpd, and what it was told. It ends with the object, and with the test
// program when that is killed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace ballast {

class MailPeer {
 public:
  using Json = nlohmann::json;
  /// Whether this machine has it; a test that needs it is skipped otherwise.
  [[nodiscard]] static bool installed();

  /// `options`: as tests/adapters/mail_peer.py says. Waits until it listens.
  explicit MailPeer(Json options);
  ~MailPeer();
  MailPeer(const MailPeer&) = delete;
  MailPeer& operator=(const MailPeer&) = delete;

  /// 0: it did not start in 20 s.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// All that it was told up to now, in order; a mail is what `DATA` said.
  [[nodiscard]] std::vector<Json> told() const;
  /// The words alone: `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`.
  [[nodiscard]] std::vector<std::string> words() const;
  [[nodiscard]] std::vector<Json> mails() const;

 private:
  TemporaryFolder folder_{"mail"};
  pid_t pid_ = 0;
  int input_ = -1;  ///< closed: it ends
  std::uint16_t port_ = 0;
};

}  // namespace ballast
