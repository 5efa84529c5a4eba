// Keeps a second daemon away from a journal's folder and from local targets. The kernel drops the lock with the
// process, however it ends.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace ballast {

/// Held while it lives.
class [[nodiscard]] Lock {
 public:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}
  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Locks `folder`/lock. Errors: denied (held: the message names the holder's pid and start), unavailable.
Result<Lock> lock_folder(const std::string& folder);
/// Locks a target on this host, whatever journal its controller writes: `folder`/`kind-name`.lock, where other
/// characters than letters, digits, dot and dash are written as %XX. Errors: as above.
Result<Lock> lock_target(const std::string& folder, const std::string& name);
/// Locks the numbers `first` to `last` (0-65535) of a kind of target on this host, such as ports: denied when any of
/// them is held, by this process too. All are in `folder`/`kind`.lock, as locks of its bytes. Errors: as above.
Result<Lock> lock_range(const std::string& folder, const std::string& kind, std::int64_t first, std::int64_t last);

/// The same for who holds now more of them, now fewer.
struct NumberLocks {
  std::string folder{};
  std::string kind{};
  Lock file;  ///< all locks go with it

  static Result<NumberLocks> open(const std::string& folder, const std::string& kind);
  /// All or none; numbers that these locks have already stay theirs. Errors: as above.
  [[nodiscard]] Result<Done> lock(std::int64_t first, std::int64_t last) const;
  void unlock(std::int64_t first, std::int64_t last) const;
};

}  // namespace ballast
