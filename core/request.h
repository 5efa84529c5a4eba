// One bounded question to the outside and its answer, as values: probes make them, the engine fetches them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace ballast {

enum class Channel : std::uint8_t {
  http,      ///< `url` is http:// or https://
  exchange,  ///< send `body`, read to the end: `url` is tcp://host:port, tls://host:port or unix:///path
};

/// Equal requests are fetched once. Every request has a deadline and a byte cap.
struct Request {
  Channel channel = Channel::http;
  std::string method{"GET"};
  std::string url{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string content_type{};
  std::string body{};
  Duration deadline = std::chrono::seconds{5};  ///< in all: connect, TLS, write, read
  std::int64_t max_bytes = std::int64_t{8} << 20;
  bool operator==(const Request&) const = default;
};

/// An answer. `status` is 200 for an exchange that ended well.
struct Response {
  int status = 0;
  std::string content_type{};
  std::string body{};
  TimePoint received_at{};
  Duration took{};
  bool operator==(const Response&) const = default;
};

}  // namespace ballast
