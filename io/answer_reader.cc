#include "io/answer_reader.h"

#include <fmt/format.h>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <utility>

namespace ballast {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kMaxLine = 65536;  // of what the parser cannot yet use: a chunk's first line
constexpr int kMaxInterim = 8;

}  // namespace

struct AnswerReader::State {
  bool head = false;
  std::size_t header_bytes = 0;
  std::int64_t body_bytes = 0;
  std::optional<Parser> parser{};
  std::string unused{};
  std::string retry_after{};
  int interim = 0;

  void begin() {
    parser.emplace();
    parser->eager(false);  // Beast 1.74 forgets `body_limit` of an eager parser when header and body come together
    parser->skip(head);
    parser->header_limit(static_cast<std::uint32_t>(header_bytes));
    parser->body_limit(static_cast<std::uint64_t>(body_bytes));
  }
  [[nodiscard]] bool is_interim() const { return parser->get().result_int() < 200; }
  [[nodiscard]] Error problem(const boost::system::error_code& failed) const {
    if (failed == http::error::body_limit)
      return {Errc::invalid, fmt::format("the answer is above its limit of {} bytes", body_bytes)};
    if (failed == http::error::header_limit)
      return {Errc::invalid, fmt::format("the header of the answer is above its limit of {} bytes", header_bytes)};
    return {Errc::invalid, "malformed answer: " + failed.message()};
  }
};

AnswerReader::AnswerReader(bool head, std::size_t header_bytes, std::int64_t body_bytes)
    : state_(std::make_unique<State>()) {
  state_->head = head;
  state_->header_bytes = header_bytes;
  state_->body_bytes = body_bytes;
  state_->begin();
}
AnswerReader::~AnswerReader() = default;

Result<Done> AnswerReader::feed(std::string_view bytes) {
  State& state = *state_;
  state.unused.append(bytes);
  std::string_view rest = state.unused;
  boost::system::error_code failed;
  while (!rest.empty() && !failed && !state.parser->is_done()) {
    rest.remove_prefix(state.parser->put(boost::asio::buffer(rest), failed));
    if (failed || !state.parser->is_done() || !state.is_interim()) continue;
    if (++state.interim > kMaxInterim)
      return Error{Errc::invalid, fmt::format("more than {} interim answers", kMaxInterim)};
    state.begin();
  }
  state.unused.erase(0, state.unused.size() - rest.size());
  if (failed && failed != http::error::need_more) return state.problem(failed);
  if (state.unused.size() > kMaxLine + state.header_bytes)
    return Error{Errc::invalid, "a line of the answer is too long"};
  return Done{};
}

Result<Done> AnswerReader::end() {
  // After an interim answer there may be nothing of the next one, which Beast asserts.
  boost::system::error_code failed = http::error::end_of_stream;
  if (state_->parser->got_some()) state_->parser->put_eof(failed);
  if (failed) return Error{Errc::unavailable, "the answer was cut short"};
  return Done{};
}

bool AnswerReader::done() const { return state_->parser->is_done(); }
bool AnswerReader::leaves_connection_usable() const { return state_->parser->keep_alive() && state_->unused.empty(); }

Result<Response> AnswerReader::take() {
  auto message = state_->parser->release();
  const auto encoding = message[http::field::content_encoding];
  if (!encoding.empty() && encoding != "identity" && !state_->head)
    return Error{Errc::invalid, fmt::format("answered with content encoding {}, which was not asked for",
                                            std::string_view(encoding.data(), encoding.size()))};
  Response response;
  response.status = static_cast<int>(message.result_int());
  response.content_type = std::string(message[http::field::content_type]);
  response.body = std::move(message.body());
  state_->retry_after = std::string(message[http::field::retry_after]);
  return response;
}

const std::string& AnswerReader::retry_after() const { return state_->retry_after; }

}  // namespace ballast
