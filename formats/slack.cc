#include "formats/slack.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "formats/chat_text.h"
#include "formats/excerpt.h"
#include "formats/utf8.h"
#include "formats/web_address.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxTitle = 1024;
constexpr std::size_t kMaxText = 3000;
constexpr std::size_t kMaxPart = 500;  // three of them and a link are shorter than kMaxText
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxAnswer = 65536;
constexpr std::size_t kMaxReason = 100;
constexpr std::string_view kUnseen = "\xe2\x80\x8b";  // U+200B: it parts words, and nobody sees it

std::string color_of(const Notification& notification) {
  if (std::ranges::none_of(notification.alerts, [](const Alert& alert) { return !alert.ends_at; })) return "good";
  switch (worst_severity(notification)) {
    case Severity::critical:
      return "danger";
    case Severity::warning:
      return "warning";
    case Severity::info:
      break;
  }
  return "#439FE0";
}

bool is_of_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Where Markdown is read, `@all` would mention everybody, and `[a](b)` lead to `b` and show `a`. Addresses of mail, in
/// which `@` stands inside of a word, mention nobody and stay as they are.
std::string without_markdown(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  char before = ' ';
  for (const char c : text) {
    if (before == ']' && c == '(') result += kUnseen;
    result += c;
    if (c == '@' && !is_of_word(before)) result += kUnseen;
    before = c;
  }
  return result;
}

/// Text of others. The limit counts what was put in, too.
std::string harmless(std::string_view text, std::size_t most) { return escape_markup(without_markdown(text), most); }

std::string show(const ChatAlert& alert) {
  std::string text = fmt::format("\n{} {}", alert.firing ? "FIRING" : "RESOLVED", harmless(alert.name, kMaxName));
  if (!alert.summary.empty()) text += ": " + harmless(alert.summary, kMaxPart);
  for (const std::string* part : {&alert.detail, &alert.labels})
    if (!part->empty()) text += "\n    " + harmless(*part, kMaxPart);
  if (!alert.link.empty()) text += "\n    <" + alert.link + ">";
  return text;
}

struct Word {
  std::string_view name;
  Errc code;
};
/// Source: Slack's list of errors of incoming webhooks and of chat.postMessage.
constexpr std::array kWords{
    Word{"account_inactive", Errc::denied},
    Word{"action_prohibited", Errc::denied},
    Word{"channel_is_archived", Errc::not_found},
    Word{"channel_not_found", Errc::not_found},
    Word{"fatal_error", Errc::unavailable},
    Word{"internal_error", Errc::unavailable},
    Word{"invalid_auth", Errc::denied},
    Word{"no_service", Errc::not_found},
    Word{"not_authed", Errc::denied},
    Word{"ratelimited", Errc::rate_limited},
    Word{"rate_limited", Errc::rate_limited},
    Word{"request_timeout", Errc::timeout},
    Word{"service_unavailable", Errc::unavailable},
    Word{"token_revoked", Errc::denied},
};

Errc errc_of(std::string_view word) {
  const auto* const found = std::ranges::find(kWords, word, &Word::name);
  return found == kWords.end() ? Errc::invalid : found->code;
}

Error no_answer(std::string_view body) {
  const std::string said = body.empty() ? "nothing" : excerpt(body, kMaxReason);
  return {Errc::invalid, fmt::format("answered neither 'ok' nor {{\"ok\": true}} but {}", said)};
}

}  // namespace

std::string slack_body(const Notification& notification, const SlackSender& sender) {
  const std::string title = harmless(chat_headline(notification), kMaxTitle);
  Json attachment{{"color", color_of(notification)}, {"title", title}};
  if (is_web_address(notification.external_url)) attachment["title_link"] = notification.external_url;
  std::string text = list_alerts(notification, kMaxText, show);
  if (text.starts_with('\n')) text.erase(0, 1);
  attachment["text"] = std::move(text);
  attachment["fallback"] = title;
  Json body = Json::object();
  if (!sender.channel.empty()) body["channel"] = sender.channel;
  if (!sender.username.empty()) body["username"] = sender.username;
  body["attachments"] = Json::array({std::move(attachment)});
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Done> read_slack_answer(std::string_view body) {
  if (excerpt(body) == "ok") return Done{};
  if (body.size() > kMaxAnswer)
    return Error{Errc::invalid, fmt::format("the answer has {} bytes, at most {} are read", body.size(), kMaxAnswer)};
  simdjson::dom::parser parser;
  simdjson::dom::object answer;
  if (parser.parse(body.data(), body.size()).get(answer) != simdjson::SUCCESS) return no_answer(body);
  // Rocket.Chat says `success` instead of `ok`; other servers neither, which their status says.
  simdjson::dom::element ok;
  const bool says_ok = answer["ok"].get(ok) == simdjson::SUCCESS;
  bool good = true;
  const auto unread = answer[says_ok ? "ok" : "success"].get(good);
  if (says_ok && unread != simdjson::SUCCESS) return no_answer(body);
  if (good) return Done{};
  std::string_view word;
  if (answer["error"].get(word) != simdjson::SUCCESS) word = "without a reason";
  return Error{errc_of(word),
               fmt::format("answered {{\"{}\": false}}: {}", says_ok ? "ok" : "success", excerpt(word, kMaxReason))};
}

}  // namespace ballast
