#include "io/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ballast {
namespace {

/// An answer that grows until a text ends it.
class Growing {
 public:
  Growing(std::string until, std::int64_t max_bytes) : until_(std::move(until)), max_bytes_(max_bytes) {}

  void add(std::string_view bytes) {
    const std::size_t from = text_.size() - std::min(text_.size(), until_.size());  // it may have begun before
    text_ += bytes;
    ended_ = ended_ || (!until_.empty() && text_.find(until_, from) != std::string::npos);
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool too_long() const { return std::cmp_greater(text_.size(), max_bytes_); }
  [[nodiscard]] std::string_view text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::string until_;
  std::int64_t max_bytes_;
  std::string text_{};
  bool ended_ = false;
};

Response response_of(std::string body, Dialled dialled = Dialled::answered) {
  Response response{.status = 200, .body = std::move(body)};
  response.dialled = dialled;
  return response;
}

/// What a peer says before it hangs up is why: the printable beginning of it is shown.
Error after(const Error& error, std::string_view answer) {
  constexpr std::size_t kShown = 80;
  std::string beginning(answer.substr(0, kShown));
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  beginning.erase(std::ranges::find_if_not(beginning, printable), beginning.end());
  return {error.code, fmt::format("{} after {} bytes of the answer{}", error.message, answer.size(),
                                  beginning.empty() ? "" : ": " + beginning)};
}

}  // namespace

Peer peer_of(const Url& url, const TlsOptions& tls) {
  if (url.scheme == "unix") return {Peer::Kind::unix_socket, "", 0, url.target, {}};
  const bool secure = url.scheme == "https" || url.scheme == "tls";
  return {secure ? Peer::Kind::tls : Peer::Kind::tcp, url.host, url.port, "", tls};
}

Result<Response> not_opened(const Error& error, bool refused) {
  if (!refused) return error;
  return Response{.body = error.message, .dialled = Dialled::refused};
}

Task<Result<Response>> exchange(Network& network, Request request, Url url, TimePoint deadline) {
  auto stream = co_await open_stream(network, peer_of(url, request.tls), deadline);
  if (!stream) co_return stream.error();
  const Result<Done> written = co_await stream->write(std::move(request.body));
  if (!written) co_return Error{written.error().code, "sending: " + written.error().message};
  if (request.half_close) stream->finish_writing();
  Growing answer(request.until, request.max_bytes);
  while (!answer.ended()) {
    const Result<std::string_view> came = co_await stream->read();
    if (!came) co_return after(came.error(), answer.text());
    if (came->empty()) break;
    answer.add(*came);
    if (answer.too_long())
      co_return Error{Errc::invalid, fmt::format("the answer is above its limit of {} bytes", request.max_bytes)};
  }
  co_return response_of(answer.take());
}

/// Reads until the answer has ended, the peer hung up, or it is too long.
Task<Result<Response>> listen_to(Stream* stream, Growing answer) {
  while (!answer.ended()) {
    if (answer.too_long()) co_return response_of(answer.take(), Dialled::talked);
    const Result<std::string_view> came = co_await stream->read();
    const bool hung_up = came ? came->empty() : stream->peer_hung_up();
    if (hung_up) co_return response_of(answer.take(), Dialled::hung_up);
    if (!came) co_return after(came.error(), answer.text());
    answer.add(*came);
  }
  co_return response_of(answer.take());
}

Task<Result<Response>> dial(Network& network, Request request, Url url, TimePoint deadline) {
  bool refused = false;
  auto stream = co_await open_stream(network, peer_of(url, request.tls), deadline, &refused);
  if (!stream) co_return not_opened(stream.error(), refused);
  if (!request.body.empty()) {
    const Result<Done> written = co_await stream->write(std::move(request.body));
    if (!written && stream->peer_hung_up()) co_return response_of("", Dialled::hung_up);
    if (!written) co_return Error{written.error().code, "sending: " + written.error().message};
  }
  if (request.until->empty()) co_return response_of("");
  Growing answer(request.until, request.max_bytes);
  co_return co_await listen_to(&*stream, std::move(answer));
}

Task<Result<Response>> look_at_certificates(Network& network, Request request, Url url, TimePoint deadline) {
  std::string name = request.server_name->empty() ? url.host : request.server_name.get();
  auto facts = co_await shake_hands_with_anybody(network, peer_of(url, request.tls), std::move(name), deadline);
  if (!facts) co_return facts.error();
  Response response = response_of("");
  response.tls = *std::move(facts);
  co_return response;
}

}  // namespace ballast
