// Slack's incoming webhooks, and those of servers that speak as it does.
#pragma once

#include <string>
#include <string_view>

#include "core/alert.h"
#include "core/result.h"

namespace ballast {

/// Who seems to write, and where; empty: as the webhook says.
struct SlackSender {
  std::string channel{};
  std::string username{};
  bool operator==(const SlackSender&) const = default;
};

/// `{channel?, username?, attachments: [{color, title, title_link?, text, fallback}]}`: one attachment, in the colour
/// of the worst severity, green when all is over. Title and fallback have at most 1024 code points, the text 3000.
/// Text of others mentions nobody, and an address in it, which servers make a link of, is seen as it is: markup of
/// Slack is escaped, and U+200B parts what Markdown, which Mattermost reads, would take for a mention or for a link
/// with another text. Source: Slack's reference of attachments and of escaping text; Mattermost's of formatting text.
std::string slack_body(const Notification& notification, const SlackSender& sender);

/// Of an answer with a status of 200 to 299: whether it was taken. The body is `ok`, or a JSON object that says neither
/// `ok: false` nor, as Rocket.Chat does, `success: false`; what is no such object is a page of somebody in between.
/// Errors: rate_limited, unavailable, denied, not_found by Slack's word for it; invalid (another word, or neither
/// form).
Result<Done> read_slack_answer(std::string_view body);

}  // namespace ballast
