// What the sink of the demo hears, as lines of its log: webhooks as Alertmanager's, and mails over SMTP. No I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ballast_demo {

/// A line for `told.jsonl`. Of a body that is no webhook the alerts are none.
std::string webhook_line(std::string_view key, std::string_view body, std::int64_t mono_us);
std::string mail_line(std::string_view message, std::int64_t mono_us);

/// The server's side of SMTP (RFC 5321) as far as a client that only delivers needs it: it takes everything.
class MailSession {
 public:
  struct Said {
    std::string reply{};                ///< with its line end; empty: go on
    std::optional<std::string> mail{};  ///< whole
    bool over = false;
  };
  static std::string greeting() { return "220 demo\r\n"; }
  /// `line` has no line end.
  Said hear(std::string_view line);

 private:
  bool in_mail_ = false;
  std::string mail_{};
};

}  // namespace ballast_demo
