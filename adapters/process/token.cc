#include "adapters/process/token.h"

#include <fmt/format.h>

#include <array>

#include "core/read_number.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxToken = 512;
constexpr std::size_t kParts = 10;
constexpr std::string_view kForm = "1";

std::optional<std::array<std::string_view, kParts>> split(std::string_view text) {
  std::array<std::string_view, kParts> parts;
  for (std::size_t i = 0; i < kParts; ++i) {
    const std::size_t slash = text.find('/');
    if ((slash == std::string_view::npos) != (i + 1 == kParts)) return std::nullopt;
    parts[i] = text.substr(0, slash);
    if (parts[i].empty()) return std::nullopt;
    text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
  }
  return parts;
}

/// What Ballast calls policies and workers. A token is what any program may have in its environment: its names reach
/// paths of files and the terminals of people.
bool is_name(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

std::string to_string(const WorkerToken& token) {
  return fmt::format("{}/{}/{}/{}/{}/{}/{:x}/{}/{}/{}", kForm, token.scope, token.policy_namespace, token.policy,
                     token.name, token.port, token.generation, token.started.time_since_epoch().count(), token.pid,
                     token.start_ticks);
}

std::optional<WorkerToken> parse_token(std::string_view text) {
  if (text.size() > kMaxToken) return std::nullopt;
  const auto parts = split(text);
  if (!parts || (*parts)[0] != kForm) return std::nullopt;
  if (!is_name((*parts)[2]) || !is_name((*parts)[3]) || !is_name((*parts)[4])) return std::nullopt;
  WorkerToken token{.scope = std::string((*parts)[1]),
                    .policy_namespace = std::string((*parts)[2]),
                    .policy = std::string((*parts)[3]),
                    .name = std::string((*parts)[4])};
  std::int64_t started = 0;
  if (!read_number((*parts)[5], token.port) || !read_number((*parts)[6], token.generation, 16) ||
      !read_number((*parts)[7], started) || !read_number((*parts)[8], token.pid) ||
      !read_number((*parts)[9], token.start_ticks))
    return std::nullopt;
  token.started = TimePoint{Duration{started}};
  return token;
}

std::optional<std::string_view> find_variable(std::string_view block, std::string_view name) {
  while (!block.empty()) {
    const std::string_view entry = block.substr(0, block.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return entry.substr(name.size() + 1);
    block.remove_prefix(std::min(block.size(), entry.size() + 1));
  }
  return std::nullopt;
}

std::optional<std::int64_t> number_of(std::string_view name, std::string_view policy) {
  if (name.size() <= policy.size() + 1 || !name.starts_with(policy) || name[policy.size()] != '-') return std::nullopt;
  const std::string_view digits = name.substr(policy.size() + 1);
  std::int64_t number = 0;
  if (digits.front() == '-' || !read_number(digits, number)) return std::nullopt;
  return number;
}

}  // namespace ballast
