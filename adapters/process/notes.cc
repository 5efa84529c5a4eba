#include "adapters/process/notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "formats/duration.h"

namespace ballast {
namespace {

std::string mebibytes(std::int64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

/// Whole seconds, or milliseconds below one.
std::string rounded(Duration span) {
  const Duration unit =
      span < std::chrono::seconds{1} ? Duration{std::chrono::milliseconds{1}} : std::chrono::seconds{1};
  return format_duration(span / unit * unit);
}

/// Empty: all is well with it by now.
std::string problem_of(const Slot& slot, TimePoint now, bool is_retried) {
  if (slot.worker && slot.worker->state == MemberState::ready) return {};
  if (slot.problem.empty() || slot.worker || now >= slot.retry_at || !is_retried) return slot.problem;
  // Rounded up: "next try in 0s" says nothing.
  return fmt::format("{}; next try in {}", slot.problem, rounded(slot.retry_at - now + std::chrono::milliseconds{999}));
}

}  // namespace

std::string port_shortage(PortRange range, const std::set<std::uint16_t>& occupied) {
  const std::string others =
      occupied.empty() ? "workers have them all" : fmt::format("other programs have {}", fmt::join(occupied, ", "));
  return fmt::format("no port of {}-{} is free: {}; widen scaleTarget.process.ports", range.first, range.last, others);
}

std::string memory_shortage(const MemoryNeeds& needs) {
  return fmt::format(
      "host reserve: a worker needs {}, {} are available and {} of them reserved; lower hostReserve.memory, "
      "memoryMax or maxReplicas",
      mebibytes(needs.per_worker), mebibytes(needs.available), mebibytes(needs.reserve));
}

std::string death_note(const Worker& worker, const std::optional<Ending>& ending, const std::string& log,
                       TimePoint now) {
  const std::string& name = worker.token.name;
  if (!worker.start_failure.empty()) return fmt::format("{} could not be started: {}", name, worker.start_failure);
  if (!worker.condemned.empty()) return fmt::format("{} was stopped: {}", name, worker.condemned);
  return fmt::format("{} {} after {}, see {}", name, ending ? to_string(*ending) : std::string("ended"),
                     rounded(now - worker.started), log);
}

std::string compose_note(const std::vector<Slot>& slots, Fingerprint generation, const std::string& shortage,
                         const std::string& failure, TimePoint now, const std::string& hands_off) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> parts;
  const auto add = [&parts](std::string part) {
    if (!part.empty() && parts.size() < kMost && std::ranges::find(parts, part) == parts.end())
      parts.push_back(std::move(part));
  };
  add(failure);
  const bool acts = hands_off.empty();
  const auto waiting = std::ranges::count_if(slots, [now, acts](const Slot& slot) {
    return !slot.worker && !slot.leaving && (now >= slot.retry_at || !acts);
  });
  const std::string& why = acts ? shortage : hands_off;
  if (!why.empty() && waiting > 0) add(fmt::format("{} not started: {}", waiting, why));
  const auto older = std::ranges::count_if(
      slots, [generation](const Slot& slot) { return slot.worker && slot.worker->token.generation != generation; });
  if (older > 0) add(fmt::format("{} run with an older version of the document, until they are replaced", older));
  for (const Slot& slot : slots) add(problem_of(slot, now, acts));
  return fmt::format("{}", fmt::join(parts, ". "));
}

}  // namespace ballast
