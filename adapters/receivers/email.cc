#include "adapters/receivers/email.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "adapters/receivers/mail_memory.h"
#include "adapters/receivers/smtp.h"
#include "formats/excerpt.h"
#include "formats/mail.h"
#include "formats/mail_text.h"

namespace ballast {
namespace {

void add(Problems& problems, std::string path, std::string message) {
  problems.push_back({{}, std::move(path), std::move(message)});
}

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// What may stand in a url without a meaning there.
bool holds_only(std::string_view text, std::string_view beside_letters) {
  return !text.empty() && std::ranges::all_of(text, [beside_letters](char c) {
    return is_alnum(c) || beside_letters.find(c) != beside_letters.npos;
  });
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) return holds_only(host.substr(1, host.size() - 2), ":.");
  return holds_only(host, "-.");
}

void check_address(Problems& problems, std::string path, const std::string& address) {
  if (!is_mail_address(address))
    add(problems, std::move(path),
        fmt::format("'{}' is no mail address, such as oncall@example.com: name and host alone, in ASCII",
                    excerpt(address)));
}

/// Tells the work, which may outlive the asker, that nobody waits for it.
class Asker {
 public:
  Asker() = default;
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  ~Asker() { *gone_ = true; }
  [[nodiscard]] std::shared_ptr<const std::atomic<bool>> gone() const { return gone_; }

 private:
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

class EmailNotifier final : public Notifier {
 public:
  EmailNotifier(EmailReceiver spec, ReceiverHost& host)
      : spec_(std::move(spec)), host_(host), memory_(spec_.smarthost, spec_.to) {}

  Task<Delivery> deliver(Notification notification) override {
    const Asker asker;
    const std::string key = notification.key;
    MailHead head{.from = spec_.from, .to = spec_.to, .date = host_.time.wall()};
    SmtpJob job{.spec = spec_, .abandoned = asker.gone()};
    job.spec.to = memory_.rest(key);
    // The mail is written there too: one of a hundred alerts takes its time.
    std::function<MailTry()> work = [job = std::move(job), head = std::move(head),
                                     notification = std::move(notification)]() mutable {
      job.message = mail_message(notification, head);
      return send_mail(job);
    };
    const MailTry tried = co_await OnExecutor<MailTry>(host_.executor, std::move(work));
    co_return memory_.settle(key, tried);
  }

 private:
  EmailReceiver spec_;
  ReceiverHost& host_;
  MailMemory memory_;
};

}  // namespace

Problems EmailReceiver::check() const {
  Problems problems;
  const std::size_t colon = std::min(smarthost.rfind(':'), smarthost.size());
  const std::string_view port = std::string_view(smarthost).substr(std::min(colon + 1, smarthost.size()));
  const bool is_port = port.find_first_not_of('0') != port.npos && port.find_first_not_of("0123456789") == port.npos;
  if (!is_host(std::string_view(smarthost).substr(0, colon)) || !is_port)
    add(problems, "smarthost", fmt::format("'{}' is no HOST:PORT of a server", excerpt(smarthost)));
  check_address(problems, "from", from);
  for (std::size_t i = 0; i < to.size(); ++i) check_address(problems, fmt::format("to[{}]", i), to[i]);
  if (to.empty()) add(problems, "to", "is empty: nobody would get the mails");
  if (!holds_only(hello, "-."))
    add(problems, "hello", fmt::format("'{}' is no name of a host, such as monitor.example.com", excerpt(hello)));
  if (auth && tls == MailTls::none)  // a rule says so too, to readers of documents
    add(problems, "auth", "the password would be sent for all to read: tls is None");
  return problems;
}

Result<std::unique_ptr<Notifier>> make_email_notifier(EmailReceiver spec, ReceiverHost& host) {
  const Problems problems = spec.check();
  if (!problems.empty())
    return Error{Errc::invalid, fmt::format("email: {}: {}", problems.front().path, problems.front().message)};
  return std::unique_ptr<Notifier>(std::make_unique<EmailNotifier>(std::move(spec), host));
}

}  // namespace ballast
