#include "adapters/receivers/telegram.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "adapters/receivers/http_delivery.h"
#include "formats/telegram.h"

namespace ballast {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_name(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_chat(std::string_view text) {
  const bool named = text.starts_with('@');
  if (named || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, named ? is_of_name : is_digit);
}

/// `123456789:AAF…`; anything else would be another address.
bool is_token_of_bot(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_of_name(c) || c == '-' || c == ':'; });
}

/// What Telegram says of a failure, instead of the JSON that says it.
std::string said(const TelegramAnswer& answer) {
  if (!answer.moved_to) return answer.description;
  return fmt::format("{}; the chat has become {}: write that as chatId", answer.description, *answer.moved_to);
}

/// The same answer in HTTP's terms.
Result<Response> translated(Result<Response> answer, const SecretWords& words) {
  if (!answer) return answer;
  const bool good = answer->status / 100 == 2;
  const auto read = read_telegram_answer(words.cleaned(answer->body));
  if (!read && good) return read.error();
  if (!read) return answer;
  if (good && !read->ok) answer->status = read->error_code == 0 ? 400 : read->error_code;
  answer->body = said(*read);
  if (read->retry_after) answer->retry_after = read->retry_after;
  return answer;
}

class Telegram final : public Notifier {
 public:
  Telegram(TelegramReceiver spec, ReceiverHost& host) : spec_(std::move(spec)), host_(host) {}

  Task<Delivery> deliver(Notification notification) override {
    SecretWords words;
    const Result<std::string> url = secret_url(words);
    if (!url) co_return failed_delivery(url.error(), notification.receiver, words);
    Fetcher& fetcher = fetcher_of(*url, kTelegramHost, host_);
    Request request = json_post(*url, body_of(notification), spec_.timeout);
    Result<Response> answer = co_await fetcher.fetch(std::move(request));
    co_return delivery_of(translated(std::move(answer), words), notification.receiver, words);
  }

 private:
  Result<std::string> secret_url(SecretWords& words) const {
    const Result<std::string> token = read_secret_word(spec_.token, words);
    if (!token) return token.error();
    if (!is_token_of_bot(*token)) return Error{Errc::invalid, "telegram.token: what is there is no token of a bot"};
    words.add_parts(*token);
    return join_url(spec_.api_url, "/bot" + *token + "/sendMessage");
  }

  [[nodiscard]] std::string body_of(const Notification& notification) const {
    return telegram_body(notification, {.chat_id = spec_.chat_id, .thread_id = spec_.thread_id});
  }

  TelegramReceiver spec_;
  ReceiverHost& host_;
};

}  // namespace

Problems TelegramReceiver::check() const {
  Problems problems;
  if (!is_chat(chat_id))
    problems.push_back({{}, "chatId", fmt::format("'{}' is no number of a chat and no @NAME", chat_id)});
  if (std::string wrong = problem_of_base(api_url); !wrong.empty())
    problems.push_back({{}, "apiUrl", std::move(wrong)});
  return problems;
}

Result<std::unique_ptr<Notifier>> make_telegram_notifier(TelegramReceiver spec, ReceiverHost& host) {
  if (spec.token.file.empty() == spec.token.env.empty())
    return Error{Errc::invalid, "telegram.token: exactly one of file and env is needed"};
  if (const Problems problems = spec.check(); !problems.empty())
    return Error{Errc::invalid, fmt::format("telegram.{}: {}", problems[0].path, problems[0].message)};
  return std::unique_ptr<Notifier>(std::make_unique<Telegram>(std::move(spec), host));
}

}  // namespace ballast
