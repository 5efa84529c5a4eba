#include "formats/mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "formats/mail_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxSubject = 200;
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxValue = 2000;
constexpr std::size_t kMaxEntries = 50;
constexpr std::size_t kMaxPart = 256 * 1024;
constexpr std::string_view kAlertName = "alertname";

struct Clock {
  std::chrono::year_month_day day;
  std::chrono::weekday weekday;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};
Clock clock_of(WallTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  return {day, std::chrono::weekday{day}, std::chrono::hh_mm_ss{std::chrono::floor<std::chrono::seconds>(at - day)}};
}

/// RFC 5322, 3.3: `Fri, 27 Nov 2026 08:00:00 +0000`.
std::string mail_date(WallTime at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Clock clock = clock_of(at);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[clock.weekday.c_encoding()],
                     static_cast<unsigned>(clock.day.day()), kMonths[static_cast<unsigned>(clock.day.month()) - 1],
                     static_cast<int>(clock.day.year()), clock.time.hours().count(), clock.time.minutes().count(),
                     clock.time.seconds().count());
}

/// RFC 3339, to the second.
std::string moment(WallTime at) {
  const Clock clock = clock_of(at);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(clock.day.year()),
                     static_cast<unsigned>(clock.day.month()), static_cast<unsigned>(clock.day.day()),
                     clock.time.hours().count(), clock.time.minutes().count(), clock.time.seconds().count());
}

/// 128 bits in hex: FNV-1a of 64 bits from two beginnings. Source of the constants: FNV; the second basis is the hash
/// of "mail". The keys are our own: nobody gains by two that collide.
std::string name_of(std::string_view text) {
  std::uint64_t first = 0xcbf29ce484222325;
  std::uint64_t second = 0x1f5964a2ce98072e;
  for (const char c : text) {
    first = (first ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    second = (second ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("{:016x}{:016x}", first, second);
}

std::string_view domain_of(std::string_view from) {
  return is_mail_address(from) ? from.substr(from.find('@') + 1) : "localhost";
}

std::string_view label(const LabelSet& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? std::string_view() : found->second;
}

std::ptrdiff_t count_firing(const Notification& notification) {
  return std::ranges::count_if(notification.alerts, [](const Alert& alert) { return !alert.ends_at; });
}

/// `2 firing, 1 resolved`.
std::string summary(const Notification& notification) {
  const auto firing = count_firing(notification);
  const auto resolved = std::ssize(notification.alerts) - firing;
  if (resolved == 0) return fmt::format("{} firing", firing);
  return firing == 0 ? fmt::format("{} resolved", resolved) : fmt::format("{} firing, {} resolved", firing, resolved);
}

bool is_link(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

/// One alert as both parts show it: texts are clean, none is escaped.
struct Shown {
  std::string title{};
  std::string times{};
  std::vector<std::pair<std::string, std::string>> labels{};
  std::vector<std::pair<std::string, std::string>> annotations{};
  std::string source{};
};

using Clean = std::string (*)(std::string_view, std::size_t);
std::vector<std::pair<std::string, std::string>> shown(const LabelSet& labels, Clean clean) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [name, value] : labels) {
    if (result.size() == kMaxEntries) {
      result.emplace_back("and more", fmt::format("{}", labels.size() - kMaxEntries));
      break;
    }
    result.emplace_back(one_line(name, kMaxName), clean(value, kMaxValue));
  }
  return result;
}

/// The summary first: it is what people read.
std::vector<std::pair<std::string, std::string>> annotations_of(const Alert& alert) {
  auto annotations = shown(alert.annotations, many_lines);
  std::ranges::stable_partition(annotations, [](const auto& one) { return one.first == "summary"; });
  return annotations;
}

Shown shown(const Alert& alert) {
  const std::string name = one_line(label(alert.labels, kAlertName), kMaxName);
  const std::string since = moment(alert.starts_at);
  return {.title = fmt::format("{}: {}", alert.ends_at ? "Resolved" : "Firing", name),
          .times = alert.ends_at ? fmt::format("from {} to {}", since, moment(*alert.ends_at)) : "since " + since,
          .labels = shown(alert.labels, one_line),
          .annotations = annotations_of(alert),
          .source = one_line(alert.generator_url, kMaxValue)};
}

std::string as_text(const Shown& alert) {
  std::string text = fmt::format("{}\n  {}\n", alert.title, alert.times);
  for (const auto& [name, value] : alert.annotations) text += fmt::format("  {}: {}\n", name, value);
  for (const auto& [name, value] : alert.labels) text += fmt::format("  {} = {}\n", name, value);
  if (!alert.source.empty()) text += fmt::format("  {}\n", alert.source);
  return text + "\n";
}

/// Names are not linked, nor what is no address of the web: a mail never runs anything.
std::string as_link(std::string_view text) {
  const std::string escaped = html_escaped(text);
  return is_link(text) ? fmt::format("<a href=\"{0}\">{0}</a>", escaped) : escaped;
}

std::string as_html(const Shown& alert) {
  std::string text = fmt::format("<h3>{}</h3>\n<p>{}</p>\n<table>\n", html_escaped(alert.title), alert.times);
  for (const auto& [name, value] : alert.annotations)
    text += fmt::format("<tr><td>{}</td><td style=\"white-space: pre-wrap\">{}</td></tr>\n", html_escaped(name),
                        as_link(value));
  for (const auto& [name, value] : alert.labels)
    text += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", html_escaped(name), html_escaped(value));
  text += "</table>\n";
  if (!alert.source.empty()) text += fmt::format("<p>{}</p>\n", as_link(alert.source));
  return text;
}

struct Listed {
  std::string text{};
  std::size_t left = 0;  ///< alerts that there was no room for
};
Listed listed(const Notification& notification, std::string (*show)(const Shown&)) {
  Listed result;
  std::size_t count = 0;
  while (count < std::min(notification.alerts.size(), kMaxListedAlerts)) {
    const std::string next = show(shown(notification.alerts[count]));
    if (count > 0 && result.text.size() + next.size() > kMaxPart) break;
    result.text += next;
    ++count;
  }
  result.left = notification.alerts.size() - count;
  return result;
}

std::string text_part(const Notification& notification) {
  const Listed alerts = listed(notification, as_text);
  std::string text = fmt::format("{}\n\n{}", summary(notification), alerts.text);
  if (alerts.left > 0) text += fmt::format("and {} more\n\n", alerts.left);
  const std::string url = one_line(notification.external_url, kMaxValue);
  return url.empty() ? text : text + url + "\n";
}

std::string html_part(const Notification& notification) {
  const Listed alerts = listed(notification, as_html);
  std::string text = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n";
  text += fmt::format("<h2>{}</h2>\n<p>{}</p>\n{}", html_escaped(mail_subject(notification)), summary(notification),
                      alerts.text);
  if (alerts.left > 0) text += fmt::format("<p>and {} more</p>\n", alerts.left);
  const std::string url = one_line(notification.external_url, kMaxValue);
  if (!url.empty()) text += fmt::format("<p>{}</p>\n", as_link(url));
  return text + "</body></html>\n";
}

std::string part(std::string_view boundary, std::string_view type, std::string_view body) {
  return fmt::format(
      "--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}", boundary,
      type, quoted_printable(body));
}

}  // namespace

std::string mail_subject(const Notification& notification) {
  const auto firing = count_firing(notification);
  std::string text = firing > 0 ? fmt::format("[FIRING:{}]", firing) : "[RESOLVED]";
  const LabelSet& labels = notification.group_labels;
  const bool none = labels.empty() && !notification.alerts.empty();
  text += fmt::format(" {}", label(none ? notification.alerts.front().labels : labels, kAlertName));
  for (const auto& [name, value] : labels)
    if (name != kAlertName) text += " " + value;
  return one_line(text, kMaxSubject);
}

std::string mail_message(const Notification& notification, const MailHead& head) {
  const std::string id = name_of(notification.key);
  const std::string_view domain = domain_of(head.from);
  const std::string thread = fmt::format("<group.{}@{}>", name_of(notification.group_key), domain);
  // No body holds "=_": its quoted "=" is followed by hex digits or a line end.
  const std::string boundary = "=_" + id;
  std::string text = address_header("From", {&head.from, 1}) + address_header("To", head.to);
  text += mail_header("Subject", mail_subject(notification));
  text += fmt::format("Date: {}\r\nMessage-ID: <{}@{}>\r\n", mail_date(head.date), id, domain);
  if (!notification.group_key.empty()) text += fmt::format("In-Reply-To: {0}\r\nReferences: {0}\r\n", thread);
  text += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  text += fmt::format("Content-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n", boundary);
  text += part(boundary, "plain", text_part(notification)) + part(boundary, "html", html_part(notification));
  return text + fmt::format("--{}--\r\n", boundary);
}

}  // namespace ballast
