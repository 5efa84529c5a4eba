#include "io/rest_line.h"

#include <cpprest/containerstream.h>
#include <cpprest/http_client.h>
#include <fmt/format.h>
#include <openssl/x509_vfy.h>
#include <pplx/threadpool.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ballast {
namespace {

namespace http = web::http;
using boost::asio::ip::tcp;
using Body = concurrency::streams::container_buffer<std::vector<std::uint8_t>>;

constexpr std::size_t kThreads = 4;              // which only translate and post
constexpr auto kPerLeg = std::chrono::hours{1};  // the library's own timeout starts again at each read: it is not used
/// What a TLS connection may carry beyond twice the body and header: handshake, framing of records and chunks.
constexpr std::int64_t kFraming = 262144;

/// Why an answer is not taken. The first one counts.
enum class Refusal : std::uint8_t { none, header, body, encoding, interim, malformed };

/// Of one question: written on threads of the library, read on any.
struct Progress {
  std::atomic<int> sends = 0;           ///< the library asks again by itself when a kept connection had ended
  std::atomic<bool> stale = false;      ///< it had ended, or something lay in it, before anything was sent
  std::atomic<bool> not_sent = false;   ///< for certain
  std::atomic<bool> hung_up = false;    ///< by us
  std::atomic<bool> began = false;      ///< the header of an answer came
  std::atomic<std::int64_t> bytes = 0;  ///< of its body
  std::atomic<Refusal> refusal = Refusal::none;
  void refuse(Refusal why) {
    Refusal none = Refusal::none;
    refusal.compare_exchange_strong(none, why);
  }
};

bool is_quiet(tcp::socket& socket) {
  char byte = 0;
  return recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

/// Before each sending, on the thread that will send. What it throws is why nothing is sent.
void see_connection(tcp::socket& socket, TlsWatch& tls, Progress& now, bool is_used) {
  ++now.sends;
  if (now.hung_up) throw http::http_exception("hung up");  // and the library asks again by itself
  if (!socket.is_open()) {
    tls.forget();
    tls.connected = false;
    tls.shaken = false;
    if (is_used) tls.descriptor = [&socket] { return socket.native_handle(); };
    return;
  }
  if (is_quiet(socket)) return;
  now.stale = true;
  throw http::http_exception("the kept connection has ended");
}

std::string header_of(const http::http_response& answer, const char* name) {
  const auto found = answer.headers().find(name);
  return found == answer.headers().end() ? "" : found->second;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::size_t header_size(const http::http_response& answer) {
  constexpr std::size_t kMarks = 4;  // `: ` and the line end
  std::size_t size = 0;
  for (const auto& [name, value] : answer.headers()) size += name.size() + value.size() + kMarks;
  return size;
}

/// How an answer says where it ends, when it says it in one way.
bool is_framed_well(const http::http_response& answer) {
  const std::string length = header_of(answer, "Content-Length");
  const std::string coding = lower(header_of(answer, "Transfer-Encoding"));
  if (!coding.empty()) return coding == "chunked" && length.empty();
  return length.empty() || (length.size() < 19 && length.find_first_not_of("0123456789") == length.npos);
}

Refusal judge_header(const http::http_response& answer, const RestRequest& request) {
  constexpr int kFirstFinal = 200;
  constexpr int kLast = 999;
  if (header_size(answer) > request.header_bytes) return Refusal::header;
  const int status = answer.status_code();
  if (status >= 100 && status < kFirstFinal) return Refusal::interim;
  if (status < kFirstFinal || status > kLast || !is_framed_well(answer)) return Refusal::malformed;
  if (request.method == "HEAD") return Refusal::none;
  const std::string encoding = header_of(answer, "Content-Encoding");
  if (!encoding.empty() && encoding != "identity") return Refusal::encoding;
  const std::string length = header_of(answer, "Content-Length");
  return !length.empty() && std::stoll(length) > request.max_bytes ? Refusal::body : Refusal::none;
}

std::string text_of(Refusal refusal, const RestRequest& request) {
  switch (refusal) {
    case Refusal::header:
      return fmt::format("the header of the answer is above its limit of {} bytes", request.header_bytes);
    case Refusal::body:
      return fmt::format("the answer is above its limit of {} bytes", request.max_bytes);
    case Refusal::encoding:
      return "answered with a content encoding, which was not asked for";
    case Refusal::interim:
      return "an interim answer, which was not asked for";
    case Refusal::malformed:
    case Refusal::none:
      break;
  }
  return "malformed answer: its status or its length";
}

/// Sends the header fields of `text`, and its body.
void fill(http::http_request& message, std::string_view text, const RestServer& server) {
  const std::size_t end = text.find("\r\n\r\n");
  std::string_view lines = text.substr(0, end + 2);
  lines.remove_prefix(lines.find("\r\n") + 2);
  if (const std::string_view body = text.substr(end + 4); !body.empty())
    message.set_body(concurrency::streams::bytestream::open_istream(std::string(body)));
  message.headers().clear();  // a content type that nobody named
  while (!lines.empty()) {
    const std::size_t line = lines.find("\r\n");
    const std::size_t colon = lines.find(": ");
    message.headers().add(std::string(lines.substr(0, colon)), std::string(lines.substr(colon + 2, line - colon - 2)));
    lines.remove_prefix(line + 2);
  }
  // Its certificate is expected to be for what stands here, without a port.
  if (server.url.scheme == "https") message.headers()["Host"] = server.url.host;
  // An address is written by the library itself; it would look for it in the certificate together with its port.
  if (server.dial == server.url.host) message.headers().remove("Host");
}

}  // namespace

struct RestLine::Core {
  RestServer server;
  std::shared_ptr<TlsWatch> tls = std::make_shared<TlsWatch>();
  std::shared_ptr<Progress> progress = std::make_shared<Progress>();
  pplx::cancellation_token_source cancel{};
  http::client::http_client client;

  explicit Core(const RestServer& the_server)
      : server(the_server),
        client(fmt::format("{}://{}:{}", server.url.scheme, server.dial, server.url.port), config()) {}

  [[nodiscard]] bool is_secure() const { return server.url.scheme == "https"; }

  /// The library's hooks hold what they need: they may be called after this is gone.
  http::client::http_client_config config() {
    http::client::http_client_config result;
    result.set_max_redirects(0);  // it would send Authorization on to another host
    result.set_timeout(kPerLeg);
    result.set_ssl_context_callback([watch = tls, trusted = server.trusted, host = server.url.host](auto& context) {
      watch_context(context.native_handle(), trusted, host, watch);
    });
    // By a name the library may come to another socket than the one that it shows here.
    const bool shown_is_used = server.dial.find_first_not_of("0123456789.") == server.dial.npos;
    result.set_nativehandle_options([watch = tls, now = progress, secure = is_secure(), shown_is_used](auto handle) {
      using Stream = boost::asio::ssl::stream<tcp::socket&>;
      auto* const socket = secure ? &static_cast<Stream*>(handle)->next_layer() : static_cast<tcp::socket*>(handle);
      see_connection(*socket, *watch, *now, shown_is_used);
    });
    return result;
  }

  void hang_up() {
    progress->hung_up = true;
    if (!tls->shut_down()) cancel.cancel();
  }

  void begin(const RestRequest& request) {
    tls->left = kFraming + 2 * (request.max_bytes + static_cast<std::int64_t>(request.header_bytes));
    progress->sends = 0;
    progress->began = false;
    progress->bytes = 0;
  }
};

namespace {

/// What is told to who asked, once. An answer when the last of the library's hands has let the message go: then its
/// connection is back in the pool, and the next question finds it there.
class Delivery {
 public:
  explicit Delivery(std::function<void(Result<RestAnswer>)> done) : done_(std::move(done)) {}
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery() { send(); }
  void keep(Result<RestAnswer> end) {
    end_ = std::move(end);
    if (!end_) send();
  }

 private:
  void send() {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(end_));
  }
  std::function<void(Result<RestAnswer>)> done_;
  Result<RestAnswer> end_{Error{Errc::unavailable, "dropped by the library"}};
};

/// A question under way: held by the library's tasks, and not by the message, which would hold it in turn.
struct Call {
  std::shared_ptr<RestLine::Core> core;
  RestRequest request;
  std::shared_ptr<Delivery> delivery;
  std::optional<http::http_request> message{};
  Body body{};

  void build() {
    const web::uri target(request.target);
    const web::uri whole = web::uri_builder(core->client.base_uri()).append(target).to_uri();
    if (whole.resource().to_string() != request.target) throw std::invalid_argument("a target that changes");
    message.emplace(request.method);
    message->set_request_uri(target);
    fill(*message, request.text->reveal(), core->server);
    message->set_response_stream(body.create_ostream());
    message->set_progress_handler(
        [held = delivery, now = core->progress, most = request.max_bytes](auto direction, auto bytes) {
          if (direction == http::message_direction::upload) return;
          now->bytes = static_cast<std::int64_t>(bytes);
          if (bytes <= static_cast<std::uint64_t>(most)) return;
          now->refuse(Refusal::body);
          throw http::http_exception("above its limit");  // which closes the connection
        });
  }

  pplx::task<http::http_response> send() {
    const http::http_request sent = *std::exchange(message, std::nullopt);
    return core->client.request(sent, core->cancel.get_token());
  }

  void see_header(const http::http_response& answer) {
    core->progress->began = true;
    const Refusal refusal = judge_header(answer, request);
    if (refusal == Refusal::none) return;
    core->progress->refuse(refusal);
    core->hang_up();
  }

  Result<RestAnswer> answer(const http::http_response& came) {
    const auto& bytes = body.collection();
    if (core->progress->refusal == Refusal::none && bytes.size() > static_cast<std::size_t>(request.max_bytes))
      core->progress->refuse(Refusal::body);
    if (core->progress->refusal != Refusal::none) return refused();
    RestAnswer result;
    result.response.status = came.status_code();
    result.response.content_type = header_of(came, "Content-Type");
    result.response.body.assign(bytes.begin(), bytes.end());
    result.retry_after = header_of(came, "Retry-After");
    const auto version = came._get_impl()->http_version();
    const bool has_end = came.headers().has("Content-Length") || came.headers().has("Transfer-Encoding");
    result.stays_open =
        version.major == 1 && version.minor == 1 && has_end && lower(header_of(came, "Connection")) != "close";
    return result;
  }
  [[nodiscard]] Error refused() const { return {Errc::invalid, text_of(core->progress->refusal, request)}; }

  /// `said` is the library's word for where it was, and never holds anything of the request.
  [[nodiscard]] Error failure(std::string_view said) const {
    const TlsWatch& tls = *core->tls;
    if (core->progress->refusal != Refusal::none) return refused();
    if (tls.exceeded) return {Errc::invalid, text_of(Refusal::body, request)};
    if (tls.verdict != X509_V_OK)
      return {Errc::unavailable, fmt::format("TLS handshake: the certificate of {} is not trusted: {}",
                                             core->server.url.host, X509_verify_cert_error_string(tls.verdict))};
    if (said.starts_with("Invalid ")) return {Errc::invalid, fmt::format("malformed answer: {}", said)};
    const bool unreached = said.starts_with("Failed to connect") || said.starts_with("Error resolving") ||
                           said.starts_with("Failed to resolve");
    if (unreached) core->progress->not_sent = true;
    if (unreached) return {Errc::unavailable, fmt::format("connect to {}: refused or unreachable", core->server.dial)};
    if (said.starts_with("Error in SSL")) return {Errc::unavailable, "TLS handshake: broken off"};
    if (core->progress->began) return {Errc::unavailable, fmt::format("the answer was cut short: {}", said)};
    return {Errc::unavailable, fmt::format("closed without an answer: {}", said)};
  }

  void finish(const pplx::task<http::http_response>& end) {
    try {
      delivery->keep(answer(end.get()));
    } catch (const http::http_exception& failed) {
      delivery->keep(failure(failed.what()));
    } catch (...) {  // whose text may hold the target
      delivery->keep(failure("the library failed"));
    }
    delivery.reset();
  }
};

}  // namespace

void prepare_rest_library() {
  static const bool kPrepared = [] {
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    setenv("SSL_CERT_DIR", "/nonexistent", 1);
    try {
      crossplat::threadpool::initialize_with_threads(kThreads);
    } catch (const std::exception&) {  // somebody else was first: then it has its threads
    }
    return true;
  }();
  (void)kPrepared;
}

RestLine::RestLine(const RestServer& server) : core_(std::make_shared<Core>(server)) {}
RestLine::~RestLine() { hang_up(); }

void RestLine::ask(RestRequest request, std::function<void(Result<RestAnswer>)> done) {
  auto call = std::make_shared<Call>(core_, std::move(request), std::make_shared<Delivery>(std::move(done)));
  core_->begin(call->request);
  try {
    call->build();
  } catch (const std::exception&) {
    core_->progress->not_sent = true;
    call->delivery->keep(Error{Errc::invalid, "its path would not be sent as it is: write it with % escapes"});
    return;
  }
  // On a thread of the library: a new connection makes a TLS context at once.
  pplx::create_task([call] { return call->send(); })
      .then([call](const http::http_response& answer) {
        call->see_header(answer);
        return answer.content_ready();
      })
      .then([call](const pplx::task<http::http_response>& end) { call->finish(end); });
}

void RestLine::hang_up() { core_->hang_up(); }

bool RestLine::connected() const {
  return core_->is_secure() ? core_->tls->connected.load() : !core_->progress->not_sent;
}

bool RestLine::may_have_sent() const {
  return !core_->progress->not_sent && (!core_->is_secure() || core_->tls->shaken);
}

bool RestLine::may_be_stale() const {
  const Progress& now = *core_->progress;
  return now.stale || (now.sends < 2 && !now.began);
}

std::string RestLine::waits_for() const {
  if (core_->is_secure() && !core_->tls->connected)
    return fmt::format("connect to {}: the deadline passed", core_->server.dial);
  if (core_->is_secure() && !core_->tls->shaken) return "TLS handshake: no answer";
  return fmt::format("the deadline passed after {} bytes of the answer", core_->progress->bytes.load());
}

}  // namespace ballast
