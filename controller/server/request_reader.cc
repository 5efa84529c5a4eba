#include "controller/server/request_reader.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <utility>

namespace ballast {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t kMaxLine = 8192;  // of what the parser cannot yet use: a chunk's first line

int status_of(const boost::system::error_code& failed) {
  if (failed == http::error::body_limit || failed == http::error::buffer_overflow) return 413;
  if (failed == http::error::header_limit) return 431;
  return failed == http::error::bad_version ? 505 : 400;
}

std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

std::string lowered(boost::beast::string_view view) {
  std::string result = text(view);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

}  // namespace

struct RequestReader::State {
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
  std::optional<Parser> parser{};
  std::string unused{};
  bool began = false;
  bool went_ahead = false;

  void begin() {
    parser.emplace();
    parser->eager(false);  // Beast 1.74 forgets the limit of an eager parser when header and body come together
    parser->header_limit(static_cast<std::uint32_t>(header_bytes));
    parser->body_limit(body_bytes);
    began = went_ahead = false;
  }
};

RequestReader::RequestReader(std::size_t header_bytes, std::size_t body_bytes) : state_(std::make_unique<State>()) {
  state_->header_bytes = header_bytes;
  state_->body_bytes = body_bytes;
  state_->begin();
}
RequestReader::~RequestReader() = default;

int RequestReader::feed(std::string_view bytes) {
  State& state = *state_;
  state.unused.append(bytes);
  std::string_view rest = state.unused;
  // RFC 9112, 2.2: empty lines before a request are skipped.
  while (!state.began && rest.starts_with("\r\n")) rest.remove_prefix(2);
  boost::system::error_code failed;
  while (!rest.empty() && !failed && !state.parser->is_done()) {
    state.began = true;
    rest.remove_prefix(state.parser->put(boost::asio::buffer(rest), failed));
  }
  state.unused.erase(0, state.unused.size() - rest.size());
  if (failed && failed != http::error::need_more) return status_of(failed);
  if (!state.parser->is_done() && state.unused.size() > kMaxLine + state.header_bytes) return 400;
  return 0;
}

bool RequestReader::done() const { return state_->parser->is_done(); }
bool RequestReader::began() const { return state_->began; }

bool RequestReader::wants_go_ahead() {
  State& state = *state_;
  if (state.went_ahead || done() || !state.parser->is_header_done()) return false;
  state.went_ahead = true;
  return lowered(state.parser->get()[http::field::expect]) == "100-continue";
}

RequestReader::Read RequestReader::take() {
  const bool keep_alive = state_->parser->keep_alive();
  auto message = state_->parser->release();
  Read read;
  read.keep_alive = keep_alive;
  read.is_http_1_0 = message.version() == 10;
  read.target = text(message.target());
  read.request.method = text(message.method_string());
  for (const auto& field : message) {
    read.request.headers.emplace_back(lowered(field.name_string()), text(field.value()));
    if (field.name() == http::field::host) ++read.hosts;
  }
  read.request.body = std::move(message.body());
  state_->begin();
  return read;
}

}  // namespace ballast
