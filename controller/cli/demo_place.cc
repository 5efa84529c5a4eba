#include "controller/cli/demo_place.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <vector>

namespace ballast {
namespace {
namespace fs = std::filesystem;

constexpr int kWorkerPorts = 80;
constexpr int kPorts = kWorkerPorts + kFixedWorkers + 3;

bool is_program(const fs::path& path) { return access(path.c_str(), X_OK) == 0 && fs::is_regular_file(path); }

Result<fs::path> find_files(const DemoOptions& options) {
  std::vector<fs::path> candidates{options.files};
  std::error_code ignored;
  const auto beside = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  if (options.files.empty())
    candidates = {beside / "demo", beside.parent_path() / "demo", beside / "../libexec/ballast/demo"};
  std::string looked;
  for (const auto& folder : candidates) {
    if (is_program(folder / "ballast-demo-worker")) return fs::absolute(folder).lexically_normal();
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  return Error{Errc::not_found,
               "ballast-demo-worker is in none of: " + looked + "; build it, or name its folder with --files"};
}

Result<fs::path> find_haproxy() {
  const char* path = std::getenv("PATH");
  std::string list = fmt::format("{}:/usr/sbin:/usr/local/sbin", path == nullptr ? "" : path);
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(':', at), list.size());
    const fs::path candidate = fs::path{list.substr(at, end - at)} / "haproxy";
    if (candidate.is_absolute() && is_program(candidate)) return candidate;
    at = end + 1;
  }
  return Error{Errc::not_found, "haproxy is neither in PATH nor in /usr/sbin; install the package haproxy"};
}

bool is_free(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return free;
}

/// The first of kPorts free ports in a row, below those that the kernel gives to connections.
std::optional<int> free_ports() {
  for (int first = 21'000; first + kPorts < 32'000; first += 100) {
    int port = first;
    while (port < first + kPorts && is_free(port)) ++port;
    if (port == first + kPorts) return first;
  }
  return std::nullopt;
}

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

Result<Done> make_folder(const DemoOptions& options, DemoPlace& place) {
  std::error_code failed;
  if (options.keep.empty()) {
    std::string name = (fs::temp_directory_path(failed) / "ballast-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return Error{Errc::denied, name + ": cannot be made"};
    place.folder = name;
  } else {
    place.folder = fs::absolute(options.keep).lexically_normal();
    place.temporary = false;
    fs::create_directories(place.folder, failed);
    if (!failed && !fs::is_empty(place.folder, failed))
      return Error{Errc::denied, place.folder.string() + ": is not empty; name a new folder"};
  }
  for (const auto* name : {"ballast", "fixed", "policy", "state"})
    if (!failed) fs::create_directories(place.folder / name, failed);
  if (failed) return Error{Errc::denied, place.folder.string() + ": " + failed.message()};
  // The address of a unix socket has 108 bytes.
  if ((place.folder / "ballast.sock").string().size() > 100)
    return Error{Errc::denied, place.folder.string() + ": too long for a unix socket; 80 bytes at most"};
  return Done{};
}

std::string fixed_servers(const DemoPlace& place) {
  std::string lines;
  for (int i = 0; i < kFixedWorkers; ++i)
    lines += fmt::format("    server fixed-{} 127.0.0.1:{}\n", i + 1, place.fixed_first + i);
  return lines;
}

Result<Done> write_templates(const DemoPlace& place) {
  const auto haproxy = read_template(place.files / "haproxy.cfg.in");
  if (!haproxy) return haproxy.error();
  const auto policy = read_template(place.files / "policy.yaml");
  if (!policy) return policy.error();
  for (const std::string lane : {"ballast", "fixed"}) {
    const bool fixed = lane == "fixed";
    auto text = with_replaced(*haproxy, "@folder@", place.folder.string());
    text = with_replaced(text, "@lane@", lane);
    text = with_replaced(text, "@port@", std::to_string(fixed ? place.fixed_front : place.ballast_front));
    text =
        with_replaced(text, "@servers@", fixed ? fixed_servers(place) : "    # Ballast adds its workers at run time.");
    if (auto done = write_file(place.folder / (lane + ".cfg"), text); !done) return done;
  }
  auto text =
      with_replaced(*policy, "/tmp/ballast-demo/ballast-demo-worker", place.program("ballast-demo-worker").string());
  text = with_replaced(text, "/tmp/ballast-demo", place.folder.string());
  text = with_replaced(text, "21000-21079",
                       fmt::format("{}-{}", place.workers_first, place.workers_first + kWorkerPorts - 1));
  text = with_replaced(text, "--tied-to, \"1\"", fmt::format("--tied-to, \"{}\"", getpid()));
  text = with_replaced(text, "127.0.0.1:9798", fmt::format("127.0.0.1:{}", place.api));
  return write_file(place.folder / "policy" / "policy.yaml", text);
}

}  // namespace

std::string with_replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

Result<DemoPlace> prepare_demo(const DemoOptions& options) {
  DemoPlace place;
  auto files = find_files(options);
  if (!files) return files.error();
  place.files = *files;
  auto haproxy = find_haproxy();
  if (!haproxy) return haproxy.error();
  place.haproxy = *haproxy;
  std::error_code ignored;
  place.daemon = options.daemon.empty() ? fs::read_symlink("/proc/self/exe", ignored) : fs::absolute(options.daemon);
  const auto first = free_ports();
  if (!first) return Error{Errc::unavailable, fmt::format("no {} free ports in a row from 21000 to 32000", kPorts)};
  place.workers_first = *first;
  place.fixed_first = *first + kWorkerPorts;
  place.ballast_front = place.fixed_first + kFixedWorkers;
  place.fixed_front = place.ballast_front + 1;
  place.api = place.ballast_front + 2;
  if (auto made = make_folder(options, place); !made) return made.error();
  if (auto written = write_templates(place); !written) return written.error();
  return place;
}

}  // namespace ballast
