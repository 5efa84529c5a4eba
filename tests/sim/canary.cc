#include "tests/sim/canary.h"

#include <utility>

namespace ballast::sim {

bool holds_canary(std::string_view text) { return text.find(kCanary.substr(0, 6)) != std::string_view::npos; }

CompiledProbe with_secret(CompiledProbe probe) {
  if (probe.request.channel == Channel::http)
    probe.request.auth.edit() = AuthSpec{.bearer = SecretRef{.env = "BALLAST_SIM_SECRET"}};
  return probe;
}

void repeat_secret(const Request& request, Response& response) {
  if (holds_canary(response.body)) return;  // it does already
  if (request.auth.get().bearer) response.body += " Authorization: Bearer " + std::string(kCanary);
}

void scrub_secret(Response& response) {
  for (std::size_t at = response.body.find(kCanary); at != std::string::npos; at = response.body.find(kCanary, at))
    response.body.replace(at, kCanary.size(), "***");
}

std::vector<Violation> judge_secrets(const Stage& stage) {
  std::vector<Violation> found;
  for (const std::string& leak : stage.leaks) found.push_back({"I7", stage.now(), "shown in " + leak});
  for (const std::string& file : stage.disk.files())
    if (holds_canary(stage.disk.read(file).value_or(""))) found.push_back({"I7", stage.now(), "written to " + file});
  return found;
}

}  // namespace ballast::sim
