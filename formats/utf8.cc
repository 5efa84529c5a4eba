#include "formats/utf8.h"

#include <algorithm>
#include <array>

namespace ballast {
namespace {

constexpr std::string_view kReplacementBytes = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

struct Form {
  unsigned char mask;
  unsigned char mark;
  std::size_t bytes;
  char32_t least;  ///< what is smaller has a shorter form
};
constexpr std::array kForms{Form{0x80, 0x00, 1, 0}, Form{0xe0, 0xc0, 2, 0x80}, Form{0xf0, 0xe0, 3, 0x800},
                            Form{0xf8, 0xf0, 4, 0x10000}};

bool is_character(char32_t value) { return value <= 0x10ffff && (value < 0xd800 || value > 0xdfff); }

/// C0, DEL and C1.
bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7f && value < 0xa0); }

/// Embeddings, overrides and isolates (Unicode annex 9), and the two separators that break lines.
bool turns_text(char32_t value) {
  return (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069) || value == 0x200e ||
         value == 0x200f || value == 0x061c;
}

std::string_view entity_of(std::string_view bytes) {
  if (bytes == "&") return "&amp;";
  if (bytes == "<") return "&lt;";
  return bytes == ">" ? "&gt;" : bytes;
}

/// An entity is as long as its bytes.
std::size_t shown_length(std::string_view bytes) {
  const std::string_view shown = entity_of(bytes);
  return shown == bytes ? 1 : shown.size();
}

/// Calls `use` with each code point and its bytes, valid ones; stops when it says so.
template <class Use>
void walk(std::string_view text, Use use) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const bool broken = point.value == kReplacement && point.bytes == 1;
    if (!use(point.value, broken ? kReplacementBytes : text.substr(0, point.bytes))) return;
    text.remove_prefix(point.bytes);
  }
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const auto* const form = std::ranges::find_if(kForms, [&](const Form& f) { return (first & f.mask) == f.mark; });
  if (form == kForms.end() || text.size() < form->bytes) return {};
  char32_t value = first & static_cast<unsigned char>(~form->mask);
  for (std::size_t i = 1; i < form->bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80) return {};
    value = value << 6U | (next & 0x3fU);
  }
  if (value < form->least || !is_character(value)) return {};
  return {value, form->bytes};
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  walk(text, [&](char32_t, std::string_view) {
    ++count;
    return true;
  });
  return count;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  walk(text, [&](char32_t, std::string_view bytes) {
    result += bytes;
    return true;
  });
  return result;
}

std::string one_line(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  walk(text, [&](char32_t value, std::string_view bytes) {
    if (value == '\n' || value == '\r' || value == '\t')
      result += ' ';
    else if (!is_control(value) && !turns_text(value))
      result += bytes;
    return true;
  });
  return result;
}

std::string escape_markup(std::string_view text, std::size_t most) {
  std::string result;
  std::size_t length = 0;
  std::size_t room = 0;  ///< bytes of the result after which an ellipsis still fits
  bool fits = true;
  walk(text, [&](char32_t, std::string_view bytes) {
    length += shown_length(bytes);
    fits = length <= most;
    if (fits) result += entity_of(bytes);
    if (length < most) room = result.size();
    return fits;
  });
  if (fits) return result;
  result.resize(room);
  return result += kEllipsis;
}

}  // namespace ballast
