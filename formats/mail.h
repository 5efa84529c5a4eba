// The mail that tells of a group of alerts: one message with a plain and an HTML part, made from a notification. No
// label, annotation or setting reaches a header otherwise than cleaned and encoded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/time.h"

namespace ballast {

/// Addresses that are none in the sense of `is_mail_address` are left out.
struct MailHead {
  std::string from{};
  std::vector<std::string> to{};
  WallTime date{};
};

inline constexpr std::size_t kMaxListedAlerts = 100;

/// `[FIRING:2] MaxedOut shop/checkout`, `[RESOLVED] MaxedOut shop/checkout`: how many fire, then the values of the
/// group's labels, alertname first; of a group without labels the name of its first alert. At most 200 bytes of UTF-8,
/// one line. Source: Alertmanager, the template email.default.subject.
std::string mail_subject(const Notification& notification);

/// Lines end in CRLF; those of bodies hold at most 76 bytes; all is ASCII (RFC 5322, RFC 2045).
/// - `Message-ID` comes from `Notification::key`: a mail that is sent again is known as the same. `References` and
///   `In-Reply-To` come from `group_key`: mails of a group are one thread. Both in the sender's domain.
/// - `Auto-Submitted: auto-generated` (RFC 3834): no vacation note comes back.
/// - At most `kMaxListedAlerts` alerts are listed, fewer when they are long (256 kB a part), then `and N more`; of each
///   50 labels and 50 annotations, of each value 2000 bytes. Links are http or https.
std::string mail_message(const Notification& notification, const MailHead& head);

}  // namespace ballast
