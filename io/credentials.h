// Secrets, from where a request says they are to where they are sent, and to nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/access.h"
#include "core/request.h"
#include "core/result.h"
#include "core/secret.h"

namespace ballast {

/// Reads the file or the variable now; line ends at the end do not count. Errors: not_found (neither exists), denied,
/// invalid (empty, above 64 kB, no regular file, a control character). They name where it is, never what it is.
Result<Secret<std::string>> read_secret(const SecretRef& where);

struct Credentials {
  std::optional<Secret<std::string>> line{};  ///< a header with its line end; none: nothing is shown
  std::vector<Secret<std::string>>
      words{};  ///< what must not come back in a message: the secret in each form it is sent
};
/// Errors: those of read_secret; invalid (a name that could break out of its line).
Result<Credentials> read_credentials(const AuthSpec& auth);

/// Puts `***` where a text repeats what was sent. Words shorter than `shortest` stay: they occur by chance.
void scrub(std::string& text, const Credentials& credentials, std::size_t shortest);
/// Puts `***` where the body of an answer repeats what was sent to it. Short words stay, since they occur by chance: in
/// a good answer (2xx) those below 16 bytes, in any other those below 3.
void scrub(Response& answer, const Credentials& credentials);

}  // namespace ballast
