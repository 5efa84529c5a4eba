// What Redis says and is told on the wire: RESP2 and RESP3, bounded.
// Source: Redis serialization protocol specification, https://redis.io/docs/latest/develop/reference/protocol-spec/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace ballast {

/// One reply. Of RESP3, verbatim strings are text without their format, sets and pushes are lists, attributes are left
/// out, big numbers are text.
struct RespValue {
  enum class Kind : std::uint8_t { null, text, error, integer, number, boolean, list, map };
  Kind kind = Kind::null;
  std::string text{};              ///< of text and error (without the `-`)
  std::int64_t integer = 0;        ///< of integer; 0 or 1 of boolean
  double number = 0;               ///< of number: finite, an infinity or not a number
  std::vector<RespValue> items{};  ///< of list; of map key, value, key, value, …
  bool operator==(const RespValue&) const = default;
};

struct RespLimits {
  std::size_t depth = 8;         ///< of lists within lists
  std::size_t values = 100'000;  ///< in all replies together
  std::size_t text_bytes = std::size_t{1} << 20;
};

/// All replies of an answer. Errors: unavailable (it ends in the middle of a reply), invalid (no RESP, streamed values,
/// above a limit).
Result<std::vector<RespValue>> parse_resp(std::string_view bytes, RespLimits limits = {});

/// `{"LLEN", "jobs"}` to `*2\r\n$4\r\nLLEN\r\n$4\r\njobs\r\n`. Arguments may hold any bytes.
std::string resp_command(const std::vector<std::string_view>& arguments);

}  // namespace ballast
