#include "controller/engine/guarded.h"

namespace ballast {

Error escaped(const std::string& what, const std::exception_ptr& failure, Errc code) {
  constexpr std::size_t kMost = 200;
  std::string why = "something that is no exception";
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& thrown) {
    why = std::string{thrown.what()}.substr(0, kMost);
  } catch (...) {  // keeps what `why` says
  }
  return {code, what + ": " + why};
}

Task<Delivery> guarded_delivery(std::shared_ptr<Notifier> notifier, Notification notification) {
  std::exception_ptr failure;
  try {
    co_return co_await notifier->deliver(std::move(notification));
  } catch (...) {
    failure = std::current_exception();
  }
  Delivery delivery;
  delivery.failure = escaped("the receiver broke off", failure, Errc::outcome_unknown);
  co_return delivery;
}

}  // namespace ballast
