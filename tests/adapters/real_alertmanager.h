// A real Alertmanager of its own, alone, in a folder of its own. It ends with the object, and with the test program
// when that is killed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ballast {

class RealAlertmanager {
 public:
  /// Null when there is none on this machine or it does not start. Alerts are grouped by alertname.
  static std::unique_ptr<RealAlertmanager> start();
  ~RealAlertmanager() { end(); }
  RealAlertmanager(const RealAlertmanager&) = delete;
  RealAlertmanager& operator=(const RealAlertmanager&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Body of an answer to `GET path`; empty when none came.
  [[nodiscard]] std::string get(const std::string& path) const;

 private:
  RealAlertmanager() = default;
  bool launch();
  void end();
  TemporaryFolder folder_{"alertmanager"};
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace ballast
