#include "io/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "io/way_back.h"

namespace ballast {
namespace {

constexpr std::size_t kThreads = 16;
constexpr std::size_t kWaiting = 1024;
constexpr std::size_t kRemembered = 4096;
constexpr Duration kLastGood = std::chrono::minutes{5};

struct LastGood {
  Addresses addresses{};
  TimePoint at{};
};

class SystemResolver final : public Resolver {
 public:
  SystemResolver(Loop& loop, LookUp look_up_name)
      : loop_(loop), look_up_(std::move(look_up_name)), way_back_(std::make_shared<WayBack>(loop)) {}
  ~SystemResolver() override {
    way_back_->end();
    *alive_ = false;
  }

  void resolve(const std::string& name, std::function<void(Result<Addresses>)> found) override {
    const auto asked = askers_.find(name);
    if (asked != askers_.end()) return asked->second.push_back(std::move(found));
    if (askers_.size() >= kThreads + kWaiting) {
      loop_.post([found = std::move(found)] { found(Error{Errc::unavailable, "too many names are being looked up"}); });
      return;
    }
    askers_[name].push_back(std::move(found));
    waiting_.push_back(name);
    start_next();
  }

 private:
  using Askers = std::vector<std::function<void(Result<Addresses>)>>;

  void start_next() {
    while (running_ < kThreads && !waiting_.empty()) {
      const std::string name = std::move(waiting_.front());
      waiting_.pop_front();
      ++running_;
      auto work = [this, name, ask = look_up_, back = way_back_, alive = alive_] {
        const LookedUp answer = ask(name);
        back->post([this, alive, name, answer] {
          if (*alive) finish(name, answer);
        });
      };
      try {
        std::thread(std::move(work)).detach();
      } catch (const std::system_error& none) {  // no more threads
        loop_.post([this, alive = alive_, name, answer = LookedUp{.problem = none.what()}] {
          if (*alive) finish(name, answer);
        });
      }
    }
  }

  void finish(const std::string& name, const LookedUp& answer) {
    --running_;
    const Result<Addresses> result = judge(name, answer);
    const Askers askers = std::move(askers_[name]);
    askers_.erase(name);
    start_next();
    for (const auto& found : askers) found(result);  // may end the resolver: touches nothing of it
  }

  Result<Addresses> judge(const std::string& name, const LookedUp& answer) {
    if (!answer.addresses.empty()) {
      if (last_good_.size() >= kRemembered && !last_good_.contains(name)) last_good_.erase(last_good_.begin());
      last_good_[name] = LastGood{answer.addresses, loop_.now()};
      return answer.addresses;
    }
    const auto known = last_good_.find(name);
    if (answer.no_such_name && known != last_good_.end()) last_good_.erase(known);
    if (!answer.no_such_name && known != last_good_.end() && loop_.now() - known->second.at <= kLastGood)
      return known->second.addresses;
    return Error{Errc::unavailable, "name " + name + " not found: " + answer.problem};
  }

  Loop& loop_;
  LookUp look_up_;
  std::shared_ptr<WayBack> way_back_;  // getaddrinfo cannot be interrupted and an exit does not wait
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // read and written on the loop's thread
  std::map<std::string, Askers> askers_{};
  std::deque<std::string> waiting_{};
  std::size_t running_ = 0;
  std::map<std::string, LastGood> last_good_{};
};

}  // namespace

LookedUp look_up(const std::string& name) {
  // RFC 6761: the name of this machine is asked of nobody; a minimal system has no /etc/hosts that knows it.
  if (name == "localhost" || name.ends_with(".localhost")) return LookedUp{.addresses = {"127.0.0.1", "::1"}};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int failed = getaddrinfo(name.c_str(), nullptr, &hints, &first);
  LookedUp result;
  if (failed != 0) {
    result.problem = gai_strerror(failed);
    result.no_such_name = failed == EAI_NONAME;
    return result;
  }
  for (const addrinfo* entry = first; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    if (std::ranges::find(result.addresses, text.data()) == result.addresses.end())
      result.addresses.emplace_back(text.data());
  }
  freeaddrinfo(first);
  if (result.addresses.empty()) result.problem = "no address";
  return result;
}

std::unique_ptr<Resolver> make_resolver(Loop& loop, LookUp look_up_name) {
  return std::make_unique<SystemResolver>(loop, std::move(look_up_name));
}

}  // namespace ballast
