#include "controller/server/server.h"

#include <list>
#include <utility>

#include "controller/server/request_reader.h"
#include "controller/server/router.h"
#include "io/listener.h"

namespace ballast {
namespace {

/// After a refusal the client may still be sending; closing at once would destroy the answer on its way.
constexpr Duration kLinger = std::chrono::seconds{1};
constexpr std::size_t kLingerBytes = std::size_t{1} << 20;

ServerResponse refusal(int status, std::string why) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(why) + "\n";
  return response;
}

std::string why(int status) {
  if (status == 413) return "the body is above the limit";
  if (status == 431) return "the header is above the limit";
  return status == 505 ? "HTTP/1.0 or HTTP/1.1, please" : "malformed request";
}

struct Session {
  Stream stream;
  bool idle = true;  ///< between requests
};

class HttpServer final : public Server {
 public:
  HttpServer(Loop& loop, ServerOptions options, std::vector<Route> routes)
      : loop_(loop), options_(std::move(options)), routes_(std::move(routes)) {}

  Result<Done> listen() {
    auto listener = make_listener(loop_, options_.listen, [this](Stream stream) { accept(std::move(stream)); });
    if (!listener) return listener.error();
    listener_ = *std::move(listener);
    port_ = listener_->port();
    return Done{};
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  [[nodiscard]] ServerStats stats() const override {
    ServerStats stats = stats_;
    stats.open = sessions_.size();
    return stats;
  }

  void drain(std::function<void()> drained) override {
    listener_.reset();
    draining_ = true;
    drained_ = std::move(drained);
    for (Session& session : sessions_)
      if (session.idle) session.stream.close();
    tell_when_drained();
  }

 private:
  void accept(Stream stream) {
    tasks_.reap();
    if (sessions_.size() >= options_.connections) {
      ++stats_.turned_away;
      return;
    }
    const auto session = sessions_.insert(sessions_.end(), Session{std::move(stream)});
    tasks_.spawn(serve(session));
  }

  Task<void> serve(std::list<Session>::iterator session) {
    RequestReader reader(options_.header_bytes, options_.body_bytes);
    for (bool open = true; open && !draining_;) {
      session->idle = true;
      const int status = co_await read_request(*session, reader);
      if (status < 0) break;
      open = co_await answer(*session, reader, status);
    }
    sessions_.erase(session);
    tell_when_drained();
  }

  /// 0 for a whole request, a status that refuses it, or -1 when the connection is over.
  Task<int> read_request(Session& session, RequestReader& reader) {
    session.stream.set_deadline(loop_.now() + options_.idle_timeout);
    int status = reader.feed("");  // what came with the request before
    while (status == 0 && !reader.done()) {
      if (reader.began()) begin(session);
      if (reader.wants_go_ahead()) {
        const Result<Done> told = co_await session.stream.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!told) co_return -1;
      }
      const Result<std::string_view> came = co_await session.stream.read();
      if (!came && came.error().code == Errc::timeout) ++stats_.timeouts;
      if (!came || came->empty()) co_return -1;
      status = reader.feed(*came);
    }
    begin(session);
    co_return status;
  }

  void begin(Session& session) {
    if (!session.idle) return;
    session.idle = false;
    session.stream.set_deadline(loop_.now() + options_.read_timeout);
  }

  /// Whether the connection can serve another request.
  Task<bool> answer(Session& session, RequestReader& reader, int status) {
    ServerResponse response;
    bool head = false;
    bool keep_alive = false;
    if (status == 0) {
      RequestReader::Read read = reader.take();
      head = read.request.method == "HEAD";
      keep_alive = read.keep_alive && !draining_;
      response = respond(std::move(read));
    } else {
      ++stats_.refused;
      response = refusal(status, why(status));
    }
    session.stream.set_deadline(loop_.now() + options_.write_timeout);
    const Result<Done> written = co_await session.stream.write(response_text(response, head, keep_alive));
    if (!written && written.error().code == Errc::timeout) ++stats_.timeouts;
    if (written && status != 0) co_await linger(session);
    co_return written&& keep_alive;
  }

  ServerResponse respond(RequestReader::Read read) {
    ++stats_.requests;
    if (read.hosts > 1 || (read.hosts == 0 && !read.is_http_1_0)) return refuse(400, "one Host header, please");
    if (read.hosts == 1 && !host_is_served(read.request.header("host"), options_.hosts))
      return refuse(421, "this server is not known by that name; add it to the hosts of the Configuration");
    const Result<Target> target = split_target(read.target);
    if (!target) return refuse(400, target.error().message);
    read.request.path = target->path;
    read.request.query = target->query;
    return route(routes_, read.request);
  }

  ServerResponse refuse(int status, std::string because) {
    ++stats_.refused;
    return refusal(status, std::move(because));
  }

  Task<void> linger(Session& session) {
    session.stream.finish_writing();
    session.stream.set_deadline(loop_.now() + kLinger);
    for (std::size_t bytes = 0; bytes < kLingerBytes;) {
      const Result<std::string_view> came = co_await session.stream.read();
      if (!came || came->empty()) co_return;
      bytes += came->size();
    }
  }

  void tell_when_drained() {
    if (draining_ && sessions_.empty() && drained_) loop_.post(std::exchange(drained_, nullptr));
  }

  Loop& loop_;
  ServerOptions options_;
  std::vector<Route> routes_;
  std::unique_ptr<Listener> listener_{};
  std::uint16_t port_ = 0;
  ServerStats stats_{};
  std::list<Session> sessions_{};
  bool draining_ = false;
  std::function<void()> drained_{};
  TaskGroup tasks_{};  // last: its tasks end before what they use
};

}  // namespace

Result<std::unique_ptr<Server>> make_server(Loop& loop, ServerOptions options, std::vector<Route> routes) {
  auto server = std::make_unique<HttpServer>(loop, std::move(options), std::move(routes));
  if (const Result<Done> listening = server->listen(); !listening) return listening.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace ballast
