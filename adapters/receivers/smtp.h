// One mail over SMTP, for the receiver `email`. Blocks: for the thread of an executor.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "adapters/receivers/email.h"
#include "adapters/receivers/mail_memory.h"

namespace ballast {

/// All that a transfer touches, since nobody may be left who asked for it.
struct SmtpJob {
  EmailReceiver spec{};  ///< has passed its check; its `to`: whom this try is for
  std::string message{};
  std::shared_ptr<const std::atomic<bool>> abandoned{};  ///< true: nobody waits for it any more
};

/// Connects, secures, logs in and sends. Failures: as `make_email_notifier` says; cancelled (it was abandoned).
MailTry send_mail(const SmtpJob& job);

}  // namespace ballast
