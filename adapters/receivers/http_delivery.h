// What the receivers that are told over HTTP have in common: what an answer means, and that no message holds a secret.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/receivers/receiver_host.h"
#include "core/access.h"
#include "core/ports.h"
#include "core/request.h"
#include "core/result.h"
#include "io/credentials.h"

namespace ballast {

/// What must not stand in a message about one delivery. It lives as long as the delivery.
class SecretWords {
 public:
  void add(std::string_view word);
  /// A url that is secret, or holds what is: its path and query, user and password, and each longer word of them, since
  /// answers repeat parts. The host is not secret: the network sees it.
  void add_url(std::string_view url);
  /// Of a url that is no secret: its query, which often holds one.
  void add_query(std::string_view url);
  /// Each run of at least six letters, digits, '-' and '_' in what is secret.
  void add_parts(std::string_view text);
  /// `***` where one of them stands; those of less than three bytes stay.
  [[nodiscard]] std::string cleaned(std::string text) const;
  /// Of what a receiver answered, at most `most` bytes, cleaned, on one line.
  [[nodiscard]] std::string excerpt_of(std::string_view answer, std::size_t most) const;

 private:
  Credentials words_{};
  std::size_t longest_ = 0;
};

/// Reads a secret for one delivery; its words are kept from messages. Errors: those of read_secret.
Result<std::string> read_secret_word(const SecretRef& where, SecretWords& words);
/// Reads a url that is secret. Errors: those of read_secret; invalid (no usable http or https url; it is not shown).
Result<std::string> read_secret_url(const SecretRef& where, SecretWords& words);

/// A POST of JSON. An answer above a mebibyte is none.
Request json_post(std::string url, std::string body, Duration deadline);

/// `base` without slashes at its end, then `path`.
std::string join_url(std::string_view base, std::string_view path);
/// What is wrong with an address that others are made from (a query, a fragment, user or password); empty: nothing.
std::string problem_of_base(std::string_view url);

/// The client for vendors when `url` is https and its host is `vendor`, else the one for addresses that users name.
Fetcher& fetcher_of(std::string_view url, std::string_view vendor, ReceiverHost& host);

/// Of a status of 300 to 599: 3xx invalid (nothing follows it), 401 and 403 denied, 404 and 410 not_found, 408 timeout,
/// 429 rate_limited, any other 4xx invalid, 5xx unavailable. Of one that is none: invalid.
Errc errc_of_status(int status);

/// Why an answer is a failure: its status and a short excerpt of it, or what the fetcher says (outcome_unknown, denied,
/// timeout, …). Nothing: a status of 200 to 299.
std::optional<Error> failure_of(const Result<Response>& answer, const SecretWords& words);

/// How it ended. `receiver` begins the message, and nothing of `words` is in it. How long to wait is told of 429 and
/// 5xx.
Delivery delivery_of(const Result<Response>& answer, std::string_view receiver, const SecretWords& words);
/// It failed for another reason.
Delivery failed_delivery(const Error& error, std::string_view receiver, const SecretWords& words);

}  // namespace ballast
