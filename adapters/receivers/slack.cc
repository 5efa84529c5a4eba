#include "adapters/receivers/slack.h"

#include <utility>

#include "adapters/receivers/http_delivery.h"
#include "formats/slack.h"

namespace ballast {
namespace {

class Slack final : public Notifier {
 public:
  Slack(SlackReceiver spec, ReceiverHost& host) : spec_(std::move(spec)), host_(host) {}

  Task<Delivery> deliver(Notification notification) override {
    SecretWords words;
    const Result<std::string> url = read_secret_url(spec_.url, words);
    if (!url) co_return failed_delivery(url.error(), notification.receiver, words);
    Fetcher& fetcher = fetcher_of(*url, kSlackHost, host_);
    Request request = json_post(*url, body_of(notification), spec_.timeout);
    const Result<Response> answer = co_await fetcher.fetch(std::move(request));
    Delivery delivery = delivery_of(answer, notification.receiver, words);
    if (delivery.failure) co_return delivery;
    const Result<Done> taken = read_slack_answer(words.cleaned(answer->body));
    if (taken) co_return delivery;
    delivery = failed_delivery(taken.error(), notification.receiver, words);
    delivery.retry_after = answer->retry_after;
    co_return delivery;
  }

 private:
  [[nodiscard]] std::string body_of(const Notification& notification) const {
    return slack_body(notification, {.channel = spec_.channel, .username = spec_.username});
  }

  SlackReceiver spec_;
  ReceiverHost& host_;
};

}  // namespace

Result<std::unique_ptr<Notifier>> make_slack_notifier(SlackReceiver spec, ReceiverHost& host) {
  if (spec.url.file.empty() == spec.url.env.empty())
    return Error{Errc::invalid, "slack.url: exactly one of file and env is needed"};
  return std::unique_ptr<Notifier>(std::make_unique<Slack>(std::move(spec), host));
}

}  // namespace ballast
