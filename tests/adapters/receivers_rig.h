// What a test of a receiver needs: a peer that keeps what it is told, the real client, secrets in files, and one call
// that delivers and waits.
#pragma once

#include <gmock/gmock.h>

#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/receivers/receiver_host.h"
#include "core/ports.h"
#include "tests/formats/notification.h"
#include "tests/inline_executor.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"
#include "tests/support/temporary_folder.h"

namespace ballast {

inline constexpr const char* kCanary = "canary-7c1f-not-to-be-seen";

inline std::string http_answer(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers each request in the same way, and keeps it.
class Inbox {
 public:
  explicit Inbox(std::string answer)
      : server_([this, answer = std::move(answer)](RawPeer& peer) {
          for (std::string asked = peer.read_request(); !asked.empty(); asked = peer.read_request()) {
            {
              const std::lock_guard lock(mutex_);
              requests_.push_back(asked);
            }
            if (!peer.send(answer)) return;
          }
        }) {}
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::string last() { return requests().empty() ? "" : requests().back(); }
  [[nodiscard]] std::string body() {
    const std::string text = last();
    const std::size_t header = text.find("\r\n\r\n");
    return header == text.npos ? "" : text.substr(header + 4);
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const { return server_.url(path); }

 private:
  std::mutex mutex_{};
  std::vector<std::string> requests_{};
  RawServer server_;
};

/// Instead of the client for vendors: keeps what it is asked, answers as it was told to.
class FakeVendors final : public Fetcher {
 public:
  Task<Result<Response>> fetch(Request request) override {
    asked.push_back(std::move(request));
    co_return answer;
  }
  std::vector<Request> asked{};
  Result<Response> answer = Response{.status = 200, .body = "ok"};
};

struct ReceiverRig {
  explicit ReceiverRig(HttpClientOptions options = {}) : client(std::move(options)) {}
  Client client;
  FakeVendors vendors{};
  InlineExecutor executor{};
  ReceiverHost host{*client.loop, *client.fetcher, vendors, executor};
  TemporaryFolder folder{"receivers"};

  SecretRef secret(const std::string& text, const std::string& name = "secret") const {
    const std::string file = (folder.path() / name).string();
    std::ofstream(file) << text;
    return {.file = file};
  }
  Delivery deliver(const Result<std::unique_ptr<Notifier>>& notifier, Notification told) {
    if (!notifier) return {.failure = notifier.error()};
    return run_task(*client.loop, (*notifier)->deliver(std::move(told)));
  }
};

inline Notification some_notification() { return notification({alert({{"alertname", "HighErrors"}})}); }

inline auto was_delivered() { return testing::Field("failure", &Delivery::failure, testing::Eq(std::nullopt)); }
/// `code`, and a message that holds `text`.
inline auto failed_with(Errc code, const std::string& text) {
  return testing::ResultOf(
      [](const Delivery& delivery) -> std::string {
        if (!delivery.failure) return "delivered";
        return std::string(to_string(delivery.failure->code)) + ": " + delivery.failure->message;
      },
      testing::AllOf(testing::StartsWith(std::string(to_string(code)) + ": receiver "), testing::HasSubstr(text)));
}

}  // namespace ballast
