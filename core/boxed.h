// A value that most of its kind leave as it is by default: until then it takes the room of a pointer.
#pragma once

#include <memory>
#include <utility>

namespace ballast {

/// Copies, compares and reads as the T it stands for; `edit` is the way to change it.
template <class T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(T value) {  // NOLINT(google-explicit-constructor): it stands for a T
    if (value != T{}) value_ = std::make_unique<T>(std::move(value));
  }
  Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Boxed(Boxed&& other) noexcept = default;
  Boxed& operator=(const Boxed& other) { return *this = Boxed(other); }
  Boxed& operator=(Boxed&& other) noexcept = default;
  ~Boxed() = default;

  [[nodiscard]] const T& get() const {
    static const T kDefault{};
    return value_ ? *value_ : kDefault;
  }
  operator const T&() const { return get(); }  // NOLINT(google-explicit-constructor): it stands for a T
  const T* operator->() const { return &get(); }
  T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }

  friend bool operator==(const Boxed& a, const Boxed& b) { return a.get() == b.get(); }
  friend bool operator==(const Boxed& a, const T& b) { return a.get() == b; }

 private:
  std::unique_ptr<T> value_{};
};

}  // namespace ballast
