#include "controller/cli/order_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "formats/duration.h"
#include "formats/utf8.h"

namespace ballast {
namespace {

constexpr std::string_view kOrdersPath = "/orders";
constexpr std::size_t kMaxText = 200;  // of who and why
constexpr Duration kLongest = std::chrono::hours{24 * 31};

template <class E>
Result<E> read_choice(const ServerRequest& request, std::string_view key, E fallback) {
  const std::string text = request.query_value(key);
  if (text.empty()) return fallback;
  constexpr auto kNames = enum_names(E{});
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end())
    return Error{Errc::invalid, fmt::format("{}: \"{}\" is none of {}", key, text.substr(0, 64),
                                            fmt::join(kNames.begin(), kNames.end(), ", "))};
  return static_cast<E>(found - kNames.begin());
}

Result<std::string> read_text(const ServerRequest& request, std::string_view key) {
  std::string text = request.query_value(key);
  if (text.size() > kMaxText)
    return Error{Errc::invalid, fmt::format("{}: {} bytes are more than {}", key, text.size(), kMaxText)};
  // It is shown in terminals and logs.
  if (one_line(text) != text)
    return Error{Errc::invalid, fmt::format("{}: holds a control character, or is no UTF-8", key)};
  return text;
}

Result<Duration> read_lasts(const ServerRequest& request) {
  const std::string text = request.query_value("for");
  if (text.empty()) return Duration{};
  const auto lasts = parse_duration(text);
  if (!lasts) return Error{Errc::invalid, "for: " + lasts.error().message};
  if (*lasts <= Duration{} || *lasts > kLongest)
    return Error{Errc::invalid, fmt::format("for: {} is not between 1s and {}", text, format_duration(kLongest))};
  return *lasts;
}

Result<std::int32_t> read_replicas(const ServerRequest& request) {
  const std::string text = request.query_value("replicas");
  std::int32_t replicas = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), replicas);
  if (failed != std::errc{} || end != text.data() + text.size() || replicas < 0)
    return Error{Errc::invalid, fmt::format("replicas: \"{}\" is no number of replicas", text.substr(0, 64))};
  return replicas;
}

bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char differs = 0;  // looked at to its end, so that time tells nothing of where
  for (std::size_t i = 0; i < a.size(); ++i) differs |= static_cast<unsigned char>(a[i] ^ b[i]);
  return differs == 0;
}

}  // namespace

std::string workload_of_path(std::string_view path) {
  const bool fits = path.size() > kPoliciesPath.size() + kOrdersPath.size();
  if (!fits || !path.starts_with(kPoliciesPath) || !path.ends_with(kOrdersPath)) return "";
  path.remove_prefix(kPoliciesPath.size());
  path.remove_suffix(kOrdersPath.size());
  return std::string(path);
}

Result<Saying> read_saying(const ServerRequest& request) {
  auto who = read_text(request, "who");
  if (!who) return who.error();
  auto why = read_text(request, "why");
  if (!why) return why.error();
  return Saying{*std::move(who), *std::move(why)};
}

Result<OrderRequest> read_order_request(const ServerRequest& request) {
  OrderRequest result{.workload = workload_of_path(request.path)};
  if (request.query_value("kind").empty()) return Error{Errc::invalid, "kind: is missing"};
  const auto kind = read_choice(request, "kind", OrderKind::pause);
  if (!kind) return kind.error();
  const auto direction = read_choice(request, "direction", Freeze::all);
  if (!direction) return direction.error();
  auto saying = read_saying(request);
  if (!saying) return saying.error();
  const auto lasts = read_lasts(request);
  if (!lasts) return lasts.error();
  result.order = {.kind = *kind, .direction = *direction, .who = std::move(saying->who), .why = std::move(saying->why)};
  result.lasts = *lasts;
  if (*kind == OrderKind::scale) {
    const auto replicas = read_replicas(request);
    if (!replicas) return replicas.error();
    result.order.replicas = *replicas;
    // A number that nobody takes back would be a policy.
    if (*lasts == Duration{}) return Error{Errc::invalid, "for: is missing; say how long: --for 2h"};
  }
  return result;
}

Result<Done> check_order(const Order& order, const Workload& workload) {
  if (workload.target_kind.empty())
    return Error{Errc::invalid, fmt::format("{} scales nothing: there is nothing to order", workload.name)};
  const bool acts = order.kind == OrderKind::scale || order.kind == OrderKind::restart;
  if (acts && workload.mode == Mode::dry_run)
    return Error{Errc::invalid, fmt::format("{} is in DryRun: nothing would be done", workload.name)};
  if (order.kind == OrderKind::scale &&
      (order.replicas < workload.min_replicas || order.replicas > workload.max_replicas))
    return Error{Errc::invalid,
                 fmt::format("{}: {} replicas are not between minReplicas {} and maxReplicas {}; change "
                             "the document first",
                             workload.name, order.replicas, workload.min_replicas, workload.max_replicas)};
  return Done{};
}

Result<Done> may_change(const ServerRequest& request, std::string_view token) {
  const std::string one(token);
  return may_change(request, std::span(&one, 1));
}

Result<Done> may_change(const ServerRequest& request, std::span<const std::string> tokens) {
  const std::string_view origin = request.header("origin");
  if (!origin.empty() && origin != fmt::format("http://{}", request.header("host")) &&
      origin != fmt::format("https://{}", request.header("host")))
    return Error{Errc::denied, "a page of another origin may not change anything here"};
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view shown = request.header("authorization");
  bool known = false;
  for (const std::string& token : tokens)  // all of them, so that time tells nothing of which
    known = (shown.starts_with(kBearer) && same_text(shown.substr(kBearer.size()), token)) || known;
  if (!known)
    return Error{Errc::denied, "changing something needs the token in the state directory: Authorization: Bearer …"};
  return Done{};
}

}  // namespace ballast
