// What people say to the running daemon: orders over its own HTTP interface, for whoever can read its token.
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "controller/cli/daemon.h"
#include "controller/cli/order_answer.h"
#include "controller/cli/order_request.h"
#include "controller/cli/private_file.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

Result<std::string> random_token() {
  std::array<unsigned char, 32> bits{};
  if (getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size()))
    return Error{Errc::unavailable, "getrandom: " + std::generic_category().message(errno)};
  std::string token;
  for (const unsigned char byte : bits) token += fmt::format("{:02x}", byte);
  return token;
}

}  // namespace

Result<Done> Daemon::open_orders() {
  auto token = random_token();  // a new one at each start: one that was ever shown to somebody else is worth nothing
  if (!token) return token.error();
  token_ = *std::move(token);
  put_file(token_in(state_directory_), token_ + "\n");
  orders_ = std::make_unique<OrderBook>(*loop_, *journal_, [this](const std::string& what) { log_.warn(what); });
  return Done{};
}

/// A disk that is full keeps commands away, and nothing else: the next reload tries again.
void Daemon::put_file(const fs::path& path, const std::string& text) {
  const auto written = write_private(path, text);
  if (written) return;
  log_.warn("commands cannot reach this daemon: what they need is not written",
            {{"error", written.error().message}, {"fix", "make room, then SIGHUP"}});
  unwritten_files_.insert_or_assign(path, text);
}

void Daemon::put_files_again() {
  for (const auto& [path, text] : std::exchange(unwritten_files_, {})) put_file(path, text);
}

void Daemon::tell_address() {
  std::string host = server_options_.listen.substr(0, server_options_.listen.rfind(':'));
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  put_file(address_in(state_directory_), fmt::format("http://{}:{}\n", host, server_->port()));
}

/// Whoever listens there next is not told the token.
void Daemon::forget_address() const {
  std::error_code ignored;
  fs::remove(address_in(state_directory_), ignored);
}

/// However long the journal takes none.
Task<void> Daemon::keep_orders() {
  auto written = co_await orders_->write_down();
  if (!written)
    log_.warn("an order holds, but would not survive a restart yet: it cannot be written down",
              {{"error", written.error().message}});
  while (!written && !stopping_) {
    const TimePoint next = loop_->now() + std::chrono::seconds{5};
    co_await Sleep(*loop_, next);
    written = co_await orders_->write_down();
  }
}

Result<const Runner*> Daemon::steered(const std::string& name) const {
  const Runner* runner = engine_->find(name);
  if (runner == nullptr || runner->bound() == nullptr)
    return Error{Errc::not_found, fmt::format("there is no policy {} in force", name)};
  return runner;
}

/// The annotation of its document and what people ordered.
Orders Daemon::orders_of(const std::string& name) const {
  Orders orders{.given = orders_->in_force(name)};
  const auto runner = steered(name);
  orders.paused = runner && (*runner)->bound()->orders.paused;
  return orders;
}

Result<Done> Daemon::may_order(const ServerRequest& request) const {
  if (auto allowed = may_change(request, token_); !allowed) return allowed.error();
  // What was ordered before is not known yet: neither what holds nor what there is to take back.
  if (!orders_->is_loaded())
    return Error{Errc::unavailable, "what was ordered before is still being read: say it again in a moment"};
  return Done{};
}

void Daemon::order(const std::string& workload, const Order& order, const std::string& by) {
  log_.warn(
      "ordered by " + by,
      {{"workload", workload}, {"order", std::string{to_string(order.kind)}}, {"who", order.who}, {"why", order.why}});
  orders_->give(workload, order);
  if (engine_) engine_->nudge(workload);  // a rule may order while Ballast stops
  tasks_.spawn(keep_orders());
}

Result<ServerResponse> Daemon::give_order(const ServerRequest& request) {
  if (auto allowed = may_order(request); !allowed) return allowed.error();
  auto asked = read_order_request(request);
  if (!asked) return asked.error();
  const auto runner = steered(asked->workload);
  if (!runner) return runner.error();
  if (auto good = check_order(asked->order, (*runner)->bound()->workload); !good) return good.error();
  Order order = std::move(asked->order);
  order.given = loop_->now();
  if (asked->lasts > Duration{}) order.until = order.given + asked->lasts;
  this->order(asked->workload, order, "a person");
  const Orders orders = orders_of(asked->workload);
  return order_answer(asked->workload, orders.given,
                      held_by(order, orders, (*runner)->state().status.current_replicas));
}

Result<ServerResponse> Daemon::take_back_orders(const ServerRequest& request) {
  if (auto allowed = may_order(request); !allowed) return allowed.error();
  const std::string name = workload_of_path(request.path);
  const std::string kind = request.query_value("kind");
  const auto saying = read_saying(request);
  if (!saying) return saying.error();
  bool any = false;
  for (const Order& order : orders_->in_force(name))
    if (kind.empty() || kind == to_string(order.kind)) any = orders_->take_back(name, order.kind) || any;
  if (!any)
    return Error{Errc::not_found,
                 fmt::format("{}: nobody ordered {}", name, kind.empty() ? std::string("anything") : kind)};
  log_.warn("an order is taken back",
            {{"workload", name}, {"order", kind.empty() ? "all" : kind}, {"who", saying->who}, {"why", saying->why}});
  engine_->nudge(name);
  tasks_.spawn(keep_orders());
  const Orders orders = orders_of(name);
  return order_answer(name, orders.given, pauses(orders));
}

std::vector<Route> Daemon::order_routes() {
  const auto answer = [](Result<ServerResponse> result) {
    return result ? *std::move(result) : order_refusal(result.error());
  };
  const std::string path = std::string(kPoliciesPath) + "*";
  return {Route{"POST", path, [this, answer](const ServerRequest& request) { return answer(give_order(request)); }},
          Route{"DELETE", path,
                [this, answer](const ServerRequest& request) { return answer(take_back_orders(request)); }}};
}

}  // namespace ballast
