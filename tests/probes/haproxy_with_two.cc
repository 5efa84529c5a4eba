#include "tests/probes/haproxy_with_two.h"

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

namespace ballast {
namespace {

void write_configuration(const std::filesystem::path& path, const std::string& folder) {
  std::ofstream file(path);
  file << "global\n  stats socket " << folder << "/admin.sock mode 600 level admin\n"
       << "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n"
       << "frontend in\n  bind unix@" << folder << "/in.sock\n  default_backend web\n"
       << "frontend worker\n  bind unix@" << folder << "/worker.sock\n  http-request return status 200\n"
       << "backend web\n  server ballast-w1 unix@" << folder << "/worker.sock\n  server ballast-w2 unix@" << folder
       << "/worker.sock\nbackend empty\n";
}

}  // namespace

HaproxyWithTwo::HaproxyWithTwo(std::filesystem::path folder)
    : folder_(std::move(folder)), haproxy_(folder_ / "haproxy.cfg", (folder_ / "admin.sock").string()) {}

std::unique_ptr<HaproxyWithTwo> HaproxyWithTwo::start() {
  std::string folder = (std::filesystem::temp_directory_path() / "ballast-haproxy-XXXXXX").string();
  if (!RealHaproxy::installed() || mkdtemp(folder.data()) == nullptr) return nullptr;
  std::unique_ptr<HaproxyWithTwo> haproxy{new HaproxyWithTwo(folder)};
  write_configuration(haproxy->folder_ / "haproxy.cfg", folder);
  return haproxy->haproxy_.start() ? std::move(haproxy) : nullptr;
}

HaproxyWithTwo::~HaproxyWithTwo() {
  haproxy_.kill_hard();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string HaproxyWithTwo::get() const {
  return talk((folder_ / "in.sock").string(), "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

}  // namespace ballast
