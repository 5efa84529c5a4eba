// What people ordered, beside the documents: who, what, until when and why. It survives a restart; what is over is
// forgotten. On the engine's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/journal/first_rows.h"
#include "controller/journal/journal.h"
#include "core/observation.h"
#include "core/result.h"
#include "core/task.h"
#include "io/time_source.h"

namespace ballast {

/// All keys of its rows begin with it.
inline constexpr std::string_view kOrderRows = "order/";

/// `order/shop/web/Pause`.
std::string order_row_key(const std::string& workload, OrderKind kind);
std::string order_row(const Order& order);
/// Errors: invalid.
Result<std::pair<std::string, Order>> read_order_row(const std::string& key, const std::string& row);

class OrderBook {
 public:
  /// `time` and `journal` outlive the book. `trouble` is told what cannot be read.
  OrderBook(TimeSource& time, Journal& journal, std::function<void(const std::string&)> trouble = {})
      : time_(time), journal_(journal), trouble_(std::move(trouble)), rows_(time, journal, kOrderRows) {}

  /// Reads what was ordered, however long that takes; then writes what could not be written, and all again when the
  /// journal is another one. Never returns.
  Task<void> run();
  /// Returns once it was read, or could not be for long.
  Task<void> loaded() { return rows_.awaited(); }
  [[nodiscard]] bool is_loaded() const { return rows_.is_read(); }
  /// Nothing shall be done before it is read: a pause that is not known would be none.
  [[nodiscard]] bool is_waited_for() const { return rows_.is_waited_for(); }

  /// In force now, by kind.
  [[nodiscard]] std::vector<Order> in_force(const std::string& workload) const;
  /// In the place of an earlier one of its kind. Then call `write_down`.
  void give(const std::string& workload, Order order);
  [[nodiscard]] bool unwritten() const { return !unwritten_.empty(); }
  /// False: there is none. Then call `write_down`.
  bool take_back(const std::string& workload, OrderKind kind);
  /// Returns once all is on the disk. Errors: unavailable; the order holds, but not over a restart before `run` wrote
  /// it.
  Task<Result<Done>> write_down();

 private:
  Task<void> load();

  TimeSource& time_;
  Journal& journal_;
  std::function<void(const std::string&)> trouble_;
  std::map<std::pair<std::string, OrderKind>, Order> orders_{};
  std::set<std::pair<std::string, OrderKind>> unwritten_{};
  std::set<std::pair<std::string, OrderKind>> taken_back_{};  ///< before it was read
  std::uint32_t file_ = 0;                                    ///< of the journal, that holds what was written
  FirstRows rows_;
};

}  // namespace ballast
