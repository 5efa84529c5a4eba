// The three archives of the codec. Each takes the same calls, so that one `archive(ar, value)` per struct (archive.h)
// writes, reads and digests it:
//   integer   varint, 7 bits a byte, low first; signed ones zigzag
//   bool      one byte, 0 or 1
//   double    a byte n, then the n high bytes of its bits: bit-exact, short for round numbers
//   time      zigzag microseconds since the time written before it in the same text
//   string    length, bytes
//   list      count, elements
//   optional  bool, value
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace ballast {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
/// Wraps around: a foreign time may be anything.
constexpr std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

class Writer {
 public:
  static constexpr bool kReads = false;
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void number(std::int64_t value) { number(zigzag(value)); }
  void flag(bool value) { out_.push_back(value ? '\1' : '\0'); }
  void real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const int bytes = 8 - std::min(std::countr_zero(bits) / 8, 8);
    out_.push_back(static_cast<char>(bytes));
    for (int i = 0; i < bytes; ++i) out_.push_back(static_cast<char>(bits >> (56 - 8 * i)));
  }
  void time(std::int64_t value) {
    number(wrapping_difference(value, last_));
    last_ = value;
  }
  void text(std::string_view value) {
    number(std::uint64_t{value.size()});
    out_.append(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_{};
  std::int64_t last_ = 0;
};

/// Reads what a Writer wrote. Foreign bytes give `ok() == false` and zeros, never more than they hold.
class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view in) : in_(in) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && in_.empty(); }
  [[nodiscard]] std::size_t left() const { return in_.size(); }
  void fail() {
    ok_ = false;
    in_ = {};
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(in_.front());
      in_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  bool flag() {
    const auto value = byte();
    if (value > 1) fail();
    return value == 1;
  }
  double real() {
    const auto bytes = byte();
    if (bytes > 8 || bytes > in_.size()) {
      fail();
      return 0;
    }
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < bytes; ++i) bits |= std::uint64_t{static_cast<std::uint8_t>(in_[i])} << (56 - 8 * i);
    in_.remove_prefix(bytes);
    return std::bit_cast<double>(bits);
  }
  std::int64_t time() {
    last_ = wrapping_sum(last_, unzigzag(number()));
    return ok_ ? last_ : 0;
  }
  std::string text() {
    const auto size = number();
    if (size > in_.size()) {
      fail();
      return {};
    }
    std::string value(in_.substr(0, size));
    in_.remove_prefix(size);
    return value;
  }
  /// Every element takes a byte at least, so a count above the bytes left is false.
  std::size_t count() {
    const auto value = number();
    if (value > in_.size()) fail();
    return ok_ ? value : 0;
  }

 private:
  std::uint8_t byte() {
    if (in_.empty()) {
      fail();
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  std::string_view in_;
  std::int64_t last_ = 0;
  bool ok_ = true;
};

/// 64 bits of everything it is given, in order. Word-wise FNV-1a with the high half folded back in, so that the high
/// bits of a word reach the low bits of the next round; not for secrets. Part of the format: never change.
/// Source of the constants: FNV, http://www.isthe.com/chongo/tech/comp/fnv/.
class Hasher {
 public:
  static constexpr bool kReads = false;
  void number(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x100000001b3ULL;
    hash_ ^= hash_ >> 32;
  }
  void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void flag(bool value) { number(std::uint64_t{value}); }
  void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
  void time(std::int64_t value) { number(value); }
  void text(std::string_view value) {
    number(std::uint64_t{value.size()});
    for (std::size_t i = 0; i < value.size(); i += 8) {
      std::uint64_t word = 0;
      for (std::size_t k = 0; k < 8 && i + k < value.size(); ++k)
        word |= std::uint64_t{static_cast<std::uint8_t>(value[i + k])} << (8 * k);
      number(word);
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_ ^ (hash_ >> 29); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace ballast
