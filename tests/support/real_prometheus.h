// A real Prometheus of its own, in a folder of its own, that scrapes one exporter every 200 ms.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace ballast {

class RealPrometheus {
 public:
  /// Null when there is no Prometheus on this machine or it does not start. `exporter`: HOST:PORT.
  static std::unique_ptr<RealPrometheus> start(const std::string& exporter);
  ~RealPrometheus();
  RealPrometheus(const RealPrometheus&) = delete;
  RealPrometheus& operator=(const RealPrometheus&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// SIGKILL, and its end.
  void kill_hard();
  /// The same again, with what it has stored and on the same port; waits until it is ready.
  [[nodiscard]] bool start_again();

 private:
  explicit RealPrometheus(std::string folder) : folder_(std::move(folder)) {}
  bool launch(const std::string& exporter);
  std::string folder_;
  std::uint16_t port_ = 0;
  int pid_ = 0;
};

}  // namespace ballast
