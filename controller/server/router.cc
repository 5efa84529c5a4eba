#include "controller/server/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <exception>
#include <iterator>

#include "io/url.h"

namespace ballast {
namespace {

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

bool is_address(std::string_view host) {
  if (host.starts_with('[')) return host.ends_with(']');
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

/// How well a route's path fits: 0 not, longer is better, exact is best.
std::size_t fit(std::string_view pattern, std::string_view path) {
  if (pattern == path) return std::string_view::npos;
  if (!pattern.ends_with("/*")) return 0;
  pattern.remove_suffix(1);
  return path.starts_with(pattern) ? pattern.size() : 0;
}

ServerResponse plain(int status, std::string body) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

ServerResponse call(const Route& chosen, const ServerRequest& request) {
  try {
    return chosen.handle(request);
  } catch (const std::exception&) {  // a bug; what it says may hold a secret
    return plain(500, "internal error\n");
  }
}

}  // namespace

std::string_view ServerRequest::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& entry) -> std::string_view { return entry.first; });
  return found == headers.end() ? std::string_view{} : found->second;
}

std::string ServerRequest::query_value(std::string_view key) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decode(pair.substr(0, equals)).value_or("") != key) continue;
    std::string value(pair.substr(std::min(pair.size(), equals + 1)));
    std::ranges::replace(value, '+', ' ');
    return percent_decode(value).value_or("");
  }
  return "";
}

Result<Target> split_target(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  Result<std::string> path = percent_decode(target.substr(0, question));
  if (!path) return path.error();
  if (!path->starts_with('/')) return Error{Errc::invalid, "the path does not begin with /"};
  if (std::ranges::any_of(*path, [](char c) { return (c >= 0 && c < ' ') || c == 127; }))
    return Error{Errc::invalid, "the path holds a control character"};
  if (has_dot_segment(*path)) return Error{Errc::invalid, "the path holds . or .."};
  return Target{*path, std::string(target.substr(std::min(target.size(), question + 1)))};
}

bool host_is_served(std::string_view host, const std::vector<std::string>& hosts) {
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;
  if (bracket == host.npos) return false;
  const std::size_t colon = std::min(host.find(':', bracket), host.size());
  const std::string_view port = host.substr(std::min(host.size(), colon + 1));
  if (!std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) return false;
  std::string name = lowered(host.substr(0, colon));
  if (name.ends_with('.')) name.pop_back();
  return name == "localhost" || is_address(name) ||
         std::ranges::any_of(hosts, [&](const std::string& served) { return lowered(served) == name; });
}

ServerResponse route(const std::vector<Route>& routes, const ServerRequest& request) {
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  const Route* best = nullptr;
  std::size_t best_fit = 0;
  std::string allowed;
  for (const Route& candidate : routes) {
    const std::size_t fits = fit(candidate.path, request.path);
    if (fits == 0) continue;
    allowed += (allowed.empty() ? "" : ", ") + candidate.method + (candidate.method == "GET" ? ", HEAD" : "");
    if (candidate.method != method || fits <= best_fit) continue;
    best = &candidate;
    best_fit = fits;
  }
  if (best != nullptr) return call(*best, request);
  if (allowed.empty()) return plain(404, "not found\n");
  ServerResponse response = plain(405, "method not allowed\n");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

std::string response_text(const ServerResponse& response, bool head, bool keep_alive) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
      response.status, std::string_view(reason.data(), reason.size()), response.body.size());
  const auto add = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  };
  if (!response.content_type.empty()) add("Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) add(name, value);
  add("Connection", keep_alive ? "keep-alive" : "close");
  text += "\r\n";
  if (!head) text += response.body;
  return text;
}

}  // namespace ballast
