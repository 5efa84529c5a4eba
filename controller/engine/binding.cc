#include "controller/engine/binding.h"

#include <algorithm>
#include <utility>

namespace ballast {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds{500};
constexpr Duration kLongestPause = std::chrono::seconds{30};

Result<Locks> lock(const Bind& bind, const Locks& older) { return bind.lock ? bind.lock(older) : Locks{}; }

/// What may go by itself; the rest waits for another document.
bool passes(Errc code) {
  return code == Errc::conflict || code == Errc::rate_limited || code == Errc::unavailable || code == Errc::timeout;
}

}  // namespace

void Binding::offer(Bind next) {
  next_ = std::make_unique<const Bind>(std::move(next));
  superseded_ = true;
  try_at_ = {};
  pause_ = kFirstPause;
}

void Binding::refuse(const Error& error, TimePoint now) {
  refused_ = std::optional{Failure{error, refused() ? refused()->since : now}};
  try_at_ = now + pause_;
  if (error.code != Errc::conflict) pause_ = std::min(2 * pause_, kLongestPause);
}

std::optional<Error> Binding::make(const Bind& bind, Locks locks, TimePoint now) {
  auto made = bind.make();
  if (!made) return made.error();
  made->locks = std::move(locks);
  bound_ = std::make_shared<BoundWorkload>(*std::move(made));
  since_ = now;
  return std::nullopt;
}

/// What was in force until now and had to make room. When that fails too, both are tried again.
void Binding::make_again(const Locks& older, TimePoint now) {
  if (!current_.make) return;
  if (auto locks = lock(current_, older)) {
    const auto failed = make(current_, *std::move(locks), now);
    if (!failed && !passes(refused()->error.code)) next_.reset();
  }
}

std::optional<Locks> Binding::lock_next(TimePoint now) {
  superseded_ = false;
  must_leave_ = false;
  auto locks = lock(*next_, bound_ ? bound_->locks : Locks{});
  if (locks) return *std::move(locks);
  refuse(locks.error(), now);
  // Who has it may be waiting for what this one holds; it is against the documents now anyway.
  must_leave_ = locks.error().code == Errc::conflict;
  return std::nullopt;
}

bool Binding::put_in_force(Locks locks, TimePoint now) {
  const Locks older = bound_ ? bound_->locks : Locks{};  // held until the ports that need them are gone
  const bool ran = bound_ != nullptr;
  release();
  if (const auto failed = make(*next_, std::move(locks), now)) {
    refuse(*failed, now);
    make_again(older, now);
    return ran || bound_;
  }
  current_ = *next_;
  next_.reset();
  refused_ = {};
  return true;
}

}  // namespace ballast
