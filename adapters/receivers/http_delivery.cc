#include "adapters/receivers/http_delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/excerpt.h"
#include "io/http_text.h"
#include "io/url.h"

namespace ballast {
namespace {

constexpr std::size_t kShortestWord = 3;  // as the client takes credentials out of answers
constexpr std::size_t kShortestPart = 6;  // shorter ones (`hooks`, `v1`) are in any text
constexpr std::size_t kLookedAt = 32768;  // of an answer: a url has at most 8192 bytes
constexpr std::size_t kShownAnswer = 160;
constexpr std::size_t kShownReceiver = 100;
constexpr std::int64_t kMaxAnswer = std::int64_t{1} << 20;

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

}  // namespace

void SecretWords::add(std::string_view word) {
  words_.words.emplace_back(std::string(word));
  longest_ = std::max(longest_, word.size());
}

void SecretWords::add_parts(std::string_view text) {
  while (!text.empty()) {
    const auto* const begin = std::ranges::find_if(text, is_of_word);
    const auto* const end = std::find_if_not(begin, text.end(), is_of_word);
    const std::string_view part(begin, static_cast<std::size_t>(end - begin));
    if (part.size() >= kShortestPart) add(part);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
}

void SecretWords::add_url(std::string_view url) {
  const auto parsed = parse_url(url);
  if (!parsed) return add(url);
  add(parsed->target);
  add(std::string_view(parsed->target).substr(0, parsed->target.find('?')));
  if (!parsed->password.empty()) add(base64(parsed->user + ":" + parsed->password));
  for (const std::string* text : {&parsed->user, &parsed->password}) add(*text);
  add_parts(parsed->target);
  if (const auto decoded = percent_decode(parsed->target)) add_parts(*decoded);
  add_query(url);
}

void SecretWords::add_query(std::string_view url) {
  const std::size_t begin = url.find('?');
  if (begin == std::string_view::npos) return;
  std::string_view query = url.substr(begin + 1, url.find('#', begin) - begin - 1);
  add_parts(query);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::string_view value = pair.substr(pair.find('=') + 1);  // all of it where there is no '='
    if (!value.empty()) add(value);
    if (const auto decoded = percent_decode(value); decoded && *decoded != value) add(*decoded);
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
}

std::string SecretWords::cleaned(std::string text) const {
  scrub(text, words_, kShortestWord);
  return text;
}

std::string SecretWords::excerpt_of(std::string_view answer, std::size_t most) const {
  std::string seen = cleaned(std::string(answer.substr(0, kLookedAt)));
  // Half a secret, which nothing finds, may stand where the answer was cut.
  if (answer.size() > kLookedAt) seen.resize(seen.size() - std::min(seen.size(), longest_));
  return excerpt(seen, most);
}

Result<std::string> read_secret_word(const SecretRef& where, SecretWords& words) {
  auto secret = read_secret(where);
  if (!secret) return secret.error();
  words.add(secret->reveal());
  return secret->reveal();
}

Result<std::string> read_secret_url(const SecretRef& where, SecretWords& words) {
  const auto text = read_secret(where);
  if (!text) return text.error();
  const auto url = parse_url(text->reveal());
  if (!url || (url->scheme != "http" && url->scheme != "https"))
    return Error{Errc::invalid, fmt::format("the secret in {} is no usable http:// or https:// url",
                                            where.file.empty() ? "the variable " + where.env : where.file)};
  words.add_url(text->reveal());
  return text->reveal();
}

Request json_post(std::string url, std::string body, Duration deadline) {
  Request request{.method = "POST", .url = std::move(url)};
  request.content_type = std::string("application/json");
  request.body = std::move(body);
  request.deadline = deadline;
  request.max_bytes = kMaxAnswer;
  return request;
}

std::string join_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base).append(path);
}

std::string problem_of_base(std::string_view url) {
  if (url.find_first_of("?#") != std::string_view::npos) return "has a query or fragment; write the part before it";
  const auto parsed = parse_url(url);
  if (parsed && !(parsed->user.empty() && parsed->password.empty()))
    return "has a user or password, which belong into a secret";
  return "";
}

Fetcher& fetcher_of(std::string_view url, std::string_view vendor, ReceiverHost& host) {
  const auto parsed = parse_url(url);
  return parsed && parsed->scheme == "https" && parsed->host == vendor ? host.vendors : host.fetcher;
}

Errc errc_of_status(int status) {
  if (status >= 500 && status <= 599) return Errc::unavailable;
  switch (status) {
    case 401:
    case 403:
      return Errc::denied;
    case 404:
    case 410:
      return Errc::not_found;
    case 408:
      return Errc::timeout;
    case 429:
      return Errc::rate_limited;
    default:
      return Errc::invalid;
  }
}

Delivery failed_delivery(const Error& error, std::string_view receiver, const SecretWords& words) {
  const std::string name = words.cleaned(excerpt(receiver, kShownReceiver));
  return {.failure = Error{error.code, fmt::format("receiver {}: {}", name, words.cleaned(error.message))}};
}

std::optional<Error> failure_of(const Result<Response>& answer, const SecretWords& words) {
  if (!answer) return Error{answer.error().code, words.cleaned(answer.error().message)};
  const int status = answer->status;
  if (status / 100 == 2) return std::nullopt;
  if (status / 100 == 3)  // its text names where to, which may hold a secret
    return Error{Errc::invalid, fmt::format("HTTP {}: redirects are not followed", status)};
  const std::string said = words.excerpt_of(answer->body, kShownAnswer);
  return Error{errc_of_status(status), fmt::format("HTTP {}{}{}", status, said.empty() ? "" : ": ", said)};
}

Delivery delivery_of(const Result<Response>& answer, std::string_view receiver, const SecretWords& words) {
  const auto failure = failure_of(answer, words);
  if (!failure) return {};
  Delivery result = failed_delivery(*failure, receiver, words);
  if (answer && (answer->status == 429 || answer->status / 100 == 5)) result.retry_after = answer->retry_after;
  return result;
}

}  // namespace ballast
