#include "io/vendor_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "core/secret.h"
#include "io/awaited.h"
#include "io/credentials.h"
#include "io/http_text.h"
#include "io/rest_line.h"
#include "io/url.h"
#include "io/way_back.h"

namespace ballast {
namespace {

constexpr Duration kLeastAttempt = std::chrono::milliseconds{250};

/// A question with all it takes to ask it, perhaps at several addresses.
struct Question {
  Url url{};
  RestRequest request{};
  TimePoint deadline{};
};

class VendorClient final : public Fetcher {
 public:
  VendorClient(Loop& loop, VendorClientOptions options, Authorities trusted)
      : loop_(loop),
        options_(std::move(options)),
        trusted_(std::move(trusted)),
        resolver_(make_resolver(loop, options_.look_up_name)),
        way_back_(std::make_shared<WayBack>(loop)) {}
  ~VendorClient() override { way_back_->end(); }

  Task<Result<Response>> fetch(Request request) override {
    const TimePoint start = loop_.now();
    const Duration deadline = request.deadline;
    const Result<Url> url = parse_url(request.url);
    const std::string shown = url ? origin_of(*url) : "a malformed url";
    auto answer = co_await ask(std::move(request), url, start + deadline);
    if (!answer) co_return about_request(shown, answer.error(), deadline);
    answer->received_at = loop_.now();
    answer->wall = loop_.wall();
    answer->took = answer->received_at - start;
    co_return answer;
  }

 private:
  using Line = std::unique_ptr<RestLine>;
  struct Idle {
    Line line{};
    TimePoint since{};
  };

  /// Whom this client does not ask, and what it does not ask for.
  [[nodiscard]] Result<Done> check(const Request& request, const Url& url) const {
    if (request.channel != Channel::http || (url.scheme != "http" && url.scheme != "https"))
      return Error{Errc::invalid, "scheme and channel do not fit"};
    if (std::ranges::find(options_.hosts, url.host) == options_.hosts.end())
      return Error{Errc::denied, fmt::format("{} is none of the hosts that this client may ask", url.host)};
    if (url.scheme == "http" && !options_.allow_plain) return Error{Errc::denied, "http is not allowed, only https"};
    if (request.tls != TlsOptions{}) return Error{Errc::invalid, "TLS options are for addresses that users name"};
    if (request.max_bytes < 0) return Error{Errc::invalid, "max_bytes is negative"};
    return Done{};
  }

  /// With the secrets read for this one request.
  Task<Result<Response>> ask(Request request, Result<Url> url, TimePoint deadline) {
    if (!url) co_return Error{Errc::invalid, "not a usable url"};
    if (const auto good = check(request, *url); !good) co_return good.error();
    const auto credentials = read_credentials(request.auth);
    if (!credentials) co_return credentials.error();
    Result<std::string> text = request_text(request, *url, options_.user_agent,
                                            credentials->line ? credentials->line->reveal() : std::string_view());
    if (!text) co_return text.error();
    Question question{*url, {.method = request.method, .target = url->target}, deadline};
    question.request.text = std::make_shared<const Secret<std::string>>(*std::move(text));
    question.request.header_bytes = options_.header_bytes;
    question.request.max_bytes = request.max_bytes;
    auto asked = is_repeatable(request.method) ? read(std::move(question)) : write(std::move(question));
    auto answer = co_await std::move(asked);
    if (!answer) co_return answer.error();
    answer->response.retry_after = parse_retry_after(answer->retry_after, loop_.wall());
    scrub(answer->response, *credentials);
    co_return std::move(answer->response);
  }

  /// A kept connection may have been closed under our hands: then, and only then, once more.
  Task<Result<RestAnswer>> read(Question question) {
    if (Line kept = take_idle(origin_of(question.url))) {
      auto answer = co_await converse(kept.get(), question, question.deadline);
      if (answer) {
        keep(origin_of(question.url), std::move(kept), *answer);
        co_return answer;
      }
      if (answer.error().code != Errc::unavailable || !kept->may_be_stale()) co_return answer;
    }
    bool ignored = false;
    co_return co_await ask_anew(std::move(question), &ignored);
  }

  /// Never on a kept connection: the library would send it again by itself when that one had ended.
  Task<Result<RestAnswer>> write(Question question) {
    bool may_have_sent = false;
    const std::string method = question.request.method;
    auto answer = co_await ask_anew(std::move(question), &may_have_sent);
    if (answer || !may_have_sent) co_return answer;
    co_return Error{Errc::outcome_unknown, method + " was sent and not answered: " + answer.error().message};
  }

  /// Addresses share what is left of the time, so that one that swallows packets leaves some to the next.
  Task<Result<RestAnswer>> ask_anew(Question question, bool* may_have_sent) {
    const Result<Addresses> ways = co_await find_ways(question.url.host, question.deadline);
    if (!ways) co_return ways.error();
    Error failure;
    for (std::size_t i = 0; i < ways->size(); ++i) {
      const TimePoint now = loop_.now();
      const Duration share = (question.deadline - now) / static_cast<std::int64_t>(ways->size() - i);
      const TimePoint connect_by = std::min(question.deadline, now + std::max(share, kLeastAttempt));
      RestServer server{question.url, (*ways)[i], trusted_};
      auto line = std::make_unique<RestLine>(server);
      auto answer = co_await converse(line.get(), question, connect_by);
      if (answer) {
        // A write takes no kept line, so that one that it leaves behind would only be in the way.
        if (is_repeatable(question.request.method)) keep(origin_of(question.url), std::move(line), *answer);
        co_return answer;
      }
      failure = answer.error();
      *may_have_sent = line->may_have_sent();
      if (line->connected() || loop_.now() >= question.deadline) break;
    }
    co_return failure;
  }

  /// What is dialled, in turn. Addresses of IPv6 the library finds by the name alone: it cannot dial one.
  Task<Result<Addresses>> find_ways(std::string host, TimePoint deadline) {
    Awaited<Result<Addresses>> found(loop_);
    if (host.find_first_not_of("0123456789.") == host.npos || host.find(':') != host.npos) co_return Addresses(1, host);
    resolver_->resolve(host, found.callback());
    const bool in_time = co_await found.by(deadline);
    if (!in_time) co_return Error{Errc::timeout, "look-up of name " + host + ": the deadline passed"};
    Result<Addresses> addresses = found.take();
    if (!addresses) co_return addresses.error();
    const auto of_ipv6 = [](const std::string& address) { return address.find(':') != address.npos; };
    if (std::erase_if(*addresses, of_ipv6) > 0) addresses->push_back(host);
    co_return addresses;
  }

  Task<Result<RestAnswer>> converse(RestLine* line, Question question, TimePoint connect_by) {
    Awaited<Result<RestAnswer>> end(loop_);
    line->ask(question.request, [back = way_back_, tell = end.callback()](Result<RestAnswer> answer) {
      back->post([tell, answer = std::move(answer)]() mutable { tell(std::move(answer)); });
    });
    bool came = co_await end.by(connect_by);
    if (!came && line->connected()) came = co_await end.by(question.deadline);
    if (came) co_return end.take();
    line->hang_up();
    co_return Error{Errc::timeout, line->waits_for()};
  }

  Line take_idle(const std::string& origin) {
    const auto found = idle_.find(origin);
    while (found != idle_.end() && !found->second.empty()) {
      Idle last = std::move(found->second.back());
      found->second.pop_back();
      if (loop_.now() - last.since < options_.idle_timeout) return std::move(last.line);
    }
    return nullptr;
  }

  void keep(const std::string& origin, Line line, const RestAnswer& answer) {
    if (!answer.stays_open) return;
    std::vector<Idle>& kept = idle_[origin];
    std::erase_if(kept, [&](const Idle& idle) { return loop_.now() - idle.since >= options_.idle_timeout; });
    if (kept.size() < options_.idle_per_origin) kept.push_back({std::move(line), loop_.now()});
  }

  Loop& loop_;
  VendorClientOptions options_;
  Authorities trusted_;
  std::unique_ptr<Resolver> resolver_;
  std::shared_ptr<WayBack> way_back_;
  std::map<std::string, std::vector<Idle>> idle_{};  // by origin, of which the hosts leave few
};

}  // namespace

Result<std::unique_ptr<Fetcher>> make_vendor_fetcher(Loop& loop, VendorClientOptions options) {
  if (options.ca_file == kSystemAuthorities && !std::filesystem::exists(options.ca_file)) options.ca_file.clear();
  auto trusted = load_authorities(options.ca_file);
  if (!trusted) return trusted.error();
  prepare_rest_library();
  return std::unique_ptr<Fetcher>(std::make_unique<VendorClient>(loop, std::move(options), *std::move(trusted)));
}

}  // namespace ballast
