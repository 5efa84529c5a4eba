#include "controller/journal/first_rows.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ballast {
namespace {

constexpr Duration kPatience = std::chrono::seconds{20};
constexpr Duration kShortestPause = std::chrono::seconds{1};
constexpr Duration kLongestPause = std::chrono::seconds{30};

}  // namespace

FirstRows::FirstRows(TimeSource& time, Journal& journal, std::string_view prefix)
    : time_(time), journal_(journal), prefix_(prefix), began_(time.now()) {}

Task<FirstRows::Rows> FirstRows::read(std::function<void(const std::string& why)> failed) {
  auto rows = co_await journal_.pairs(prefix_);
  if (!rows && failed) failed(rows.error().message);
  while (!rows) {
    // An eighth of the time that it takes already: 1 s at first, 2.5 s after 20 s, 30 s after 4 minutes.
    const Duration pause = std::clamp<Duration>((time_.now() - began_) / 8, kShortestPause, kLongestPause);
    const TimePoint next = time_.now() + pause;
    co_await Sleep(time_, next);
    rows = co_await journal_.pairs(prefix_);
  }
  read_ = true;
  co_return *std::move(rows);
}

bool FirstRows::is_waited_for() const { return !read_ && patient_ && time_.now() - began_ < kPatience; }

Task<void> FirstRows::awaited() {
  while (is_waited_for()) {
    const TimePoint next = time_.now() + std::chrono::milliseconds{5};
    co_await Sleep(time_, next);
  }
}

}  // namespace ballast
