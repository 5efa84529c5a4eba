// Any bytes as the texts, parted by NULs, of a notification: the mail is ASCII in short lines, its headers are the ones
// that it always has, in their order, whatever the texts hold.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/mail.h"
#include "formats/mail_text.h"

namespace {

std::string take(std::string_view& rest) {
  const std::size_t end = rest.find('\0');
  std::string taken{rest.substr(0, end)};
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return taken;
}

ballast::Notification notification_of(std::string_view bytes) {
  ballast::Notification told{.receiver = take(bytes), .group_key = take(bytes), .key = take(bytes)};
  told.external_url = take(bytes);
  const std::string name = take(bytes);
  told.group_labels[name] = take(bytes);
  ballast::Alert alert{.generator_url = take(bytes)};
  while (!bytes.empty()) {
    const std::string key = take(bytes);
    alert.labels["alertname"] = key;
    alert.labels[key] = take(bytes);
    alert.annotations[key] = take(bytes);
    told.alerts.push_back(alert);
    alert.ends_at = alert.starts_at + std::chrono::minutes{1};
  }
  if (told.alerts.empty()) told.alerts.push_back(alert);
  return told;
}

/// The lines of a mail, each at most `most` long and without a byte that is none of its.
std::string_view next_line(std::string_view& rest, std::size_t most) {
  const std::size_t end = rest.find("\r\n");
  if (end == rest.npos || end > most) std::abort();
  const std::string_view line = rest.substr(0, end);
  for (const char c : line)
    if (c < ' ' || c > '~') std::abort();
  rest.remove_prefix(end + 2);
  return line;
}

void check_headers(std::string_view& rest) {
  constexpr std::array<std::string_view, 10> kHeaders{
      "From: ",        "To: ",         "Subject:",         "Date: ",         "Message-ID: ",
      "In-Reply-To: ", "References: ", "Auto-Submitted: ", "MIME-Version: ", "Content-Type: "};
  std::size_t next = 0;
  for (std::string_view line = next_line(rest, 76); !line.empty(); line = next_line(rest, 76)) {
    if (line.front() == ' ') continue;
    while (next < kHeaders.size() && !line.starts_with(kHeaders[next])) ++next;
    if (next++ >= kHeaders.size()) std::abort();
  }
  if (next != kHeaders.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  ballast::MailHead head{.from = "ballast@example.com", .to = {"oncall@example.com", std::string(text)}};
  const std::string mail = ballast::mail_message(notification_of(text), head);
  std::string_view rest = mail;
  // An address may be as long as it likes; this one is either none or short enough to be seen as one.
  if (!ballast::is_mail_address(text) || size < 70) check_headers(rest);
  while (!rest.empty()) next_line(rest, 254);
  if (ballast::one_line(text, 100).size() > 100) std::abort();
  return 0;
}
