#include "controller/journal/codec.h"

#include <tuple>
#include <utility>

#include "controller/journal/archive.h"

namespace ballast {
namespace {

constexpr std::size_t kSealBytes = 4;

std::string seal(std::string bytes) {
  const std::uint64_t hash = hash_of(bytes);
  for (std::size_t i = 0; i < kSealBytes; ++i) bytes.push_back(static_cast<char>(hash >> (8 * i)));
  return bytes;
}

bool sealed(std::string_view bytes) {
  if (bytes.size() <= kSealBytes) return false;
  const std::uint64_t hash = hash_of(bytes.substr(0, bytes.size() - kSealBytes));
  for (std::size_t i = 0; i < kSealBytes; ++i)
    if (bytes[bytes.size() - kSealBytes + i] != static_cast<char>(hash >> (8 * i))) return false;
  return true;
}

template <class T>
std::string encode_value(const T& value) {
  Writer writer;
  items(writer, kRevision, value);
  return seal(writer.take());
}

template <class T>
Result<T> decode_value(std::string_view bytes, const char* what, std::uint32_t oldest = kRevision) {
  if (!sealed(bytes))
    return Error{Errc::invalid, std::string(what) + " of " + std::to_string(bytes.size()) + " bytes: hash differs"};
  Reader reader(bytes.substr(0, bytes.size() - kSealBytes));
  std::uint32_t revision = 0;
  item(reader, revision);
  if (!reader.ok() || revision < oldest || revision > kRevision)
    return Error{Errc::invalid, std::string(what) + " of revision " + std::to_string(revision) +
                                    ": this Ballast reads revision " + std::to_string(kRevision)};
  T value{};
  item(reader, value);
  if (!reader.at_end()) return Error{Errc::invalid, std::string(what) + ": bytes do not end where it does"};
  return value;
}

/// Of each part by itself, so that a change to one drops one.
constexpr std::uint32_t revision_of(std::string_view part) {
  if (part == "decision" || part == "members") return 6;
  if (part == "status") return 4;
  return part == "watch" ? 3 : 2;
}

template <class... T>
Part part(std::string name, Fingerprint fingerprint, const T&... values) {
  Writer writer;
  items(writer, values...);
  const std::uint32_t revision = revision_of(name);
  return Part{std::move(name), fingerprint, revision, writer.take()};
}

template <class... T>
bool read_part(const Part& part, T&... values) {
  if (part.revision != revision_of(part.name)) return false;
  Reader reader(part.bytes);
  std::tuple<T...> fresh{};  // a part that breaks in its middle leaves nothing behind
  std::apply([&reader](T&... read) { items(reader, read...); }, fresh);
  if (!reader.at_end()) return false;
  std::tie(values...) = std::move(fresh);
  return true;
}

bool take_signal(const Part& part, Memory& memory) {
  SignalMemory signal;
  if (!read_part(part, signal) || signal.fingerprint != part.fingerprint) return false;
  memory.signals.push_back(std::move(signal));
  return true;
}

bool take_watch(const Part& part, Memory& memory) {
  WatchMemory watch;
  if (!read_part(part, watch) || watch.signal != part.fingerprint) return false;
  memory.watches.push_back(watch);
  return true;
}

bool take_names(const Part& part, MemberNames& into) {
  std::vector<MemberName> names;
  MemberId next{1};
  if (!read_part(part, names, next)) return false;
  for (const MemberName& name : names) into.add(name);
  into.reserve(next);
  return true;
}

bool take_part(const Part& part, WorkloadState& state) {
  Memory& memory = state.memory;
  if (part.name == "target") return read_part(part, memory.target, memory.uid, memory.evidence_from);
  if (part.name == "scale") return read_part(part, memory.scale);
  if (part.name == "members") return read_part(part, memory.members);
  if (part.name == "status") return read_part(part, state.status);
  if (part.name == "decision") return read_part(part, state.decision);
  if (part.name == "signal") return take_signal(part, memory);
  if (part.name == "surge") return read_part(part, memory.surge);
  if (part.name == "pools") return read_part(part, memory.pools);
  if (part.name == "alerts") return read_part(part, memory.alerts);
  if (part.name == "sheds") return read_part(part, memory.sheds);
  if (part.name == "watch") return take_watch(part, memory);
  return part.name == "names" && take_names(part, state.names);
}

}  // namespace

std::string encode(const Frame& frame) { return encode_value(frame); }
std::string encode(const Record& record) { return encode_value(record); }
std::string encode(const Snapshot& snapshot) { return encode_value(snapshot); }
std::string encode(const Plan& plan) { return encode_value(plan); }
std::string encode(const Memory& memory) { return encode_value(memory); }
std::string encode(const Observation& observation) { return encode_value(observation); }

Result<Frame> decode_frame(std::string_view bytes) { return decode_value<Frame>(bytes, "frame"); }
Result<Record> decode_record(std::string_view bytes) { return decode_value<Record>(bytes, "record"); }
Result<Snapshot> decode_snapshot(std::string_view bytes) {
  return decode_value<Snapshot>(bytes, "snapshot", kOldestSnapshot);
}
Result<Plan> decode_plan(std::string_view bytes) { return decode_value<Plan>(bytes, "plan"); }
Result<Memory> decode_memory(std::string_view bytes) { return decode_value<Memory>(bytes, "memory"); }
Result<Observation> decode_observation(std::string_view bytes) {
  return decode_value<Observation>(bytes, "observation");
}

std::vector<Part> to_parts(const WorkloadState& state) {
  const Memory& memory = state.memory;
  std::vector<MemberName> names;
  for (const auto& [id, name] : state.names.by_id()) names.push_back(MemberName{id, name});
  std::vector<Part> parts;
  parts.push_back(part("target", 0, memory.target, memory.uid, memory.evidence_from));
  for (const SignalMemory& signal : memory.signals) parts.push_back(part("signal", signal.fingerprint, signal));
  for (const WatchMemory& watch : memory.watches) parts.push_back(part("watch", watch.signal, watch));
  parts.push_back(part("scale", 0, memory.scale));
  parts.push_back(part("surge", 0, memory.surge));
  parts.push_back(part("members", 0, memory.members));
  if (!memory.pools.empty()) parts.push_back(part("pools", 0, memory.pools));
  if (!memory.alerts.empty()) parts.push_back(part("alerts", 0, memory.alerts));
  if (!memory.sheds.empty()) parts.push_back(part("sheds", 0, memory.sheds));
  parts.push_back(part("names", 0, names, state.names.next()));
  parts.push_back(part("status", 0, state.status));
  parts.push_back(part("decision", 0, state.decision));
  return parts;
}

WorkloadState from_parts(const std::vector<Part>& parts, std::uint64_t sequence, std::vector<std::string>& dropped) {
  WorkloadState state;
  state.sequence = sequence;
  for (const Part& part : parts) {
    if (!take_part(part, state)) dropped.push_back(part.name);
  }
  return state;
}

std::uint64_t digest(const Plan& plan, const Memory& memory) {
  Hasher hasher;
  items(hasher, plan, memory);
  return hasher.value();
}

std::uint64_t hash_of(std::string_view bytes) {
  Hasher hasher;
  hasher.text(bytes);
  return hasher.value();
}

}  // namespace ballast
