// A value that must not be seen: it cannot be printed, formatted or compared, and leaves no bytes behind.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>

namespace ballast {

/// Overwrites the characters, those beyond the end too, and empties the text. The compiler may not leave it out.
inline void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // never allocates
  volatile char* const bytes = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = 0;
  text.clear();
}

/// `wipe(T&)` says what it takes to forget a T. Who needs the value says so: `reveal()`.
template <class T>
class Secret {
 public:
  explicit Secret(T value) : value_(std::move(value)) { wipe(value); }  // a short text is copied, not moved
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
  Secret& operator=(Secret&& other) noexcept {
    wipe(value_);
    value_ = std::move(other.value_);
    wipe(other.value_);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(value_); }

  [[nodiscard]] const T& reveal() const { return value_; }

  bool operator==(const Secret&) const = delete;
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  T value_;
};

}  // namespace ballast
