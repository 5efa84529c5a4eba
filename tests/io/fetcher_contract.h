// What every test of a fetcher needs: a loop, a client, and one call that asks and waits. And the clients of http,
// which keep one contract: its cases are the TEST_Ps of FetcherContract, in the files of what they are about.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "io/http_client.h"
#include "io/vendor_client.h"
#include "tests/io/run_task.h"

namespace ballast {

/// A way to make a client that trusts the authorities of a file alone (""; nobody).
struct FetcherKind {
  const char* name = "";
  std::unique_ptr<Fetcher> (*make)(Loop& loop, std::string ca_file) = nullptr;
};
inline void PrintTo(const FetcherKind& kind, std::ostream* out) { *out << kind.name; }

inline std::unique_ptr<Fetcher> make_http(Loop& loop, std::string ca_file) {
  return *make_http_fetcher(loop, {.network = {.ca_file = std::move(ca_file)}});
}
inline std::unique_ptr<Fetcher> make_vendor(Loop& loop, std::string ca_file) {
  VendorClientOptions options{.ca_file = std::move(ca_file), .allow_plain = true};
  options.hosts = {"127.0.0.1", "localhost", "no-such-name.invalid"};
  return *make_vendor_fetcher(loop, std::move(options));
}
inline const std::array kFetcherKinds{FetcherKind{"Http", make_http}, FetcherKind{"Vendor", make_vendor}};

struct Client {
  std::unique_ptr<Loop> loop = make_loop();
  std::unique_ptr<Fetcher> fetcher{};
  explicit Client(HttpClientOptions options = {}) : fetcher(*make_http_fetcher(*loop, std::move(options))) {}
  explicit Client(const FetcherKind& kind, std::string ca_file = "") : fetcher(kind.make(*loop, std::move(ca_file))) {}
  Result<Response> fetch(Request request) { return run_task(*loop, fetcher->fetch(std::move(request))); }
  Result<Response> get(std::string url, Duration deadline = std::chrono::seconds{5}) {
    Request request;
    request.url = std::move(url);
    request.deadline = deadline;
    return fetch(std::move(request));
  }
};

inline std::string name_of_kind(const testing::TestParamInfo<FetcherKind>& info) { return info.param.name; }

/// The header fields of a request, each with the space after its colon that a client may leave out (RFC 9112, 5).
inline std::string with_spaces(std::string text) {
  std::size_t line = text.find("\r\n");
  while (line != text.npos && text.compare(line, 4, "\r\n\r\n") != 0) {
    const std::size_t colon = std::min(text.find(':', line), text.size() - 1);
    if (text[colon + 1] != ' ') text.insert(colon + 1, " ");
    line = text.find("\r\n", line + 2);
  }
  return text;
}

/// Runs each of its cases with each kind of client.
class FetcherContract : public testing::TestWithParam<FetcherKind> {};

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
