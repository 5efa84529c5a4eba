// From bytes to requests: bounded, and as strict as a server must be that stands behind a proxy. No I/O.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "controller/server/server.h"

namespace ballast {

class RequestReader {
 public:
  RequestReader(std::size_t header_bytes, std::size_t body_bytes);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Reads on. Returns 0, or the status that refuses the request: 400, 413 (body), 431 (header), 505; then it is over.
  int feed(std::string_view bytes);
  [[nodiscard]] bool done() const;
  /// Something of a request is there.
  [[nodiscard]] bool began() const;
  /// The header is whole and asks for a go-ahead before the body. True once.
  bool wants_go_ahead();

  struct Read {
    ServerRequest request{};
    std::string target{};  ///< as sent; `request.path` and `.query` are empty yet
    bool keep_alive = false;
    bool is_http_1_0 = false;
    std::size_t hosts = 0;  ///< how many Host headers there are
  };
  /// What was read, when it is done; then the next request begins with what came after it.
  Read take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ballast
