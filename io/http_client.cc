#include "io/http_client.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/secret.h"
#include "io/answer_reader.h"
#include "io/credentials.h"
#include "io/exchange.h"
#include "io/http_text.h"
#include "io/tls_context.h"
#include "io/url.h"

namespace ballast {
namespace {

/// How far a conversation came, for what may be done when it fails.
struct Progress {
  bool began = false;  ///< a byte of the answer came
};

struct Conversation {
  std::string origin{};  ///< with how it is reached: whom connections may be shared with
  std::shared_ptr<const Secret<std::string>> text{};
  bool head = false;
  std::int64_t max_bytes = 0;
  bool refusal_answers = false;
};

bool fits_channel(const Request& request, const Url& url) {
  const bool is_http = url.scheme == "http" || url.scheme == "https";
  switch (request.channel) {
    case Channel::http:
      return is_http;
    case Channel::exchange:
    case Channel::dial:
      return !is_http;
    case Channel::tls:
      return url.scheme == "tls";
    case Channel::workers:
    case Channel::command:
    case Channel::heartbeat:
      break;
  }
  return false;
}

class HttpClient final : public Fetcher {
 public:
  HttpClient(Loop& loop, HttpClientOptions options, std::unique_ptr<Network> network)
      : loop_(loop), options_(std::move(options)), network_(std::move(network)) {
    sweeper_.spawn(sweep());
  }

  Task<Result<Response>> fetch(Request request) override {
    const TimePoint start = loop_.now();
    const std::string shown = redact_url(request.url);
    const Duration deadline = request.deadline;
    auto answer = co_await ask(std::move(request), start + deadline);
    if (!answer) co_return about_request(shown, answer.error(), deadline);
    answer->received_at = loop_.now();
    answer->wall = loop_.wall();
    answer->took = answer->received_at - start;
    co_return answer;
  }

 private:
  struct Idle {
    Stream stream;
    TimePoint since{};
  };

  Task<Result<Response>> ask(Request request, TimePoint deadline) {
    const Result<Url> url = parse_url(request.url);
    if (!url) co_return Error{Errc::invalid, "not a usable url"};
    if (!fits_channel(request, *url)) co_return Error{Errc::invalid, "scheme and channel do not fit"};
    if (request.channel != Channel::http && request.auth != AuthSpec{})
      co_return Error{Errc::invalid, "credentials are for http and https alone"};
    if (request.max_bytes < 0) co_return Error{Errc::invalid, "max_bytes is negative"};
    if (request.channel == Channel::exchange)
      co_return co_await exchange(*network_, std::move(request), *url, deadline);
    if (request.channel == Channel::dial) co_return co_await dial(*network_, std::move(request), *url, deadline);
    if (request.channel == Channel::tls)
      co_return co_await look_at_certificates(*network_, std::move(request), *url, deadline);
    co_return co_await speak(std::move(request), *url, deadline);
  }

  /// HTTP, with the secrets read for this one request.
  Task<Result<Response>> speak(Request request, Url url, TimePoint deadline) {
    const auto credentials = read_credentials(request.auth);
    if (!credentials) co_return credentials.error();
    Result<std::string> text = request_text(request, url, options_.user_agent,
                                            credentials->line ? credentials->line->reveal() : std::string_view());
    if (!text) co_return text.error();
    Conversation about{origin_of(url) + key_of(request.tls), nullptr, request.method == "HEAD", request.max_bytes,
                       request.refusal_answers};
    about.text = std::make_shared<const Secret<std::string>>(*std::move(text));
    const Peer peer = peer_of(url, request.tls);
    auto answer =
        is_repeatable(request.method) ? read(about, peer, deadline) : write(about, peer, deadline, request.method);
    auto result = co_await std::move(answer);
    if (result) scrub(*result, *credentials);
    co_return result;
  }

  /// A kept connection may have been closed under our hands: then, and only then, once more.
  Task<Result<Response>> read(Conversation about, Peer peer, TimePoint deadline) {
    if (auto kept = take_idle(about.origin)) {
      kept->set_deadline(deadline);
      Progress progress;
      auto answer = co_await converse(*std::move(kept), about, &progress);
      if (answer || progress.began || answer.error().code != Errc::unavailable) co_return answer;
    }
    bool refused = false;
    auto stream = co_await open_stream(*network_, std::move(peer), deadline, &refused);
    if (!stream) co_return not_opened(stream.error(), refused && about.refusal_answers);
    Progress progress;
    co_return co_await converse(*std::move(stream), std::move(about), &progress);
  }

  Task<Result<Response>> write(Conversation about, Peer peer, TimePoint deadline, std::string method) {
    auto stream = co_await open_stream(*network_, std::move(peer), deadline);
    if (!stream) co_return stream.error();
    Progress progress;
    auto answer = co_await converse(*std::move(stream), std::move(about), &progress);
    if (answer) co_return answer;
    co_return Error{Errc::outcome_unknown, method + " was sent and not answered: " + answer.error().message};
  }

  Task<Result<Response>> converse(Stream stream, Conversation about, Progress* progress) {
    const Result<Done> written = co_await stream.write(about.text->reveal());
    if (!written) co_return Error{written.error().code, "sending the request: " + written.error().message};
    AnswerReader reader(about.head, options_.header_bytes, about.max_bytes);
    std::size_t bytes = 0;
    while (!reader.done()) {
      const Result<std::string_view> came = co_await stream.read();
      if (!came)
        co_return Error{came.error().code, fmt::format("{} after {} bytes of the answer", came.error().message, bytes)};
      if (came->empty() && bytes == 0) co_return Error{Errc::unavailable, "closed without an answer"};
      bytes += came->size();
      progress->began = true;
      const Result<Done> fed = came->empty() ? reader.end() : reader.feed(*came);
      if (!fed) co_return fed.error();
    }
    if (reader.leaves_connection_usable()) keep(about.origin, std::move(stream));
    auto answer = reader.take();
    if (answer) answer->retry_after = parse_retry_after(reader.retry_after(), loop_.wall());
    co_return answer;
  }

  std::optional<Stream> take_idle(const std::string& origin) {
    const auto found = idle_.find(origin);
    while (found != idle_.end() && !found->second.empty()) {
      Stream stream = std::move(found->second.back().stream);
      found->second.pop_back();
      --idle_count_;
      if (stream.is_quiet()) return stream;
    }
    return std::nullopt;
  }

  void keep(const std::string& origin, Stream stream) {
    auto& kept = idle_[origin];
    if (kept.size() >= options_.idle_per_origin || idle_count_ >= options_.idle_in_all) return;
    stream.set_deadline(TimePoint::max());
    kept.push_back(Idle{std::move(stream), loop_.now()});
    ++idle_count_;
  }

  /// Closes what was idle too long, and what the other side closed.
  Task<void> sweep() {
    for (;;) {
      co_await Sleep(loop_, loop_.now() + options_.idle_timeout / 2);
      const TimePoint oldest = loop_.now() - options_.idle_timeout;
      for (auto origin = idle_.begin(); origin != idle_.end();) {
        idle_count_ -= std::erase_if(origin->second,
                                     [&](const Idle& idle) { return idle.since < oldest || !idle.stream.is_quiet(); });
        origin = origin->second.empty() ? idle_.erase(origin) : std::next(origin);
      }
    }
  }

  Loop& loop_;
  HttpClientOptions options_;
  std::unique_ptr<Network> network_;
  std::map<std::string, std::vector<Idle>> idle_{};
  std::size_t idle_count_ = 0;
  TaskGroup sweeper_{};
};

}  // namespace

Result<std::unique_ptr<Fetcher>> make_http_fetcher(Loop& loop, HttpClientOptions options) {
  auto network = make_network(loop, options.network);
  if (!network) return network.error();
  return std::unique_ptr<Fetcher>(std::make_unique<HttpClient>(loop, std::move(options), *std::move(network)));
}

}  // namespace ballast
