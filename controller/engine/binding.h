// Which version of its documents a workload runs on, and what becomes of the next one. No clock and no waiting: the
// runner says when.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "controller/engine/bound_workload.h"
#include "core/boxed.h"
#include "core/observation.h"
#include "core/result.h"
#include "core/time.h"

namespace ballast {

/// One version of the documents, and how it is put in force.
struct Bind {
  /// Takes the locks of its targets, while ports of the version before may live; `older` are the locks of that one, and
  /// what is the same is shared with it. Null: there is nothing to lock. Errors: denied (another process has a target:
  /// the message names it), conflict (another workload of this process has it, and is about to leave it), unavailable.
  std::function<Result<Locks>(const Locks& older)> lock{};
  /// Makes the ports. Called when none of the version before live, since two sets must not steer one target.
  std::function<Result<BoundWorkload>()> make{};
  std::vector<Fingerprint> sheds{};  ///< its pools that may refuse requests
};

class Binding {
 public:
  /// From now on this is what people want; tried at the next `lock_next`.
  void offer(Bind next);
  /// When there is something to try; never is the largest time.
  [[nodiscard]] TimePoint next_try() const { return next_ ? try_at_ : TimePoint::max(); }
  [[nodiscard]] bool due(TimePoint now) const { return now >= next_try(); }
  /// A version was offered and not tried yet: what is in force may be against somebody's word.
  [[nodiscard]] bool superseded() const { return superseded_; }
  /// Of the version offered last, while it is to be tried.
  [[nodiscard]] std::vector<Fingerprint> next_sheds() const {
    return next_ ? next_->sheds : std::vector<Fingerprint>{};
  }
  /// Takes the locks of the version offered last, beside those of the one in force. Refused (nothing), it is tried
  /// again, ever more rarely, and the one before stays in force untouched.
  std::optional<Locks> lock_next(TimePoint now);
  /// Puts that version in force, with its locks. When it cannot be made, the one before is made again, since its ports
  /// had to go first. True when `bound` is another one than before, or none.
  bool put_in_force(Locks locks, TimePoint now);
  /// What is in force has to be given up (`release`): who has what the next one needs may be waiting for it.
  [[nodiscard]] bool must_leave() const { return must_leave_ && bound_; }
  /// Nothing is in force any more: ports first, then their locks.
  void release() {
    bound_.reset();
    must_leave_ = false;
  }

  /// Null: nothing is in force.
  [[nodiscard]] const std::shared_ptr<BoundWorkload>& bound() const { return bound_; }
  [[nodiscard]] TimePoint since() const { return since_; }  ///< of `bound`
  /// Why the version that people want is not in force, and since when.
  [[nodiscard]] const std::optional<Failure>& refused() const { return refused_.get(); }

 private:
  void refuse(const Error& error, TimePoint now);
  std::optional<Error> make(const Bind& bind, Locks locks, TimePoint now);
  void make_again(const Locks& older, TimePoint now);

  std::shared_ptr<BoundWorkload> bound_{};
  TimePoint since_{};
  Bind current_{};  ///< of what is, or was last, in force
  std::unique_ptr<const Bind> next_{};
  bool superseded_ = false;
  bool must_leave_ = false;
  Boxed<std::optional<Failure>> refused_{};
  TimePoint try_at_{};
  Duration pause_{};
};

}  // namespace ballast
