// What every test of a fetcher needs: a loop, a client, and one call that asks and waits.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>

#include "io/http_client.h"
#include "tests/io/run_task.h"

namespace ballast {

struct Client {
  std::unique_ptr<Loop> loop = make_loop();
  std::unique_ptr<Fetcher> fetcher{};
  explicit Client(HttpClientOptions options = {}) : fetcher(*make_http_fetcher(*loop, std::move(options))) {}
  Result<Response> fetch(Request request) { return run_task(*loop, fetcher->fetch(std::move(request))); }
  Result<Response> get(std::string url, Duration deadline = std::chrono::seconds{5}) {
    Request request;
    request.url = std::move(url);
    request.deadline = deadline;
    return fetch(std::move(request));
  }
};

/// Far more than any test that is not about time needs.
inline constexpr Duration kAmple = std::chrono::seconds{20};

inline auto fails(Errc code, const std::string& text) {
  return testing::ResultOf(
      [](const Result<Response>& answer) -> std::string {
        return answer ? "answered " + std::to_string(answer->status) + " " + answer->body
                      : std::string(to_string(answer.error().code)) + ": " + answer.error().message;
      },
      testing::AllOf(testing::StartsWith(std::string(to_string(code)) + ": "), testing::HasSubstr(text)));
}

inline Request write_to(std::string url, std::string method = "PUT") {
  Request request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.content_type = std::string("application/json");
  request.body = "{}";
  return request;
}

}  // namespace ballast
