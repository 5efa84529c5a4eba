// Where a Redis listens, for a MetricSource that many signals name.
#pragma once

#include <array>
#include <string>
#include <tuple>

#include "core/field.h"
#include "core/rules.h"

namespace ballast {

/// `MetricSource: {redis: {address: "127.0.0.1:6379"}}`
struct RedisSource {
  std::string address{};
  std::string socket{};
  bool operator==(const RedisSource&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"address", &RedisSource::address, "", "Where Redis listens.",
              Limits{.min = 3, .max = 260, .example = "127.0.0.1:6379", .format = Format::address}},
        Field{"socket", &RedisSource::socket, "", "Its unix socket, instead of an address.",
              Limits{.min = 2, .max = 107, .example = "/run/redis/redis-server.sock", .format = Format::path}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("address", "socket")}; }
};

}  // namespace ballast
