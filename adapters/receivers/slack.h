// A channel of Slack, or of a server that takes Slack's incoming webhooks (Mattermost, Rocket.Chat, …).
#pragma once

#include <memory>
#include <string>
#include <tuple>

#include "adapters/receivers/receiver_host.h"
#include "core/access.h"
#include "core/field.h"
#include "core/ports.h"
#include "core/result.h"

namespace ballast {

/// `slack: {url: {file: /etc/ballast/slack-url}, channel: "#shop"}`
struct SlackReceiver {
  SecretRef url{};
  std::string channel{};
  std::string username{};
  Duration timeout = std::chrono::seconds{10};
  bool operator==(const SlackReceiver&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"url", &SlackReceiver::url, "",
              "Where the address of the incoming webhook is: who knows it may post, so that it is a secret.",
              Limits{.required = true}},
        Field{"channel", &SlackReceiver::channel, "",
              "Another channel or person than the webhook's, where it allows that.",
              Limits{.max = 256, .example = "#shop"}},
        Field{"username", &SlackReceiver::username, "", "Another name than the webhook's, where it allows that.",
              Limits{.max = 256, .example = "ballast"}},
        Field{"timeout", &SlackReceiver::timeout, "", "The most that one attempt may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
};

/// Posts `slack_body`: to https://hooks.slack.com through the client for vendors, elsewhere through the one that
/// refuses what the daemon's flags do not allow. Slack knows no key: what is tried again after outcome_unknown may be
/// seen twice. Errors of making it: invalid (no reference).
Result<std::unique_ptr<Notifier>> make_slack_notifier(SlackReceiver spec, ReceiverHost& host);

}  // namespace ballast
