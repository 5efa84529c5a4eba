// Who of a mail's recipients has it already, from one try to the next. Pure.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/ports.h"
#include "core/result.h"

namespace ballast {

/// What one try came to.
struct MailTry {
  std::optional<Error> failure{};                ///< nobody was reached by it
  std::set<std::string> reached{};               ///< addresses that have the mail now
  std::map<std::string, std::string> refused{};  ///< addresses that will not get it, and what the server said
  std::string later{};                           ///< what it said of others, which may get it after a while
  bool operator==(const MailTry&) const = default;
};

/// Mails that it knows something of; of more the oldest is forgotten, and tried with all of its recipients again.
inline constexpr std::size_t kRememberedMails = 64;

class MailMemory {
 public:
  /// `server` begins what it says.
  MailMemory(std::string server, std::vector<std::string> to) : server_(std::move(server)), to_(std::move(to)) {}

  /// Whom a mail has still to be sent to: not those that have it, nor those that were refused for good.
  [[nodiscard]] std::vector<std::string> rest(const std::string& key) const;
  /// How a try of `rest` leaves the delivery: taken once somebody has the mail and nobody is left to be asked, with a
  /// note about those that were refused; a failure, `unavailable` where some were refused for a while, otherwise.
  Delivery settle(const std::string& key, const MailTry& tried);
  [[nodiscard]] std::size_t size() const { return mails_.size(); }

 private:
  struct Mail {
    std::string key{};
    std::set<std::string> reached{};
    std::map<std::string, std::string> refused{};
    [[nodiscard]] bool is_open(const std::string& address) const {
      return !reached.contains(address) && !refused.contains(address);
    }
  };
  [[nodiscard]] std::string note_of(const Mail& mail) const;

  std::string server_;
  std::vector<std::string> to_;
  std::list<Mail> mails_{};  // the oldest first
};

}  // namespace ballast
