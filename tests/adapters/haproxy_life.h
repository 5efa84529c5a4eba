// A real HAProxy and three real workers, for each test anew.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/adapters/haproxy_rig.h"

namespace ballast {

using Table = std::map<std::string, std::string>;

class HaproxyBalancerLife : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HaproxyRig::installed()) GTEST_SKIP() << "SKIPPED: there is no /usr/sbin/haproxy";
    rig = std::make_unique<HaproxyRig>();
  }
  WantedMember member(const std::string& name, std::size_t worker, std::int32_t weight) const {
    return {.name = name, .address = workers[worker].address(), .weight = weight};
  }
  /// Carries it out; the test fails on an error.
  void make(std::vector<WantedMember> wanted) {
    const auto done = rig->apply(std::move(wanted));
    ASSERT_TRUE(done) << done.error().message;
  }
  /// The error of what must fail.
  Error fails(std::vector<WantedMember> wanted) {
    const auto done = rig->apply(std::move(wanted));
    EXPECT_FALSE(done);
    return done ? Error{} : done.error();
  }
  Error unseen() {
    const auto view = rig->observe();
    EXPECT_FALSE(view);
    return view ? Error{} : view.error();
  }
  [[nodiscard]] std::map<std::string, std::string> weights(const std::string& backend = "web") const {
    return rig->servers("srv_uweight", backend);
  }
  mutable std::array<TestWorker, 3> workers{};
  std::unique_ptr<HaproxyRig> rig{};
};

inline void expect_says(const Error& error, Errc code, const std::vector<std::string>& parts) {
  EXPECT_EQ(error.code, code) << error.message;
  for (const auto& part : parts) EXPECT_NE(error.message.find(part), std::string::npos) << error.message;
}

}  // namespace ballast
