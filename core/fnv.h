// FNV-1a, 64 bit: what names a text by its content, the same in every run and build; not for secrets. Source:
// draft-eastlake-fnv, offset basis and prime for 64 bits.
#pragma once

#include <cstdint>
#include <string_view>

namespace ballast {

/// `a` is 0xaf63dc4c8601ec8c.
constexpr std::uint64_t fnv(std::string_view text, std::uint64_t start = 0xcbf29ce484222325ULL) {
  std::uint64_t hash = start;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

/// Of texts one after the other, each with its end: "ab", "c" is not "a", "bc".
class FnvOfParts {
 public:
  constexpr void add(std::string_view part) { hash_ = fnv("\xff", fnv(part, hash_)); }
  [[nodiscard]] constexpr std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = fnv("");
};

}  // namespace ballast
