// What is said between curl and a mail server, line by line, and what a mail came to by it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/receivers/mail_memory.h"

namespace ballast {

/// What a reply answers.
enum class SmtpAsked : std::uint8_t {
  other,      ///< the greeting, EHLO, STARTTLS, AUTH, MAIL
  recipient,  ///< RCPT
  data,       ///< DATA
  message,    ///< the end of the message
  farewell,   ///< QUIT
};

struct SmtpReply {
  SmtpAsked to = SmtpAsked::other;
  int code = 0;
  std::string text{};
  [[nodiscard]] bool is_taken() const { return code / 100 == 2; }
  [[nodiscard]] bool is_refusal() const { return code >= 400; }
  [[nodiscard]] bool is_for_a_while() const { return code / 100 == 4; }
};

inline constexpr std::size_t kMaxSmtpReply = 4000;   ///< a longer one is not shown: its cut may go through a secret
inline constexpr std::size_t kMaxSmtpReplies = 200;  ///< three times what the longest mail is answered

/// curl asks one thing at a time.
struct SmtpTalk {
  SmtpAsked asked = SmtpAsked::other;
  bool waiting = true;               ///< for the reply to that; at first for the greeting
  bool ended = false;                ///< all of the message is sent: from here on the server may have accepted it
  std::string line{};                ///< of a reply that has not ended
  std::vector<SmtpReply> replies{};  ///< in their order, without that to the farewell
};

/// A line that is sent.
void note_asked(SmtpTalk& talk, std::string_view line);
/// curl has all of the message.
void note_end_of_message(SmtpTalk& talk);
/// A line that came: `250-SIZE` goes on, `250 OK` and `250` end a reply (RFC 5321, 4.2.1). False: this server says more
/// than it was asked; what is kept is bounded.
[[nodiscard]] bool take_reply_line(SmtpTalk& talk, std::string_view line);

/// What the replies say of a mail to these recipients, in the order in which they were asked. Nothing: they do not say
/// why it ended, as when a connection broke, whatever was refused before that.
/// Failures: unavailable (4yz); denied (530, 534, 535, 538); invalid (other 5yz); outcome_unknown (all was sent, and no
/// answer came). Source of the codes: RFC 5321, 4.2.1; RFC 4954, 6.
std::optional<MailTry> what_replies_say(const SmtpTalk& talk, std::string_view server,
                                        const std::vector<std::string>& to);

}  // namespace ballast
