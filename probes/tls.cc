#include "probes/tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "probes/address.h"

namespace ballast {
namespace {

/// What is wrong beside dates that have passed, which the number of days tells itself.
std::string doubts(const TlsFacts& facts) {
  std::string text;
  for (const auto& finding : facts.findings)
    if (finding.problem != TlsProblem::expired) text += (text.empty() ? "" : "; ") + finding.detail;
  return text;
}

}  // namespace

Problems TlsSpec::check() const {
  Problems problems = check_peer_address("address", address);
  const bool is_name = std::ranges::all_of(server_name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
  if (!is_name)
    problems.push_back(
        {{}, "serverName", fmt::format("'{}' is no host name; write it without port and scheme", server_name)});
  return problems;
}

Request tls_request(const TlsSpec& spec) {
  Request request{.channel = Channel::tls, .url = "tls://" + spec.address};
  request.server_name = spec.server_name;
  request.deadline = spec.timeout;
  return request;
}

Result<TlsFacts> tls_decode(const Response& response) {
  if (!response.tls || response.tls->chain.empty()) return Error{Errc::bug, "a handshake without a certificate"};
  return *response.tls;
}

Result<NamedReading> tls_select(const TlsSpec& spec, const PageOf<TlsFacts>& page,
                                const PageOf<TlsFacts>* /*previous*/) {
  const TlsFacts& facts = page.content;
  if (spec.field == TlsField::valid) return scalar(page.received_at, facts.findings.empty() ? 1 : 0);
  if (const std::string text = doubts(facts); !text.empty())
    return Error{Errc::unavailable, fmt::format("{}: the certificate is not trusted: {}", spec.address, text)};
  constexpr double kDay = 86'400;
  const auto first = std::ranges::min(facts.chain, {}, &TlsFacts::Certificate::not_after);
  return scalar(page.received_at, seconds(first.not_after - facts.at) / kDay);
}

CompiledProbe compile(const TlsSpec& spec) {
  return compile_probe("tls", tls_request(spec), tls_decode, spec, tls_select);
}

}  // namespace ballast
