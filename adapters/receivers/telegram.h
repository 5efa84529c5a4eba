// A chat of Telegram, by a bot that is in it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "adapters/receivers/receiver_host.h"
#include "core/access.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/ports.h"
#include "core/result.h"

namespace ballast {

/// `telegram: {token: {file: /etc/ballast/bot-token}, chatId: "-1001234567890"}`
struct TelegramReceiver {
  SecretRef token{};
  std::string chat_id{};
  std::optional<std::int64_t> thread_id{};
  std::string api_url{"https://api.telegram.org"};
  Duration timeout = std::chrono::seconds{10};
  bool operator==(const TelegramReceiver&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"token", &TelegramReceiver::token, "", "Where the token of the bot is, as BotFather gave it.",
              Limits{.required = true}},
        Field{"chatId", &TelegramReceiver::chat_id, "",
              "The number of a chat, in quotes, or @NAME of a public channel.",
              Limits{.min = 1, .max = 64, .required = true, .example = "-1001234567890"}},
        Field{"threadId", &TelegramReceiver::thread_id, "", "The number of a topic of the chat.",
              Limits{.min = 1, .max = 9e15, .example = "7"}},
        Field{"apiUrl", &TelegramReceiver::api_url, "", "Where a Bot API server of one's own is.",
              Limits{.min = 8, .max = 2048, .example = "https://api.telegram.org", .format = Format::url}},
        Field{"timeout", &TelegramReceiver::timeout, "", "The most that one attempt may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// chatId is a number or a name, apiUrl the beginning of an address.
  [[nodiscard]] Problems check() const;
};

/// Posts `telegram_body`: to https://api.telegram.org through the client for vendors, elsewhere through the one that
/// refuses what the daemon's flags do not allow. Telegram knows no key: what is tried again after outcome_unknown may
/// be seen twice. Errors of making it: invalid (settings that check refuses, no reference).
Result<std::unique_ptr<Notifier>> make_telegram_notifier(TelegramReceiver spec, ReceiverHost& host);

}  // namespace ballast
