#include "adapters/receivers/webhook.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "adapters/receivers/http_delivery.h"
#include "formats/alert_webhook.h"
#include "io/hmac.h"
#include "io/url.h"

namespace ballast {
namespace {

/// A key may hold what a header cannot: all but printable ASCII is escaped, and two keys stay two.
std::string header_value(std::string_view key) {
  std::string result;
  for (const char c : key) {
    if (c > ' ' && c < 127 && c != '%')
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

class Webhook final : public Notifier {
 public:
  Webhook(WebhookReceiver spec, ReceiverHost& host) : spec_(std::move(spec)), host_(host) {}

  Task<Delivery> deliver(Notification notification) override {
    SecretWords words;
    Result<Request> request = request_for(notification, words);
    if (!request) co_return failed_delivery(request.error(), notification.receiver, words);
    const Result<Response> answer = co_await host_.fetcher.fetch(*std::move(request));
    co_return delivery_of(answer, notification.receiver, words);
  }

 private:
  Result<Request> request_for(const Notification& notification, SecretWords& words) const {
    std::string url = spec_.url;
    words.add_query(url);
    if (spec_.url_from) {
      auto secret = read_secret_url(*spec_.url_from, words);
      if (!secret) return secret.error();
      url = *std::move(secret);
    }
    Request request = json_post(
        std::move(url), alert_webhook_body(notification, static_cast<std::size_t>(spec_.max_alerts)), spec_.timeout);
    request.headers.emplace_back("Idempotency-Key", header_value(notification.key));
    if (spec_.secret) {
      const auto key = read_secret(*spec_.secret);
      if (!key) return key.error();
      words.add(key->reveal());
      request.headers.emplace_back("Ballast-Signature", signature(*key, request.body));
    }
    request.tls = spec_.tls.value_or(TlsOptions{});
    request.auth = spec_.auth.value_or(AuthSpec{});
    return request;
  }

  [[nodiscard]] std::string signature(const Secret<std::string>& key, const std::string& body) const {
    const auto since_epoch = std::chrono::floor<std::chrono::seconds>(host_.time.wall().time_since_epoch());
    const std::string time = fmt::to_string(since_epoch.count());
    return fmt::format("t={},v1={}", time, hmac_sha256_hex(key, time + "." + body));
  }

  WebhookReceiver spec_;
  ReceiverHost& host_;
};

}  // namespace

Problems WebhookReceiver::check() const {
  const auto parsed = parse_url(url);
  if (!parsed || (parsed->user.empty() && parsed->password.empty())) return {};
  return {Problem{{}, "url", "has a user or password, which documents do not keep secret: write auth or urlFrom"}};
}

Result<std::unique_ptr<Notifier>> make_webhook_notifier(WebhookReceiver spec, ReceiverHost& host) {
  if (spec.url.empty() != spec.url_from.has_value())
    return Error{Errc::invalid, "webhook: exactly one of url and urlFrom is needed"};
  if (const Problems problems = spec.check(); !problems.empty())
    return Error{Errc::invalid, fmt::format("webhook.{}: {}", problems[0].path, problems[0].message)};
  return std::unique_ptr<Notifier>(std::make_unique<Webhook>(std::move(spec), host));
}

}  // namespace ballast
