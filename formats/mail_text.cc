#include "formats/mail_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace ballast {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kCut = "\xE2\x80\xA6";          // …
constexpr std::size_t kMaxLine = 76;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 1;  ///< bytes
  bool valid = false;
};

/// The first one of what is not empty. Source: RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
Character first_of(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  if (first < 0xc2 || first > 0xf4) return {};
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (text.size() < size) return {};
  std::uint32_t code = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fU);
  }
  if (code < kLeast[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
  return {code, size, true};
}

/// C0, C1, DEL, the separators of lines and paragraphs, and what turns the direction of what follows.
bool is_unseen(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

/// What stands for the character `bytes` in clean text.
std::string_view cleaned(const Character& character, std::string_view bytes, bool keep_lines) {
  if (!character.valid) return kReplacement;
  if (keep_lines && character.code == '\r') return "";
  const bool layout = character.code == '\n' || character.code == '\t';
  if (is_unseen(character.code) && !(keep_lines && layout)) return " ";
  return bytes;
}

std::string clean(std::string_view text, std::size_t bytes, bool keep_lines) {
  std::string result;
  std::size_t fits = 0;  // so much of it leaves room for the mark of a cut
  while (!text.empty()) {
    const Character character = first_of(text);
    const std::string_view put = cleaned(character, text.substr(0, character.size), keep_lines);
    text.remove_prefix(character.size);
    if (!keep_lines && put == " " && (result.empty() || result.back() == ' ')) continue;
    if (result.size() + kCut.size() <= bytes) fits = result.size();
    if (result.size() + put.size() > bytes) return result.substr(0, fits).append(kCut);
    result += put;
  }
  while (!keep_lines && result.ends_with(' ')) result.pop_back();
  return result;
}

/// `=C3` for each byte.
std::string hex(std::string_view bytes) {
  std::string result;
  for (const char c : bytes) result += fmt::format("={:02X}", static_cast<unsigned char>(c));
  return result;
}

/// What needs no encoding and can be folded at its blanks.
bool is_plain(std::string_view text) {
  constexpr std::size_t kLongestWord = 44;
  std::size_t word = 0;
  for (const char c : text) {
    word = c == ' ' ? 0 : word + 1;
    if (c < ' ' || c > '~' || word > kLongestWord) return false;
  }
  return text.find("=?") == std::string_view::npos;
}

std::string folded(std::string_view name, std::string_view value) {
  std::string result = fmt::format("{}:", name);
  std::size_t column = result.size();
  while (!value.empty()) {
    const std::string_view word = value.substr(0, value.find(' '));
    value.remove_prefix(std::min(word.size() + 1, value.size()));
    if (column + 1 + word.size() > kMaxLine) {
      result += "\r\n";
      column = 0;
    }
    result += ' ';
    result += word;
    column += 1 + word.size();
  }
  return result + "\r\n";
}

/// One character in a word of RFC 2047. Source: its section 5 (3), the narrowest set, which is right everywhere.
std::string q_encoded(std::string_view character) {
  constexpr std::string_view kPlain = "!*+-/";
  if (character == " ") return "_";
  const bool plain = character.size() == 1 && (is_alnum(character[0]) || kPlain.find(character[0]) != kPlain.npos);
  return plain ? std::string(character) : hex(character);
}

/// Words of whole characters, one a line; readers drop the line ends and blanks between them.
std::string encoded(std::string_view name, std::string_view value) {
  constexpr std::string_view kOpen = "=?UTF-8?Q?";
  constexpr std::string_view kClose = "?=";
  const std::size_t room = kMaxLine - name.size() - 2 - kOpen.size() - kClose.size();
  std::string result = fmt::format("{}: {}", name, kOpen);
  std::size_t used = 0;
  while (!value.empty()) {
    const std::string_view character = value.substr(0, first_of(value).size);
    const std::string put = q_encoded(character);
    value.remove_prefix(character.size());
    if (used + put.size() > room) {
      result += fmt::format("{}\r\n {}", kClose, kOpen);
      used = 0;
    }
    result += put;
    used += put.size();
  }
  return fmt::format("{}{}\r\n", result, kClose);
}

/// Dots stand between other characters: `a.b`.
bool is_dotted(std::string_view text, std::string_view beside_letters) {
  const auto allowed = [&](char c) { return c == '.' || is_alnum(c) || beside_letters.find(c) != beside_letters.npos; };
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == text.npos &&
         std::ranges::all_of(text, allowed);
}

std::string_view html_entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return "";
  }
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes) { return clean(text, bytes, false); }
std::string many_lines(std::string_view text, std::size_t bytes) { return clean(text, bytes, true); }

std::string mail_header(std::string_view name, std::string_view value) {
  constexpr std::size_t kMaxValue = 2000;
  const std::string text = one_line(value, kMaxValue);
  return is_plain(text) ? folded(name, text) : encoded(name, text);
}

std::string address_header(std::string_view name, std::span<const std::string> items) {
  std::string list;
  for (const std::string& item : items)
    if (is_mail_address(item)) list += list.empty() ? item : ",\r\n " + item;
  return fmt::format("{}: {}\r\n", name, list);
}

bool is_mail_address(std::string_view text) {
  constexpr std::size_t kMaxAddress = 254;  // RFC 3696, erratum 1690
  constexpr std::size_t kMaxLocal = 64;     // RFC 5321, 4.5.3.1.1
  constexpr std::string_view kAtoms = "!#$%&'*+-/=?^_`{|}~";
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || text.size() > kMaxAddress || at > kMaxLocal) return false;
  return is_dotted(text.substr(0, at), kAtoms) && is_dotted(text.substr(at + 1), "-");
}

std::string quoted_printable(std::string_view text) {
  std::string result;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      result += "\r\n";
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';  // blanks there get lost on the way
    const bool plain = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !last);
    const std::string put = plain ? std::string(1, c) : hex({&c, 1});
    if (column + put.size() > kMaxLine - 1) {
      result += "=\r\n";
      column = 0;
    }
    result += put;
    column += put.size();
  }
  return column == 0 ? result : result + "\r\n";
}

std::string html_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const std::string_view entity = html_entity(c);
    if (entity.empty())
      result += c;
    else
      result += entity;
  }
  return result;
}

}  // namespace ballast
