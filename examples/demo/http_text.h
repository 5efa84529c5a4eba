// The little HTTP/1.1 that the demo's worker and its load generator speak: whole heads, bodies by Content-Length.
#pragma once

#include <cstddef>
#include <string_view>

namespace ballast_demo {

inline constexpr std::size_t kMaxHead = 16 * 1024;

enum class Progress { more, done, bad };

/// A request at the front of a buffer.
struct RequestText {
  Progress progress = Progress::more;
  std::size_t size = 0;  ///< bytes it takes, body included
  std::string_view target{};
  std::string_view head{};
  std::string_view body{};
  bool keep_alive = true;
};
/// The value of a header in a head of whole lines, whatever the case of its name; empty when there is none.
std::string_view header_in(std::string_view head, std::string_view name);
/// The first request in `bytes`. `bad`: no HTTP/1 request, its head is above kMaxHead, or its body is chunked.
RequestText parse_request(std::string_view bytes);

/// An answer at the front of a buffer.
struct AnswerText {
  Progress progress = Progress::more;
  std::size_t size = 0;
  int status = 0;
  bool keep_alive = true;
};
/// The answer in `bytes`; `closed` says that no byte will follow, which ends an answer without Content-Length.
AnswerText parse_answer(std::string_view bytes, bool closed);

}  // namespace ballast_demo
