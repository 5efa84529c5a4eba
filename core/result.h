// What every fallible function returns: a value, or an error that says what the caller can do about it.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ballast {

/// One value per different reaction of a caller; the detail belongs into the message.
enum class Errc : std::uint8_t {
  conflict,         ///< changed since it was read: read again, decide again
  rate_limited,     ///< retry with backoff, not before the time named
  unavailable,      ///< retry with backoff
  timeout,          ///< retry with backoff
  outcome_unknown,  ///< a write was sent and not answered: observe before anything else
  invalid,          ///< no retry until the object changes
  denied,           ///< no retry until the object changes
  not_found,        ///< no retry until the object changes
  cancelled,        ///< we are stopping
  bug,              ///< our own fault: count it, log it, go on
};

/// The name of an error code, for logs and records: `outcome_unknown`.
constexpr std::string_view to_string(Errc code) {
  constexpr std::string_view kNames[] = {"conflict", "rate_limited", "unavailable", "timeout",   "outcome_unknown",
                                         "invalid",  "denied",       "not_found",   "cancelled", "bug"};
  return kNames[static_cast<std::size_t>(code)];
}

/// Why something failed. The message names place, thing, value and limit.
struct Error {
  Errc code = Errc::bug;
  std::string message{};
  bool operator==(const Error&) const = default;
};

/// A `T` or an `Error`; a subset of `std::expected<T, Error>`.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(value()); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  [[nodiscard]] const Error& error() const {
    assert(!has_value());
    return *std::get_if<1>(&content_);
  }
  [[nodiscard]] T value_or(T fallback) const { return has_value() ? value() : std::move(fallback); }
  bool operator==(const Result&) const = default;

 private:
  [[nodiscard]] const T& value() const {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }
  [[nodiscard]] T& value() {
    assert(has_value());
    return *std::get_if<0>(&content_);
  }
  std::variant<T, Error> content_;
};

/// What a function returns that only succeeds or fails.
struct Done {
  bool operator==(const Done&) const = default;
};

}  // namespace ballast
