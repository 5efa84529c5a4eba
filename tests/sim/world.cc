#include "tests/sim/world.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace ballast::sim {
namespace {

/// One that its pool gives nothing: another one than one that has not joined yet.
bool is_out(const WorldMember& member) { return member.left_pool || (member.in_pool_since && member.weight == 0); }

}  // namespace

double Demand::at(Time t) const {
  if (points.empty()) return 0;
  if (t <= points.front().first) return points.front().second;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& [t0, v0] = points[i - 1];
    const auto& [t1, v1] = points[i];
    if (t <= t1) return t1 > t0 ? v0 + (v1 - v0) * (t - t0) / (t1 - t0) : v1;
  }
  return points.back().second;
}

double World::mean_let_in(Time from, Time to) const {
  const int pieces = std::max(1, static_cast<int>((to - from) * 2));
  const Time piece = (to - from) / pieces;
  double sum = 0;
  for (int i = 0; i < pieces; ++i) sum += let_in_at(from + (i + 0.5) * piece);
  return sum / pieces;
}

World::World(WorldOptions options) : options_(std::move(options)), chance_(options_.seed * 2 + 1) {
  for (std::int32_t i = 0; i < options_.initial_members; ++i) {
    start_member();
    WorldMember& member = std::prev(members_.end())->second;
    member.ready_at = 0;
    if (options_.has_pool) set_weight(member.name, 100);
  }
  told_ = options_.initial_members;
}

void World::add(Event event) {
  event.at = now_;
  events_.push_back(std::move(event));
}

void World::advance(Time t) {
  constexpr Time kStep = 0.5;
  while (now_ < t) {
    const Time dt = std::min(kStep, t - now_);
    now_ += dt;
    step(dt);
  }
}

void World::step(Time dt) {
  std::vector<WorldMember*> serving;
  for (auto& [name, member] : members_) {
    const bool alive = !member.failed_at && member.ready_at <= now_;
    const bool gets_work = alive && (options_.has_pool ? member.in_pool_since && member.weight > 0 : true);
    if (gets_work) serving.push_back(&member);
    if (!gets_work && member.in_flight > 0 && now_ - member.weight_zero_since >= options_.finish_time)
      member.in_flight = 0;
  }
  serve(serving, dt);
}

double World::capacity_of(const WorldMember& member) const {
  return is_sick(member) && member.sickness == Sickness::slow ? options_.capacity / 10 : options_.capacity;
}

void World::serve(const std::vector<WorldMember*>& serving, Time dt) {
  constexpr Time kAnswer = 0.1;
  double capacity = 0;
  double weights = 0;
  for (const WorldMember* member : serving) {
    capacity += capacity_of(*member);
    weights += member->weight;
  }
  const double let_in = let_in_at(now_);
  backlog_ += let_in * dt;
  requests_ += let_in * dt;
  refused_ += (load() - let_in) * dt;
  const double served = std::min(backlog_, capacity * dt);
  backlog_ -= served;
  backlog_ = std::min(backlog_, load() * 30 + 100);  // callers give up
  if (!options_.has_pool) return;  // a worker without a pool finishes what it took when it is told to stop
  for (WorldMember* member : serving) {
    member->in_flight = std::ceil(served / dt / static_cast<double>(serving.size()) * kAnswer);
    const double share = std::min(served * member->weight / weights, capacity_of(*member) * dt);
    const bool sick = is_sick(*member);
    member->answered += share;
    if (sick && member->sickness == Sickness::fails) member->failed += share;
    member->answering += share * (sick && member->sickness == Sickness::slow ? 10 * kAnswer : kAnswer);
  }
}

void World::shed(std::int32_t percent) {
  const std::int32_t before = shed_at(now_);
  if (percent == before) return;
  add({.kind = Event::Kind::shed, .before = before, .after = percent});
  sheds_.emplace_back(now_, percent);
}

std::int32_t World::shed_at(Time t) const {
  for (auto at = sheds_.rbegin(); at != sheds_.rend(); ++at)
    if (at->first <= t) return at->second;
  return 0;
}

void World::reset_counters() {
  requests_ = 0;
  for (auto& [name, member] : members_) member.answered = member.failed = member.answering = 0;
}

void World::sicken(Sickness how, std::int32_t count, Time until) {
  std::vector<WorldMember*> well;
  for (auto& [name, member] : members_)
    if (member.ready_at <= now_ && member.weight > 0 && !is_sick(member)) well.push_back(&member);
  for (; count > 0 && !well.empty(); --count) {
    const auto at = static_cast<std::ptrdiff_t>(chance_.next() % well.size());
    WorldMember& member = *well[static_cast<std::size_t>(at)];
    well.erase(well.begin() + at);
    member.sickness = how;
    member.sick_until = until;
    add({.kind = Event::Kind::sickened, .member = member.name, .after = static_cast<std::int32_t>(until)});
  }
}

double World::utilization() const {
  const auto ready = std::ranges::count_if(members_, [&](const auto& entry) { return entry.second.ready_at <= now_; });
  return 100 * let_in_at(now_) / (options_.capacity * std::max(1.0, static_cast<double>(ready)));
}

std::vector<std::pair<std::string, double>> World::utilizations() const {
  std::vector<std::pair<std::string, double>> each;
  for (const auto& [name, member] : members_)
    each.emplace_back(name, member.ready_at <= now_ ? utilization() : options_.start_burn);
  return each;
}

std::int32_t World::serving() const {
  return static_cast<std::int32_t>(std::ranges::count_if(members_, [&](const auto& entry) {
    const WorldMember& member = entry.second;
    return !member.failed_at && (!options_.has_pool || !is_out(member));
  }));
}

void World::start_member() {
  WorldMember member{.name = "m-" + std::to_string(1000 + next_name_++), .started = now_};
  const double share = static_cast<double>(chance_.next() % 1000) / 1000.0;
  member.ready_at = now_ + options_.start_delay_min + share * (options_.start_delay_max - options_.start_delay_min);
  add({.kind = Event::Kind::member_started, .member = member.name});
  members_.emplace(member.name, member);
}

void World::stop_member(const std::string& name) {
  const auto at = members_.find(name);
  if (at == members_.end()) return;
  if (at->second.in_pool_since) set_weight(name, std::nullopt);
  if (at->second.in_flight > 0) {
    lost_ += at->second.in_flight;
    add({.kind = Event::Kind::request_lost, .member = name, .lost = at->second.in_flight});
  }
  add({.kind = Event::Kind::member_stopped, .member = name});
  members_.erase(at);
}

void World::scale(std::int32_t total, const std::vector<std::string>& remove) {
  Event event{.kind = Event::Kind::scaled, .before = told_, .after = total};
  for (const auto& [name, member] : members_)
    if (is_out(member) && std::ranges::find(remove, name) == remove.end()) ++event.draining;
  add(event);
  told_ = total;
  ++version_;
  for (const std::string& name : remove) stop_member(name);
  while (static_cast<std::int32_t>(members_.size()) < total) start_member();
  if (options_.chooses_members) return;
  while (static_cast<std::int32_t>(members_.size()) > total) {
    // A Deployment takes its own pick, and drains by itself.
    WorldMember& member = std::prev(members_.end())->second;
    member.in_flight = 0;
    stop_member(member.name);
  }
}

void World::tell_by_hand(std::int32_t total) {
  const std::size_t at = events_.size();
  scale(total, {});
  events_[at].kind = Event::Kind::meddled;
}

void World::take_out_by_hand() {
  for (auto& [name, member] : members_) {
    if (member.ready_at > now_ || member.weight == 0 || member.by_hand) continue;
    add({.kind = Event::Kind::meddled, .member = name, .before = member.weight});
    member.by_hand = true;
    member.weight = 0;
    member.weight_zero_since = now_;
    return;
  }
}

void World::give_back() {
  for (auto& [name, member] : members_) {
    if (!member.by_hand) continue;
    add({.kind = Event::Kind::meddled, .member = name, .before = member.weight, .after = 100});
    member.by_hand = false;
    member.weight = 100;
  }
}

void World::fail_one() {
  if (members_.empty()) return;
  const auto at = std::next(members_.begin(), static_cast<std::ptrdiff_t>(chance_.next() % members_.size()));
  const std::string name = at->first;
  add({.kind = Event::Kind::member_failed, .member = name});
  at->second.in_flight = 0;  // what it had is lost by its own death
  if (at->second.in_pool_since) set_weight(name, std::nullopt);
  members_.erase(name);
  while (static_cast<std::int32_t>(members_.size()) < told_) start_member();
}

void World::set_weight(const std::string& name, std::optional<std::int32_t> weight) {
  const auto at = members_.find(name);
  if (at == members_.end()) return;
  WorldMember& member = at->second;
  const std::int32_t before = member.in_pool_since ? member.weight : -1;
  const std::int32_t after = weight.value_or(-1);
  if (before == after) return;
  add({.kind = Event::Kind::weight_changed,
       .member = name,
       .before = before,
       .after = after,
       .sick_until = member.sick_until});
  if (after <= 0 && before > 0) member.weight_zero_since = now_;
  if (!weight && member.in_flight > 0 && members_.size() > 1 && !member.failed_at) {
    lost_ += member.in_flight;
    add({.kind = Event::Kind::request_lost, .member = name, .lost = member.in_flight});
    member.in_flight = 0;
  }
  member.weight = weight.value_or(0);
  if (weight && !member.in_pool_since) member.in_pool_since = now_;
  member.left_pool = !weight;
  if (!weight) member.in_pool_since.reset();
}

std::uint64_t World::digest() const {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 1099511628211ULL; };
  for (const Event& event : events_) {
    mix(static_cast<std::uint64_t>(event.kind));
    mix(static_cast<std::uint64_t>(std::llround(event.at * 1e6)));
    mix(static_cast<std::uint64_t>(event.before + 2));
    mix(static_cast<std::uint64_t>(event.after + 2));
    for (const char c : event.member) mix(static_cast<unsigned char>(c));
  }
  mix(deliveries_.size());
  return hash;
}

}  // namespace ballast::sim
