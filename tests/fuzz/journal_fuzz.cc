// Any bytes as a text of the journal. The first byte picks what. Twice: as they are, which the hash refuses, and behind
// a right hash and revision, as if a writer of another kind had made them. What is read is a value like any other:
// written, it reads back as the same, in the same bytes from then on.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "controller/journal/bytes.h"
#include "controller/journal/codec.h"

namespace {

using namespace ballast;

/// Revision in front, hash behind (codec.h).
std::string sealed(std::string_view body) {
  static_assert(kRevision < 0x80);
  std::string bytes(1, static_cast<char>(kRevision));
  bytes += body;
  const std::uint64_t hash = hash_of(bytes);
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(hash >> (8 * i)));
  return bytes;
}

template <class T>
void check(std::string_view body, Result<T> (*decode)(std::string_view)) {
  if (const auto value = decode(body); !value && value.error().message.empty()) std::abort();
  const auto value = decode(sealed(body));
  if (!value) return;
  const std::string written = encode(*value);
  const auto again = decode(written);
  // Compared as bytes: a number that is none differs from itself.
  if (!again || encode(*again) != written) std::abort();
}

/// A state that came out of any parts is a state like any other.
void check_state(const std::vector<Part>& parts) {
  std::vector<std::string> dropped;
  const WorkloadState state = from_parts(parts, 7, dropped);
  if (dropped.size() > parts.size() || state.sequence != 7) std::abort();
  const std::vector<Part> written = to_parts(state);
  std::vector<std::string> none;
  if (to_parts(from_parts(written, 7, none)) != written || !none.empty()) std::abort();
}

/// The bytes as a part of a snapshot: its name and revision by the first two.
void check_part(std::string_view body) {
  constexpr std::string_view kNames[] = {"target",  "signal", "watch",  "scale",    "surge",
                                         "members", "names",  "status", "decision", "future"};
  if (body.size() < 2) return;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(body[i]); };
  const std::string_view rest = body.substr(2);
  const Fingerprint fingerprint = Reader{rest}.number();  // signals and watches begin with their own
  const Part part{std::string{kNames[byte(0) % 10]}, fingerprint, byte(1) % 4U, std::string{rest}};
  check_state({part, part});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  switch (bytes[0] % 7) {
    case 0:
      check(body, decode_frame);
      break;
    case 1:
      check(body, decode_record);
      break;
    case 2:
      check(body, decode_snapshot);
      if (const auto snapshot = decode_snapshot(sealed(body))) check_state(snapshot->parts);
      break;
    case 3:
      check(body, decode_plan);
      break;
    case 4:
      check(body, decode_memory);
      break;
    case 5:
      check(body, decode_observation);
      break;
    default:
      check_part(body);
  }
  return 0;
}
