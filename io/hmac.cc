#include "io/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <new>

namespace ballast {

std::string hmac_sha256_hex(const Secret<std::string>& key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  const std::string& secret = key.reveal();
  const auto* const text = reinterpret_cast<const unsigned char*>(message.data());
  // It fails for want of memory only.
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), text, message.size(), bytes.data(), &size) ==
      nullptr)
    throw std::bad_alloc();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (std::size_t i = 0; i < size; ++i) {
    result += kDigits[bytes[i] >> 4U];
    result += kDigits[bytes[i] & 15U];
  }
  return result;
}

}  // namespace ballast
