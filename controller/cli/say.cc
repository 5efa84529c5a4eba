// `ballast pause`, `resume`, `freeze`, `scale`, `restart`: a person's word to the daemon of this host.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <utility>

#include "controller/cli/commands.h"
#include "controller/cli/order_answer.h"
#include "formats/form.h"
#include "formats/rfc3339.h"
#include "io/http_client.h"
#include "io/loop.h"
#include "io/wall_clock.h"

namespace ballast {
namespace {

std::string who_am_i() {
  const char* user = std::getenv("SUDO_USER");
  if (user == nullptr) user = std::getenv("USER");
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("{}@{}", user == nullptr ? fmt::format("uid {}", getuid()) : std::string(user), host.data());
}

std::filesystem::path state_of(const SayOptions& options) {
  return options.state_directory.empty() ? default_state_directory() : std::filesystem::path(options.state_directory);
}

Result<std::string> address_of(const SayOptions& options) {
  const auto path = address_in(state_of(options));
  std::string address;
  if (std::ifstream(path) >> address) return address;
  return Error{Errc::not_found, fmt::format("{} does not exist or cannot be read: no daemon has this state directory, "
                                            "or you are not its user; see --state-dir",
                                            path.string())};
}

/// A time to end at as a time from now.
Result<std::string> lasts(const SayOptions& options) {
  if (options.until.empty()) return options.lasts;
  const auto until = parse_rfc3339(options.until);
  if (!until) return until.error();
  const auto left = std::chrono::ceil<std::chrono::seconds>(*until - wall_clock_now());
  if (left <= std::chrono::seconds{0}) return Error{Errc::invalid, fmt::format("--until {}: is over", options.until)};
  return fmt::format("{}s", left.count());
}

Result<Request> request_of(const SayOptions& options) {
  const auto address = address_of(options);
  if (!address) return address.error();
  const auto how_long = lasts(options);
  if (!how_long) return how_long.error();
  std::vector<std::pair<std::string, std::string>> fields;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) fields.emplace_back(key, value);
  };
  add("kind", options.kind);
  if (options.replicas) add("replicas", fmt::format("{}", *options.replicas));
  add("direction", options.direction);
  add("for", *how_long);
  add("who", who_am_i());
  add("why", options.reason);
  Request request{.method = options.take_back ? "DELETE" : "POST"};
  request.url = fmt::format("{}/api/v1/policies/{}/orders?{}", *address, full_name(options.name), form(fields));
  request.auth = AuthSpec{.bearer = SecretRef{.file = token_in(state_of(options)).string()}};
  return request;
}

Task<void> ask(Loop* loop, Fetcher* fetcher, Request request, std::optional<Result<Response>>* into) {
  *into = co_await fetcher->fetch(std::move(request));
  loop->stop();
}

Result<Response> sent(Request request) {
  const auto loop = make_loop();
  auto http = make_http_fetcher(*loop);
  if (!http) return http.error();
  std::optional<Result<Response>> answer;
  TaskGroup tasks;
  tasks.spawn(ask(loop.get(), http->get(), std::move(request), &answer));
  if (!answer) loop->run();
  if (!answer) return Error{Errc::cancelled, "interrupted"};
  return *std::move(answer);
}

}  // namespace

std::filesystem::path token_in(const std::filesystem::path& state_directory) { return state_directory / "token"; }
std::filesystem::path address_in(const std::filesystem::path& state_directory) { return state_directory / "address"; }

int say_command(const SayOptions& options) {
  auto request = request_of(options);
  const auto answer = request ? sent(*std::move(request)) : Result<Response>(request.error());
  if (!answer) {
    fmt::print(stderr, "ballast: {}\n", answer.error().message);
    return answer.error().code == Errc::not_found ? kNotFound : kNotWell;
  }
  if (answer->status != 200) {
    fmt::print(stderr, "ballast: {}", answer->body);
    return answer->status == 404 ? kNotFound : answer->status == 400 ? kUsage : kNotWell;
  }
  fmt::print("{}", options.json ? answer->body : order_text(options, answer->body));
  return kGood;
}

}  // namespace ballast
