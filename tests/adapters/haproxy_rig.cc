#include "tests/adapters/haproxy_rig.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <utility>

#include "formats/haproxy.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::milliseconds kLate{100};

int status_of(const std::string& answer) {
  return answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
}

int request(const std::string& path, const std::string& target) {
  return status_of(talk(path, "GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"));
}

constexpr std::string_view kConfiguration = R"(global
  stats socket {0}/admin.sock mode 600 level admin
  stats socket {0}/user.sock mode 600 level user
  hard-stop-after 1s
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  retries 0
  http-reuse always
frontend in
  bind unix@{0}/in.sock
  http-request deny deny_status 503 hdr Retry-After %[var(proc.ballast_shed_retry_after)] if {{ rand(100),sub(proc.ballast_shed) lt 0 }}
  use_backend again if {{ path_beg /again }}
  default_backend web
backend web
  balance roundrobin
backend again
  balance roundrobin
  retries 3
  option redispatch 1
backend mixed
  balance leastconn
  server s1 127.0.0.1:1 weight 7
  server s2 127.0.0.1:1 weight 9 disabled
  server s3 127.0.0.1:1 weight 11
backend fixed
  balance static-rr
  server s1 127.0.0.1:1
backend filling
  balance first
)";

}  // namespace

TestWorker::TestWorker() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] {
    for (int connection = 0; (connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const std::scoped_lock lock{mutex_};
      connections_.push_back(connection);
      if (ending_) shutdown(connection, SHUT_RDWR);
      threads_.emplace_back([this, connection] { serve(connection); });
    }
  }};
}

TestWorker::~TestWorker() {
  release();
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
    for (const int connection : connections_) shutdown(connection, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  for (const int connection : connections_) close(connection);
  close(listener_);
}

void TestWorker::serve(int connection) {
  constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  constexpr std::string_view kFailure = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno";
  std::string pending;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(connection, buffer.data(), buffer.size())) > 0;) {
    pending.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = pending.find("\r\n\r\n")) != std::string::npos; pending.erase(0, end + 4)) {
      if (pending.starts_with("GET /hang-up")) return static_cast<void>(shutdown(connection, SHUT_RDWR));
      const std::string_view said = pending.starts_with("GET /fail") ? kFailure : kAnswer;
      answer(pending.substr(0, end));
      if (send(connection, said.data(), said.size(), MSG_NOSIGNAL) < 0) break;
    }
  }
  shutdown(connection, SHUT_RDWR);
}

void TestWorker::answer(const std::string& request) {
  std::unique_lock lock{mutex_};
  if (request.rfind("GET /hold", 0) == 0) {
    ++held_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_; });
    --held_;
  }
  if (request.rfind("GET /late", 0) == 0) changed_.wait_for(lock, kLate, [&] { return ending_; });
  ++served_;
}

bool TestWorker::holds(int count) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, kPatience, [&] { return held_ >= count; });
}

void TestWorker::release() {
  const std::scoped_lock lock{mutex_};
  released_ = true;
  changed_.notify_all();
}

int TestWorker::served() {
  const std::scoped_lock lock{mutex_};
  return served_;
}

Task<Result<Response>> FaultyFetcher::fetch(Request request) {
  const bool change = request.body.find("show ") == std::string::npos;
  changes += change ? 1 : 0;
  const bool unasked = change && lose_question;
  const bool unanswered = change && lose_answer;
  if (change) lose_question = lose_answer = false;
  if (unasked) co_return Error{Errc::timeout, "no answer within 2 s"};
  auto response = co_await real_.fetch(std::move(request));
  if (unanswered) co_return Error{Errc::timeout, "no answer within 2 s"};
  co_return response;
}

std::string HaproxyRig::make_folder() {
  std::string folder = (std::filesystem::temp_directory_path() / "ballast-haproxy-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) ADD_FAILURE() << "no temporary directory: " << folder;
  return folder;
}

HaproxyRig::HaproxyRig() : folder_(make_folder()), haproxy_(path("haproxy.cfg"), path("admin.sock")) {
  fetcher_ = *make_http_fetcher(*loop_);
  faults_ = std::make_unique<FaultyFetcher>(*fetcher_);
  write_configuration();
  start_haproxy();
  bind(pool());
}

HaproxyRig::~HaproxyRig() {
  kill_haproxy();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void HaproxyRig::write_configuration() const {
  std::ofstream{path("haproxy.cfg")} << fmt::format(kConfiguration, folder_.string());
}

void HaproxyRig::start_haproxy() { EXPECT_TRUE(haproxy_.start()) << "HAProxy does not start"; }

void HaproxyRig::bind(HaproxyPool pool, std::vector<std::string> weighed) {
  balancer_ = make_haproxy_balancer(std::move(pool), *faults_, *loop_, std::move(weighed));
}

HaproxyPool HaproxyRig::pool(const std::string& backend) const {
  return HaproxyPool{.socket = path("admin.sock"), .backend = backend, .timeout = std::chrono::seconds{20}};
}

Result<BalancerView> HaproxyRig::observe() { return run_task(*loop_, balancer_->observe()); }
Result<Done> HaproxyRig::shed(std::int32_t percent, Duration retry_after) {
  return run_task(*loop_, balancer_->shed(percent, retry_after));
}
Result<Done> HaproxyRig::apply(std::vector<WantedMember> wanted) {
  return run_task(*loop_, balancer_->apply(std::move(wanted)));
}

BalancedMember HaproxyRig::observed(const std::string& member) {
  const auto view = observe();
  EXPECT_TRUE(view) << view.error().message;
  if (view) {
    for (const auto& each : view->members)
      if (each.name == member) return each;
  }
  ADD_FAILURE() << member << " is not in the view";
  return {};
}

std::map<std::string, std::string> HaproxyRig::servers(const std::string& column, const std::string& backend) const {
  std::map<std::string, std::string> result;
  const auto table = parse_haproxy_servers_state(ask("show servers state " + backend));
  EXPECT_TRUE(table) << table.error().message;
  if (!table) return result;
  for (const auto& row : table->rows) result[row[*table->column("srv_name")]] = row[*table->column(column)];
  return result;
}

int HaproxyRig::get(const std::string& target) const { return request(path("in.sock"), target); }

std::string HaproxyRig::answer_to(const std::string& target) const {
  return talk(path("in.sock"), "GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

std::future<int> HaproxyRig::get_later(const std::string& target) const {
  return std::async(std::launch::async, request, path("in.sock"), target);
}

}  // namespace ballast
