// What throws where nobody expects it is our bug, and the failure of whoever was asked: nobody else may notice.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "core/ports.h"
#include "core/result.h"
#include "core/task.h"

namespace ballast {

/// `what`, then why, cut short. Called with an exception that is set.
Error escaped(const std::string& what, const std::exception_ptr& failure, Errc code = Errc::bug);

/// The result of `work`. What escapes it is an error with this `code`: of a write, which may have been made all the
/// same, outcome_unknown.
template <class T>
Task<Result<T>> guarded(Task<Result<T>> work, std::string what, Errc code = Errc::bug) {
  std::exception_ptr failure;
  try {
    co_return co_await work;
  } catch (...) {
    failure = std::current_exception();
  }
  co_return escaped(what, failure, code);
}

/// What escapes a receiver, or an action of a rule, is its failure alone; it may have been told all the same.
Task<Delivery> guarded_delivery(std::shared_ptr<Notifier> notifier, Notification notification);

}  // namespace ballast
