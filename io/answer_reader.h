// From bytes to an HTTP answer: bounded. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/request.h"
#include "core/result.h"

namespace ballast {

class AnswerReader {
 public:
  /// `head`: the answer to a HEAD, which has no body whatever its header says.
  AnswerReader(bool head, std::size_t header_bytes, std::int64_t body_bytes);
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// Reads on; skips a few interim (1xx) answers. Errors: invalid (malformed, above a limit).
  Result<Done> feed(std::string_view bytes);
  /// The connection ended. Errors: unavailable (in the middle of the answer).
  Result<Done> end();
  [[nodiscard]] bool done() const;
  /// The other side keeps the connection, and nothing came after the answer.
  [[nodiscard]] bool leaves_connection_usable() const;
  /// What was read, when it is done. Errors: invalid (compressed, which nobody asked for).
  Result<Response> take();
  /// The header Retry-After of what was taken, as it stands.
  [[nodiscard]] const std::string& retry_after() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ballast
