// What a TLS client trusts and shows, made from files that may change while it runs. For .cc files that speak TLS, and
// no others. Names Asio, does not include it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/access.h"
#include "core/result.h"
#include "io/file_state.h"
#include "io/stream.h"

namespace boost::asio::ssl {
class context;
}

namespace ballast {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// One context for each set of options, made again when one of its files changed: rotated certificates count at the
/// next connection. TLS 1.2 or later.
class TlsContexts {
 public:
  explicit TlsContexts(NetworkOptions options);
  /// What `tls` leaves open is as the options say. Errors: invalid (a file that cannot be read or does not fit, by its
  /// name).
  Result<TlsContext> of(const TlsOptions& tls);

 private:
  struct Made {
    std::vector<FileState> files{};
    TlsContext context{};
  };
  NetworkOptions options_;
  std::map<std::string, Made> made_{};
};

/// Names a set of options: equal for equal ones.
std::string key_of(const TlsOptions& tls);

}  // namespace ballast
