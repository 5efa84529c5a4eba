#include "examples/demo/told_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

namespace ballast_demo {
namespace {
using json = nlohmann::ordered_json;

/// FNV-1a of 64 bits: enough to see that two bodies differ.
std::string digest_of(std::string_view text) {
  std::uint64_t sum = 14695981039346656037U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", sum);
}

std::string as_line(const json& line) { return line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

std::string text_at(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || !object.at(key).is_string()) return "";
  return object.at(key).get<std::string>();
}

bool begins_with_word(std::string_view line, std::string_view word) {
  return line.size() >= word.size() &&
         std::ranges::equal(line.substr(0, word.size()), word,
                            [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); });
}

/// Of a mail's head, with its folded lines joined (RFC 5322, 2.2.3).
std::string mail_header(std::string_view message, std::string_view name) {
  const auto head = message.substr(0, message.find("\r\n\r\n") + 2);
  std::string value;
  bool inside = false;
  for (std::size_t at = 0; at < head.size();) {
    const auto end = std::min(head.find("\r\n", at), head.size());
    const auto line = head.substr(at, end - at);
    at = end + 2;
    if (inside && (line.starts_with(' ') || line.starts_with('\t'))) {
      value += line;
      continue;
    }
    inside = value.empty() && begins_with_word(line, name) && line.substr(name.size()).starts_with(": ");
    if (inside) value = line.substr(name.size() + 2);
  }
  return value;
}

}  // namespace

std::string webhook_line(std::string_view key, std::string_view body, std::int64_t mono_us) {
  const auto told = json::parse(body, nullptr, false);
  json alerts = json::array();
  if (told.is_object() && told.contains("alerts") && told.at("alerts").is_array())
    for (const auto& alert : told.at("alerts"))
      alerts.push_back({{"name", alert.contains("labels") ? text_at(alert.at("labels"), "alertname") : ""},
                        {"status", text_at(alert, "status")},
                        {"startsAt", text_at(alert, "startsAt")}});
  return as_line(
      {{"event", "webhook"}, {"mono_us", mono_us}, {"key", key}, {"digest", digest_of(body)}, {"alerts", alerts}});
}

std::string mail_line(std::string_view message, std::int64_t mono_us) {
  return as_line({{"event", "mail"},
                  {"mono_us", mono_us},
                  {"key", mail_header(message, "Message-ID")},
                  {"digest", digest_of(message)},
                  {"subject", mail_header(message, "Subject")}});
}

MailSession::Said MailSession::hear(std::string_view line) {
  if (in_mail_) {
    if (line != ".") {
      mail_ += line.starts_with('.') ? line.substr(1) : line;
      mail_ += "\r\n";
      return {};
    }
    in_mail_ = false;
    return {"250 taken\r\n", std::exchange(mail_, {}), false};
  }
  if (begins_with_word(line, "QUIT")) return {"221 bye\r\n", {}, true};
  in_mail_ = begins_with_word(line, "DATA");
  if (in_mail_) return {"354 go on\r\n", {}, false};
  for (const std::string_view word : {"EHLO", "HELO", "MAIL", "RCPT", "RSET", "NOOP"})
    if (begins_with_word(line, word)) return {"250 demo\r\n", {}, false};
  return {"502 not here\r\n", {}, false};
}

}  // namespace ballast_demo
