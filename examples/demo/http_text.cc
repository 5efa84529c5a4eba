#include "examples/demo/http_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace ballast_demo {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// A head and what its headers say about what follows it.
struct Head {
  Progress progress = Progress::more;
  std::string_view text{};
  std::optional<std::size_t> content_length{};
  bool keep_alive = true;
};

Head parse_head(std::string_view bytes, bool is_http_1_0) {
  Head head;
  const auto end = bytes.substr(0, kMaxHead).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    head.progress = bytes.size() >= kMaxHead ? Progress::bad : Progress::more;
    return head;
  }
  head.progress = Progress::done;
  head.text = bytes.substr(0, end + 4);
  const auto connection = header_in(head.text, "connection");
  head.keep_alive = is_http_1_0 ? same_word(connection, "keep-alive") : !same_word(connection, "close");
  if (!header_in(head.text, "transfer-encoding").empty()) head.progress = Progress::bad;
  if (const auto text = header_in(head.text, "content-length"); !text.empty()) {
    std::size_t length = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (failed != std::errc{} || stop != text.data() + text.size() || length > (1U << 20))
      head.progress = Progress::bad;
    head.content_length = length;
  }
  return head;
}

}  // namespace

std::string_view header_in(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !same_word(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    return value;
  }
  return {};
}

RequestText parse_request(std::string_view bytes) {
  RequestText request;
  const auto line = bytes.substr(0, bytes.find("\r\n"));
  const Head head = parse_head(bytes, line.ends_with("HTTP/1.0"));
  request.progress = head.progress;
  if (head.progress != Progress::done) return request;
  const auto space = line.find(' ');
  const auto last = line.rfind(" HTTP/1.");
  if (space == std::string_view::npos || last == std::string_view::npos || last <= space) {
    request.progress = Progress::bad;
    return request;
  }
  request.target = line.substr(space + 1, last - space - 1);
  request.keep_alive = head.keep_alive;
  request.size = head.text.size() + head.content_length.value_or(0);
  request.head = head.text;
  request.body = bytes.substr(0, request.size).substr(head.text.size());
  if (bytes.size() < request.size) request.progress = Progress::more;
  return request;
}

AnswerText parse_answer(std::string_view bytes, bool closed) {
  AnswerText answer;
  const Head head = parse_head(bytes, bytes.starts_with("HTTP/1.0"));
  answer.progress = head.progress;
  if (head.progress != Progress::done) {
    if (closed) answer.progress = Progress::bad;
    return answer;
  }
  const auto digits = bytes.substr(std::min<std::size_t>(9, bytes.size()), 3);
  const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), answer.status);
  if (!bytes.starts_with("HTTP/1.") || failed != std::errc{} || stop != digits.data() + 3) {
    answer.progress = Progress::bad;
    return answer;
  }
  answer.keep_alive = head.keep_alive && head.content_length && !closed;
  answer.size = head.content_length ? head.text.size() + *head.content_length : bytes.size();
  const bool whole = head.content_length ? bytes.size() >= answer.size : closed;
  if (!whole) answer.progress = closed ? Progress::bad : Progress::more;
  return answer;
}

}  // namespace ballast_demo
