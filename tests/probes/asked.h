// One poll of a probe over the real fetcher: what the engine does, without an engine.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "core/probe.h"
#include "tests/io/fetcher_contract.h"

namespace ballast {

inline Result<NamedReading> ask(Client& client, const CompiledProbe& probe, const Page* previous = nullptr,
                                Page* kept = nullptr) {
  const auto answer = client.fetch(probe.request);
  if (!answer) return answer.error();
  auto page = probe.decode(*answer);
  if (!page) return page.error();
  auto reading = probe.select(*page, previous);
  if (kept != nullptr) *kept = *std::move(page);
  return reading;
}

/// The one value of a scalar reading; a failure when there is none.
inline double value_of(const Result<NamedReading>& reading) {
  if (reading && reading->samples.size() == 1) return reading->samples[0].value;
  ADD_FAILURE() << (reading ? "several samples" : reading.error().message);
  return -1e9;
}

/// No number, but this code and a message that holds `text`.
inline auto unknown(Errc code, const std::string& text) {
  return testing::ResultOf(
      [](const Result<NamedReading>& reading) -> std::string {
        return reading ? "a number: " + std::to_string(reading->samples.at(0).value)
                       : std::string(to_string(reading.error().code)) + ": " + reading.error().message;
      },
      testing::AllOf(testing::StartsWith(std::string(to_string(code)) + ": "), testing::HasSubstr(text)));
}

}  // namespace ballast
