#include "formats/telegram.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "formats/chat_text.h"
#include "formats/excerpt.h"
#include "formats/utf8.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;
namespace dom = simdjson::dom;

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxHeadline = 300;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxPart = 500;  // three of them, a link and the headline are shorter than kMaxText
constexpr std::size_t kMaxAnswer = std::size_t{1} << 20;
constexpr std::size_t kMaxDescription = 200;

std::string show(const ChatAlert& alert) {
  std::string text =
      fmt::format("\n\n{} <b>{}</b>", alert.firing ? "FIRING" : "RESOLVED", escape_markup(alert.name, kMaxName));
  if (!alert.summary.empty()) text += "\n" + escape_markup(alert.summary, kMaxPart);
  if (!alert.detail.empty()) text += "\n" + escape_markup(alert.detail, kMaxPart);
  if (!alert.labels.empty()) text += "\n<i>" + escape_markup(alert.labels, kMaxPart) + "</i>";
  if (!alert.link.empty()) text += "\n<a href=\"" + alert.link + "\">source</a>";
  return text;
}

std::optional<std::int64_t> number_at(const dom::element& object, std::string_view key) {
  std::int64_t number = 0;
  if (object[key].get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

}  // namespace

std::string telegram_text(const Notification& notification) {
  const std::string headline = "<b>" + escape_markup(chat_headline(notification), kMaxHeadline) + "</b>";
  return headline + list_alerts(notification, kMaxText - count_code_points(headline), show);
}

std::string telegram_body(const Notification& notification, const TelegramChat& chat) {
  Json body{{"chat_id", chat.chat_id}};
  if (chat.thread_id) body["message_thread_id"] = *chat.thread_id;
  body["text"] = telegram_text(notification);
  body["parse_mode"] = "HTML";
  body["link_preview_options"] = {{"is_disabled", true}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<TelegramAnswer> read_telegram_answer(std::string_view body) {
  if (body.size() > kMaxAnswer)
    return Error{Errc::invalid, fmt::format("the answer has {} bytes, at most {} are read", body.size(), kMaxAnswer)};
  dom::parser parser;
  dom::element answer;
  if (const auto code = parser.parse(body.data(), body.size()).get(answer); code != simdjson::SUCCESS)
    return not_json(body, simdjson::error_message(code));
  TelegramAnswer result;
  if (answer["ok"].get(result.ok) != simdjson::SUCCESS)
    return Error{Errc::invalid, fmt::format("no answer of Telegram's Bot API: {}", excerpt(body))};
  const std::int64_t status = number_at(answer, "error_code").value_or(0);
  if (status >= 300 && status <= 599) result.error_code = static_cast<int>(status);
  std::string_view text;
  if (answer["description"].get(text) == simdjson::SUCCESS) result.description = excerpt(text, kMaxDescription);
  dom::element parameters;
  if (answer["parameters"].get(parameters) != simdjson::SUCCESS) return result;
  constexpr std::int64_t kDay = 86'400;
  if (const auto wait = number_at(parameters, "retry_after"); wait && *wait >= 0)
    result.retry_after = std::chrono::seconds{std::min(*wait, kDay)};
  result.moved_to = number_at(parameters, "migrate_to_chat_id");
  return result;
}

}  // namespace ballast
