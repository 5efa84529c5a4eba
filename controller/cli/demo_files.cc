// The templates of the demo, filled in with folder, ports and process.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "controller/cli/demo_place.h"

namespace ballast {
namespace {
namespace fs = std::filesystem;

Result<std::string> read_template(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return Error{Errc::not_found, path.string() + ": cannot be opened"};
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

Result<Done> write_file(const fs::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush()) return Error{Errc::denied, path.string() + ": cannot be written"};
  return Done{};
}

std::string fixed_servers(int first_port) {
  std::string lines;
  for (int i = 0; i < kFixedWorkers; ++i)
    lines += fmt::format("    server fixed-{} 127.0.0.1:{}\n", i + 1, first_port + i);
  return lines;
}

std::string haproxy_text(const DemoPlace& place, LaneKind lane, std::string text) {
  const auto& ports = place.ports_of(lane);
  text = with_replaced(std::move(text), "@folder@", place.folder.string());
  text = with_replaced(std::move(text), "@lane@", name_of(lane));
  text = with_replaced(std::move(text), "@port@", std::to_string(ports.front));
  return with_replaced(
      std::move(text), "@servers@",
      lane == LaneKind::fixed ? fixed_servers(ports.workers) : "    # Ballast adds its workers at run time.");
}

std::string policy_text(const DemoPlace& place, LaneKind lane, std::string text) {
  const auto& ports = place.ports_of(lane);
  const auto address = [](int port) { return fmt::format("127.0.0.1:{}", port); };
  text = with_replaced(std::move(text), "/tmp/ballast-demo/ballast-demo-worker",
                       place.program("ballast-demo-worker").string());
  text = with_replaced(std::move(text), "/tmp/ballast-demo/hpa", std::string{"/tmp/ballast-demo/"} + name_of(lane));
  text = with_replaced(std::move(text), "/tmp/ballast-demo", place.folder.string());
  text = with_replaced(std::move(text), "21000-21079",
                       fmt::format("{}-{}", ports.workers, ports.workers + kLaneWorkerPorts - 1));
  text = with_replaced(std::move(text), "--tied-to, \"1\"", fmt::format("--tied-to, \"{}\"", getpid()));
  text = with_replaced(std::move(text), "127.0.0.1:9798", address(ports.api));
  text = with_replaced(std::move(text), "127.0.0.1:9799", address(ports.exporter));
  text = with_replaced(std::move(text), "127.0.0.1:9800", address(place.webhook));
  return with_replaced(std::move(text), "127.0.0.1:9801", address(place.mail));
}

}  // namespace

std::string with_replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

Result<Done> write_demo_files(const DemoPlace& place) {
  const auto haproxy = read_template(place.files / "haproxy.cfg.in");
  if (!haproxy) return haproxy.error();
  for (const auto lane : kLaneKinds) {
    const auto config = place.folder / (std::string{name_of(lane)} + ".cfg");
    if (auto done = write_file(config, haproxy_text(place, lane, *haproxy)); !done) return done;
    if (!has_daemon(lane)) continue;
    const auto policy = read_template(place.files / (lane == LaneKind::ballast ? "policy.yaml" : "steered.yaml.in"));
    if (!policy) return policy.error();
    if (auto done = write_file(place.policy(lane) / "policy.yaml", policy_text(place, lane, *policy)); !done)
      return done;
  }
  return Done{};
}

}  // namespace ballast
