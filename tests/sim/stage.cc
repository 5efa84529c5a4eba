// What outlives a controller: when it dies, and what a call meets.
#include <stdexcept>

#include "tests/sim/canary.h"
#include "tests/sim/fakes.h"

namespace ballast::sim {

void Stage::kill() {
  killed = true;
  if (!disk.crashed()) disk.crash_now();
}

bool Stage::begin_call() {
  if (dead()) return false;
  ++calls;
  if (crash && crash->where == Crash::Where::before_call && crash->number == calls) kill();
  return !dead();
}

void Stage::end_call() {
  last_action = now();
  seen_before_action = last_look;
  if (!crash || crash->number != calls) return;
  if (crash->where == Crash::Where::after_without_reply) kill();
  if (crash->where != Crash::Where::after_call) return;
  dies_next = true;
  disk.crash_at(disk.points() + 1, false);
}

const Trouble* Stage::strike(Target target, const std::string& signal, std::size_t service) {
  const Trouble* trouble = faults.now(target, now(), signal, service);
  if (trouble == nullptr) return nullptr;
  const int every = trouble->fault == Fault::mishap ? trouble->mishap.every : 1;
  if (calls_on[target]++ % every != 0) return nullptr;
  ++struck;
  return trouble;
}

Time Stage::delay(const Trouble* trouble) {
  if (trouble == nullptr) return 0;
  if (trouble->fault == Fault::slow) return 1.895;
  if (trouble->fault != Fault::mishap) return 0;
  const Mishap& mishap = trouble->mishap;
  return mishap.takes + (mishap.jitter > 0 ? chance.real(0, mishap.jitter) : 0);
}

void Stage::blow_up() {
  if (bugs.contains(Bug::throw_ends_all)) kill();
  throw std::out_of_range("an index past the end");
}

void Stage::show(std::string_view where, const std::string& text) {
  if (holds_canary(text)) leaks.push_back(std::string(where) + ": " + text.substr(0, 200));
}

}  // namespace ballast::sim
