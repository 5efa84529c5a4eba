// The receiver `email`: mails over SMTP, by default never without TLS. What a mail says is in formats/mail.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "adapters/receivers/receiver_host.h"
#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/ports.h"

namespace ballast {

struct SmtpLogin {
  std::string username{};
  SecretRef password{};
  bool operator==(const SmtpLogin&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"username", &SmtpLogin::username, "", "As the server knows it, often the sender's address.",
                            Limits{.min = 1, .max = 256, .required = true, .example = "ballast@example.com"}},
                      Field{"password", &SmtpLogin::password, "", "Where the password is.", Limits{.required = true}}};
  }
};

enum class MailTls : std::uint8_t { start_tls, implicit, none };
constexpr auto enum_names(MailTls) { return std::array<std::string_view, 3>{"StartTls", "Implicit", "None"}; }

/// `email: {smarthost: smtp.example.com:587, from: ballast@example.com, to: [oncall@example.com]}`
struct EmailReceiver {
  std::string smarthost{};
  std::string from{};
  std::vector<std::string> to{};
  std::optional<SmtpLogin> auth{};
  MailTls tls = MailTls::start_tls;
  std::string ca_file{};
  bool insecure_skip_verify = false;
  std::string hello = "localhost";
  Duration timeout = std::chrono::seconds{20};
  bool operator==(const EmailReceiver&) const = default;
  static constexpr auto what_is_sent() {
    return std::tuple{
        Field{"smarthost", &EmailReceiver::smarthost, "",
              "The mail server that takes the mails. Addresses where clouds keep metadata are refused.",
              Limits{.max = 300, .required = true, .example = "smtp.example.com:587", .format = Format::address}},
        Field{"from", &EmailReceiver::from, "", "The sender's address, without a display name.",
              Limits{.min = 3, .max = 254, .required = true, .example = "ballast@example.com"}},
        Field{"to", &EmailReceiver::to, "",
              "Who gets the mails, one address an item. When the server refuses some of them, the others get the mail: "
              "those that it refuses for a while are sent it again, they alone and with the same Message-ID; those "
              "that it refuses for good stand in Ballast's log.",
              Limits{.min = 1, .max = 50, .required = true, .example = "oncall@example.com"}},
        Field{"auth", &EmailReceiver::auth, "", "How to log in (PLAIN, LOGIN or CRAM-MD5). Absent: without."}};
  }
  static constexpr auto how_it_is_sent() {
    return std::tuple{
        Field{"tls", &EmailReceiver::tls, "",
              "StartTls: the connection is secured before anything is said (port 587 or 25); a server that does not "
              "offer it gets nothing. Implicit: from its begin (port 465). None: everybody on the way can read the "
              "mails; there is no auth then."},
        Field{"caFile", &EmailReceiver::ca_file, "",
              "PEM: the only authorities that are trusted. Default: those of the system. It is read at each mail.",
              Limits{.max = 4096, .example = "/etc/ballast/ca.pem", .format = Format::path}},
        Field{"insecureSkipVerify", &EmailReceiver::insecure_skip_verify, "",
              "Trusts whoever answers: anybody on the way can read and change everything, the password too."},
        Field{"hello", &EmailReceiver::hello, "",
              "The name that Ballast gives itself (EHLO); some servers want one that DNS has.",
              Limits{.min = 1, .max = 253, .example = "monitor.example.com"}},
        Field{"timeout", &EmailReceiver::timeout, "",
              "For one try, from the look-up of the name to the last answer. A relay that scans a mail before it "
              "answers needs more: RFC 5321 gives it 10m.",
              Limits{.min = 1, .max = 600}}};
  }
  static constexpr auto fields() { return std::tuple_cat(what_is_sent(), how_it_is_sent()); }
  /// Addresses, the host, the name of the greeting, and that no password goes unencrypted.
  static constexpr auto rules() { return std::array{rule::forbids_when("tls", "None", "auth")}; }
  [[nodiscard]] Problems check() const;
};

/// Each delivery is one connection, made on `host.executor` (one thread: a server that hangs holds up what waits there
/// for `timeout`), and one mail to all of `to` that do not have it: who has it is remembered by `Notification::key`, of
/// the last few mails and until a restart. It is taken once one of them has it and the others have it too or were
/// refused for good (5yz), which its note tells. The password is read for it and forgotten after it; no message holds
/// it. A delivery whose task is destroyed ends within a second, or within a minute of its begin when all of the mail is
/// sent already.
/// - unavailable: no connection, 4yz, also for some of the recipients only, TLS that cannot be had or trusted (there is
///   no way back to plain text)
/// - timeout: nothing is accepted yet; outcome_unknown: all was sent and no answer came. Sent again, the mail has the
///   same Message-ID.
/// - denied: 530, 534, 535, 538, no common way to log in, an address that is refused; invalid: other 5yz, a `caFile`
///   that cannot be read
/// - those of read_secret
/// Errors of making it: invalid (the first of `check()`).
[[nodiscard]] Result<std::unique_ptr<Notifier>> make_email_notifier(EmailReceiver spec, ReceiverHost& host);

}  // namespace ballast
