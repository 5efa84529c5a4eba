#include "controller/cli/demo_place.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace ballast {
namespace {
namespace fs = std::filesystem;

/// Workers of three lanes and the fixed ones, a front for each, three daemons, two exporters, a webhook and a mail
/// server.
constexpr int kPorts = 3 * kLaneWorkerPorts + kFixedWorkers + static_cast<int>(kLanes) + 3 + 2 + 2;

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
  for (const auto lane : kLaneKinds)
    for (const auto& folder : {place.lane(lane), place.policy(lane), place.state(lane)})
      if (!failed) fs::create_directories(folder, failed);
  if (failed) return Error{Errc::denied, place.folder.string() + ": " + failed.message()};
  // The address of a unix socket has 108 bytes.
  if (place.socket(LaneKind::ballast).string().size() > 100)
    return Error{Errc::denied, place.folder.string() + ": too long for a unix socket; 80 bytes at most"};
  return Done{};
}

void give_ports(DemoPlace& place, int next) {
  const auto take = [&next](int count) { return std::exchange(next, next + count); };
  for (const auto lane : kLaneKinds) {
    auto& ports = place.ports[index_of(lane)];
    ports.workers = take(has_daemon(lane) ? kLaneWorkerPorts : kFixedWorkers);
    ports.front = take(1);
    if (has_daemon(lane)) ports.api = take(1);
    if (has_exporter(lane)) ports.exporter = take(1);
  }
  place.webhook = take(1);
  place.mail = take(1);
}

}  // namespace

const char* name_of(LaneKind lane) {
  constexpr std::array kNames{"ballast", "hpa", "keda", "fixed"};
  return kNames[index_of(lane)];
}

fs::path DemoPlace::socket(LaneKind kind) const { return folder / (std::string{name_of(kind)} + ".sock"); }

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
  give_ports(place, *first);
  if (auto made = make_folder(options, place); !made) return made.error();
  if (auto written = write_demo_files(place); !written) return written.error();
  return place;
}

}  // namespace ballast
