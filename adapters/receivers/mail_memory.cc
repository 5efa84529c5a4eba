#include "adapters/receivers/mail_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ballast {
namespace {

constexpr std::size_t kNamed = 5;  // of those that were refused

}  // namespace

std::vector<std::string> MailMemory::rest(const std::string& key) const {
  const auto mail = std::ranges::find(mails_, key, &Mail::key);
  if (mail == mails_.end()) return to_;
  std::vector<std::string> open;
  std::ranges::copy_if(to_, std::back_inserter(open),
                       [&](const std::string& address) { return mail->is_open(address); });
  return open;
}

std::string MailMemory::note_of(const Mail& mail) const {
  if (mail.refused.empty()) return "";
  std::string note =
      fmt::format("{}: {} of {} recipients refused, they do not get it: ", server_, mail.refused.size(), to_.size());
  std::size_t named = 0;
  for (const auto& [address, said] : mail.refused) {
    if (++named > kNamed) return note + fmt::format("; and {} more", mail.refused.size() - kNamed);
    note += fmt::format("{}{}: {}", named == 1 ? "" : "; ", address, said);
  }
  return note;
}

Delivery MailMemory::settle(const std::string& key, const MailTry& tried) {
  Mail mail{.key = key};
  // To the end, as the newest.
  if (const auto known = std::ranges::find(mails_, key, &Mail::key); known != mails_.end()) {
    mail = std::move(*known);
    mails_.erase(known);
  }
  mail.reached.insert(tried.reached.begin(), tried.reached.end());
  for (const auto& [address, said] : tried.refused)
    if (!mail.reached.contains(address)) mail.refused.insert_or_assign(address, said);
  const auto open = std::ranges::count_if(to_, [&](const std::string& address) { return mail.is_open(address); });
  if (open == 0 && !mail.reached.empty()) return {.note = note_of(mail)};
  // Where all are refused nothing is remembered: whoever tries again means all of them.
  if (open > 0 && !(mail.reached.empty() && mail.refused.empty())) mails_.push_back(std::move(mail));
  if (mails_.size() > kRememberedMails) mails_.pop_front();
  if (tried.failure) return {.failure = tried.failure};
  return {.failure = Error{Errc::unavailable, fmt::format("{}: {} of {} recipients refused for a while, they alone are "
                                                          "asked again: {}",
                                                          server_, open, to_.size(), tried.later)}};
}

}  // namespace ballast
