// Messages of a Telegram bot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/alert.h"
#include "core/result.h"
#include "core/time.h"

namespace ballast {

struct TelegramChat {
  std::string chat_id{};                    ///< `-1001234567890`, or `@channel`
  std::optional<std::int64_t> thread_id{};  ///< of a topic
  bool operator==(const TelegramChat&) const = default;
};

/// At most 4096 code points of Telegram's HTML: a headline, then the alerts. Tags are closed and entities whole, and
/// labels cannot make any. Source: Telegram Bot API, sendMessage and HTML style.
std::string telegram_text(const Notification& notification);

/// Body of POST /bot{token}/sendMessage: `{chat_id, message_thread_id?, text, parse_mode}`, without a preview of links.
std::string telegram_body(const Notification& notification, const TelegramChat& chat);

struct TelegramAnswer {
  bool ok = false;
  int error_code = 0;                      ///< an HTTP status of 300 to 599, or 0
  std::string description{};               ///< short, on one line
  std::optional<Duration> retry_after{};   ///< at most a day
  std::optional<std::int64_t> moved_to{};  ///< the chat is now this one
  bool operator==(const TelegramAnswer&) const = default;
};
/// `{ok, error_code, description, parameters: {retry_after, migrate_to_chat_id}}`, whatever the HTTP status. Errors:
/// invalid (no such answer, or above 1 MiB).
Result<TelegramAnswer> read_telegram_answer(std::string_view body);

}  // namespace ballast
