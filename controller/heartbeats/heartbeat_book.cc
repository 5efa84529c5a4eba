#include "controller/heartbeats/heartbeat_book.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace ballast {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kScheme = "heartbeat://";
constexpr Duration kReadAgain = std::chrono::seconds{1};
/// What the journal did not take is offered again so soon.
constexpr Duration kWriteAgain = std::chrono::seconds{5};
/// Jobs that call without a pause cost one write in so long.
constexpr Duration kBetweenWrites = std::chrono::seconds{1};

class Readings final : public Fetcher {
 public:
  Readings(TimeSource& time, const HeartbeatBook& book) : time_(time), book_(book) {}
  Task<Result<Response>> fetch(Request request) override {
    if (request.channel != Channel::heartbeat || !request.url.starts_with(kScheme))
      co_return Error{Errc::invalid, request.url + ": no heartbeat"};
    const auto facts = book_.facts(request.url.substr(kScheme.size()));
    if (!facts) co_return facts.error();
    Response response{.status = 200};
    response.heartbeat = *facts;
    response.received_at = time_.now();
    co_return response;
  }

 private:
  TimeSource& time_;
  const HeartbeatBook& book_;
};

}  // namespace

std::string heartbeat_row(const Heartbeat& heartbeat) {
  return Json{{"at", heartbeat.at.time_since_epoch().count()}, {"deaf", heartbeat.deaf.count()}}.dump();
}

Result<Heartbeat> read_heartbeat_row(const std::string& row) {
  try {
    const Json json = Json::parse(row);
    return Heartbeat{.at = TimePoint{Duration{json.at("at").get<std::int64_t>()}},
                     .deaf = Duration{json.at("deaf").get<std::int64_t>()}};
  } catch (const Json::exception& failure) {
    return Error{Errc::invalid, failure.what()};
  }
}

HeartbeatBook::HeartbeatBook(TimeSource& time, Journal& journal, std::function<void(const std::string&)> trouble)
    : time_(time), journal_(journal), trouble_(std::move(trouble)), deaf_from_(journal.newest()) {}

void HeartbeatBook::wake() {
  if (waker_ != nullptr) waker_->wake();
}

void HeartbeatBook::beat(const std::string& name) {
  heartbeats_.insert_or_assign(name, Heartbeat{.at = time_.now()});
  unwritten_.insert(name);
  wake();
}

Result<std::optional<HeartbeatFacts>> HeartbeatBook::facts(const std::string& name) const {
  const auto found = heartbeats_.find(name);
  if (found != heartbeats_.end())
    return std::optional{HeartbeatFacts{.silence = time_.now() - found->second.at, .deaf = found->second.deaf}};
  if (!loaded_) return Error{Errc::unavailable, "the heartbeats of the last run are still being read"};
  return std::optional<HeartbeatFacts>{};
}

void HeartbeatBook::keep_only(std::set<std::string> names) {
  only_ = std::move(names);
  if (loaded_) forget_others();
}

void HeartbeatBook::forget_others() {
  if (!only_) return;
  for (auto at = heartbeats_.begin(); at != heartbeats_.end();) {
    const bool kept = only_->contains(at->first);
    if (!kept) unwritten_.insert(at->first);
    at = kept ? std::next(at) : heartbeats_.erase(at);
  }
  wake();
}

void HeartbeatBook::take_in(const std::string& name, const std::string& row) {
  auto heartbeat = read_heartbeat_row(row);
  if (!heartbeat) {
    if (trouble_) trouble_("the row of heartbeat " + name + " cannot be read: " + heartbeat.error().message);
    return;
  }
  // A job may have called while nobody was there.
  const Duration missed = time_.now() - std::max(deaf_from_, heartbeat->at);
  heartbeat->deaf += std::max(missed, Duration{});
  if (heartbeats_.try_emplace(name, *heartbeat).second) unwritten_.insert(name);
}

Task<void> HeartbeatBook::load() {
  auto rows = co_await journal_.pairs(std::string(kHeartbeatRows));
  if (!rows && trouble_) trouble_("heartbeats cannot be read, it is tried again: " + rows.error().message);
  while (!rows) {
    const TimePoint next = time_.now() + kReadAgain;
    co_await Sleep(time_, next);
    rows = co_await journal_.pairs(std::string(kHeartbeatRows));
  }
  for (const auto& [key, row] : *rows) take_in(key.substr(kHeartbeatRows.size()), row);
  loaded_ = true;
  forget_others();
}

Task<void> HeartbeatBook::write_down() {
  if (std::exchange(file_, journal_.files_begun()) != journal_.files_begun())
    for (const auto& [name, heartbeat] : heartbeats_) unwritten_.insert(name);
  if (unwritten_.empty()) co_return;
  const auto names = std::exchange(unwritten_, {});
  std::vector<PairToWrite> rows;
  for (const std::string& name : names) {
    const auto found = heartbeats_.find(name);
    rows.emplace_back(std::string(kHeartbeatRows) + name,
                      found == heartbeats_.end() ? std::nullopt : std::optional(heartbeat_row(found->second)));
  }
  const auto written = co_await journal_.put(std::move(rows), Durability::full);
  if (!written) unwritten_.insert(names.begin(), names.end());
  if (!written && writable_ && trouble_)
    trouble_("the journal does not take heartbeats: they count, but not over a restart: " + written.error().message);
  writable_ = written.has_value();
}

Task<void> HeartbeatBook::run() {
  file_ = journal_.files_begun();
  co_await load();
  while (true) {
    const bool writes = !unwritten_.empty();
    co_await write_down();
    const TimePoint soon = time_.now() + (writes ? kBetweenWrites : Duration{});
    co_await Sleep(time_, soon);
    if (writable_ && !unwritten_.empty()) continue;
    Wakeable pause(time_, time_.now() + kWriteAgain);
    waker_ = &pause;
    co_await pause;
    waker_ = nullptr;
  }
}

std::unique_ptr<Fetcher> make_heartbeat_readings(TimeSource& time, const HeartbeatBook& book) {
  return std::make_unique<Readings>(time, book);
}

}  // namespace ballast
