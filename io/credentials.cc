#include "io/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "io/http_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxBytes = 65536;

/// Secrets of at least so many bytes are taken out of answers: out of good ones only what cannot be there by chance.
constexpr std::size_t kHardlyByChance = 3;
constexpr std::size_t kNeverByChance = 16;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Error of_errno(const std::string& file, int number) {
  const Errc code = number == ENOENT || number == ENOTDIR ? Errc::not_found : Errc::denied;
  return {code, fmt::format("secret in {}: {}", file, std::strerror(number))};
}

Result<Secret<std::string>> read_file(const std::string& file) {
  const Descriptor open_file(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat state {};
  if (open_file.number() < 0 || fstat(open_file.number(), &state) != 0) return of_errno(file, errno);
  if (!S_ISREG(state.st_mode)) return Error{Errc::invalid, fmt::format("secret in {}: not a regular file", file)};
  std::array<char, kMaxBytes + 1> bytes{};
  std::size_t size = 0;
  ssize_t count = 0;
  while (size < bytes.size() && (count = read(open_file.number(), bytes.data() + size, bytes.size() - size)) > 0)
    size += static_cast<std::size_t>(count);
  const int failure = errno;
  std::string text(bytes.data(), size);
  explicit_bzero(bytes.data(), bytes.size());
  Secret<std::string> secret(std::move(text));
  if (count < 0) return of_errno(file, failure);
  if (size > kMaxBytes) return Error{Errc::invalid, fmt::format("secret in {}: above {} bytes", file, kMaxBytes)};
  return secret;
}

/// The text without line ends at its end, when it can stand in a header.
Result<Secret<std::string>> trimmed(const Secret<std::string>& raw, const std::string& where) {
  std::string_view text = raw.reveal();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.empty()) return Error{Errc::invalid, fmt::format("secret in {}: empty", where)};
  if (std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 127; }))
    return Error{Errc::invalid, fmt::format("secret in {}: holds a line break or control character", where)};
  return Secret<std::string>(std::string(text));
}

void show_basic(const BasicAuth& basic, const Secret<std::string>& password, Credentials& into) {
  const Secret<std::string> pair(basic.username + ":" + password.reveal());
  Secret<std::string> encoded(base64(pair.reveal()));
  into.line.emplace("Authorization: Basic " + encoded.reveal() + "\r\n");
  into.words.push_back(std::move(encoded));
}

}  // namespace

Result<Secret<std::string>> read_secret(const SecretRef& where) {
  if (!where.file.empty()) {
    auto raw = read_file(where.file);
    if (!raw) return raw.error();
    return trimmed(*raw, where.file);
  }
  const char* const value = std::getenv(where.env.c_str());
  if (value == nullptr) return Error{Errc::not_found, fmt::format("secret in the variable {}: not set", where.env)};
  return trimmed(Secret<std::string>(std::string(value)), "the variable " + where.env);
}

Result<Credentials> read_credentials(const AuthSpec& auth) {
  Credentials result;
  const SecretRef* const where = auth.basic    ? &auth.basic->password
                                 : auth.bearer ? &*auth.bearer
                                 : auth.header ? &auth.header->value
                                               : nullptr;
  if (where == nullptr) return result;
  auto secret = read_secret(*where);
  if (!secret) return secret.error();
  if (auth.basic) {
    show_basic(*auth.basic, *secret, result);
  } else if (auth.bearer) {
    result.line.emplace("Authorization: Bearer " + secret->reveal() + "\r\n");
  } else {
    if (!is_token(auth.header->name)) return Error{Errc::invalid, "the name of the secret header is no HTTP token"};
    result.line.emplace(auth.header->name + ": " + secret->reveal() + "\r\n");
  }
  result.words.push_back(*std::move(secret));
  return result;
}

void scrub(std::string& text, const Credentials& credentials, std::size_t shortest) {
  constexpr std::string_view kInstead = "***";
  for (const Secret<std::string>& secret : credentials.words) {
    const std::string& word = secret.reveal();
    if (word.size() < shortest || word == kInstead) continue;
    // Built anew: an answer may repeat a secret a million times, and each replacement would move all that follows.
    std::string cleaned;
    std::size_t from = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, from)) {
      cleaned.append(text, from, at - from).append(kInstead);
      from = at + word.size();
    }
    if (from > 0) text = cleaned.append(text, from);
  }
}

void scrub(Response& answer, const Credentials& credentials) {
  scrub(answer.body, credentials, answer.status / 100 == 2 ? kNeverByChance : kHardlyByChance);
}

}  // namespace ballast
