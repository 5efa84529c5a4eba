#include "adapters/receivers/smtp_talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "formats/excerpt.h"

namespace ballast {
namespace {

constexpr std::size_t kShownReply = 160;

std::string shown(const SmtpReply& reply) { return excerpt(reply.text, kShownReply); }

SmtpAsked kind_of(std::string_view line) {
  if (line.starts_with("RCPT TO:")) return SmtpAsked::recipient;
  if (line == "DATA\r\n") return SmtpAsked::data;
  return line == "QUIT\r\n" ? SmtpAsked::farewell : SmtpAsked::other;
}

/// 530, 534, 535 and 538 say who may send.
Errc errc_of(const SmtpReply& reply) {
  constexpr std::array kLogin{530, 534, 535, 538};
  if (reply.is_for_a_while()) return Errc::unavailable;
  return std::ranges::find(kLogin, reply.code) != kLogin.end() ? Errc::denied : Errc::invalid;
}

/// What it said of each recipient.
struct Words {
  std::vector<std::string> taken{};
  std::map<std::string, std::string> refused{};
  const SmtpReply* later = nullptr;  ///< the first that refused one for a while
};

Words words_about(const std::vector<std::string>& to, const std::vector<SmtpReply>& replies) {
  Words words;
  auto address = to.begin();
  for (const SmtpReply& reply : replies) {
    if (reply.to != SmtpAsked::recipient || address == to.end()) continue;
    if (reply.is_taken())
      words.taken.push_back(*address);
    else if (!reply.is_for_a_while())
      words.refused.emplace(*address, shown(reply));
    else if (words.later == nullptr)
      words.later = &reply;
    ++address;
  }
  return words;
}

}  // namespace

void note_asked(SmtpTalk& talk, std::string_view line) {
  talk.asked = kind_of(line);
  if (talk.asked != SmtpAsked::farewell) talk.waiting = true;
}

void note_end_of_message(SmtpTalk& talk) {
  if (std::exchange(talk.ended, true)) return;
  talk.asked = SmtpAsked::message;
  talk.waiting = true;
}

bool take_reply_line(SmtpTalk& talk, std::string_view line) {
  if (talk.asked == SmtpAsked::farewell) return true;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (talk.line.size() <= kMaxSmtpReply) {
    if (!talk.line.empty()) talk.line += ' ';
    talk.line += line;
  }
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool ends =
      line.size() >= 3 && std::ranges::all_of(line.substr(0, 3), digit) && (line.size() == 3 || line[3] == ' ');
  if (!ends) return true;
  if (talk.replies.size() >= kMaxSmtpReplies) return false;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  SmtpReply reply{talk.asked, code, std::exchange(talk.line, {})};
  if (reply.text.size() > kMaxSmtpReply)
    reply.text = fmt::format("{} and a reply of more than {} bytes", code, kMaxSmtpReply);
  talk.replies.push_back(std::move(reply));
  talk.waiting = false;
  return true;
}

std::optional<MailTry> what_replies_say(const SmtpTalk& talk, std::string_view server,
                                        const std::vector<std::string>& to) {
  Words words = words_about(to, talk.replies);
  MailTry result{.refused = std::move(words.refused)};
  if (words.later != nullptr) result.later = shown(*words.later);
  if (talk.ended && talk.waiting) {
    result.failure = Error{Errc::outcome_unknown, fmt::format("{}: the mail was sent, and not answered", server)};
    return result;
  }
  const SmtpReply* const last = talk.waiting || talk.replies.empty() ? nullptr : &talk.replies.back();
  if (last != nullptr && last->is_refusal()) {
    const bool of_all = last->to == SmtpAsked::data || last->to == SmtpAsked::message;
    if (of_all && !last->is_for_a_while())
      for (const std::string& address : words.taken) result.refused.emplace(address, shown(*last));
    // What is worth trying again is told first.
    const SmtpReply& told = words.later != nullptr && !last->is_for_a_while() ? *words.later : *last;
    result.failure = Error{errc_of(told), fmt::format("{}: {}", server, shown(told))};
    return result;
  }
  if (!talk.ended) return std::nullopt;
  result.reached.insert(words.taken.begin(), words.taken.end());
  return result;
}

}  // namespace ballast
