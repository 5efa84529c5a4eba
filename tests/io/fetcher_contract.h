// What every test of a fetcher needs: a loop, a client, and one call that asks and waits.
#pragma once

#include <string>

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

}  // namespace ballast
