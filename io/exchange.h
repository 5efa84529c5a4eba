// What is asked over a plain connection: exchanges, dials and looks at certificates.
#pragma once

#include "core/request.h"
#include "core/result.h"
#include "core/task.h"
#include "core/time.h"
#include "io/stream.h"
#include "io/url.h"

namespace ballast {

/// Sends `body`, reads to the end. Errors: those of a stream, invalid (above `max_bytes`).
Task<Result<Response>> exchange(Network& network, Request request, Url url, TimePoint deadline);

/// Errors: only what says nothing about the peer, above all that time ran out.
Task<Result<Response>> dial(Network& network, Request request, Url url, TimePoint deadline);

/// Errors: those of a stream; unavailable (the handshake broke off before the peer had shown a certificate).
Task<Result<Response>> look_at_certificates(Network& network, Request request, Url url, TimePoint deadline);

/// What a stream that did not open tells those for whom a refusal is an answer. Errors: `error`, unless `refused`.
Result<Response> not_opened(const Error& error, bool refused);

Peer peer_of(const Url& url, const TlsOptions& tls);

}  // namespace ballast
