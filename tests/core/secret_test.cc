// What a secret refuses to do is checked when this compiles; what it leaves behind, when it runs.
#include "core/secret.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>

#include <concepts>
#include <cstring>
#include <new>
#include <sstream>
#include <string>
#include <utility>

namespace ballast {
namespace {

using Hidden = Secret<std::string>;

template <class T>
concept Comparable = requires(const T& a, const T& b) { a == b; };
template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::copyable<Hidden> && std::movable<Hidden>);
static_assert(!Comparable<Hidden> && !Printable<Hidden>);
static_assert(!fmt::is_formattable<Hidden>::value);
static_assert(!std::convertible_to<Hidden, std::string>);

/// Whether the bytes are somewhere in this memory.
template <std::size_t size>
bool holds(const unsigned char (&memory)[size], const std::string& word) {
  for (std::size_t i = 0; i + word.size() <= size; ++i)
    if (std::memcmp(memory + i, word.data(), word.size()) == 0) return true;
  return false;
}

TEST(Secret, LeavesNoBytesWhereItWasAndWhereItWasMovedFrom) {
  alignas(Hidden) unsigned char first[sizeof(Hidden)] = {};
  alignas(Hidden) unsigned char second[sizeof(Hidden)] = {};
  const std::string word = "canary-3f9";  // short: it lives inside the string object itself
  auto* const a = new (first) Hidden(std::string{word});
  EXPECT_TRUE(holds(first, word));
  auto* const b = new (second) Hidden(std::move(*a));
  EXPECT_EQ(b->reveal(), word);
  EXPECT_FALSE(holds(first, word));
  a->~Hidden();
  b->~Hidden();
  EXPECT_FALSE(holds(second, word));
}

TEST(Secret, WipesLongTextsOnTheHeapBeforeTheyAreFreed) {
  std::string text(200, 'x');
  const char* const bytes = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), bytes);  // still owned: it may be looked at
  for (std::size_t i = 0; i < 200; ++i) ASSERT_EQ(bytes[i], 0) << i;
}

TEST(Secret, TakesTheValueOfAnother) {
  Hidden a(std::string("one"));
  Hidden b(std::string("two"));
  a = std::move(b);
  EXPECT_EQ(a.reveal(), "two");
}

}  // namespace
}  // namespace ballast
