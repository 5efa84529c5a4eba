#include "controller/engine/told_notes.h"

#include <cstddef>

namespace ballast {
namespace {

constexpr std::size_t kMost = 32;

std::string without_numbers(std::string_view note) {
  std::string text;
  for (const char c : note) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) text += c;
    if (digit && !text.ends_with('#')) text += '#';
  }
  return text;
}

}  // namespace

bool ToldNotes::is_news(std::string_view note) {
  if (note.empty()) {
    told_ = {};
    return false;
  }
  if (told_->size() == kMost) told_ = {};
  return told_.edit().insert(without_numbers(note)).second;
}

}  // namespace ballast
