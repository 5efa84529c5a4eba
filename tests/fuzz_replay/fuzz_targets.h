// The targets of tests/fuzz in one program, each with a name of its own for libFuzzer's one entry point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ballast {

struct FuzzTarget {
  const char* name;
  int (*run)(const std::uint8_t* bytes, std::size_t size);
};

/// One per file of tests/fuzz; CMake writes the list.
std::span<const FuzzTarget> fuzz_targets();

}  // namespace ballast
