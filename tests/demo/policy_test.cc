// The demo's policies are documents like any other: they must be such that `ballast run` takes them.
#include <gtest/gtest.h>

#include "controller/config/config.h"

namespace ballast {
namespace {

TEST(DemoPolicy, IsTakenAsItStands) {
  for (const auto* name : {"policy.yaml", "steered.yaml.in"}) {
    const auto validation = validate(read_files({std::string{BALLAST_SOURCE_DIR "/examples/demo/"} + name}));
    EXPECT_EQ(validation.exit_status, 0) << name << ": " << validation.text;
  }
}

}  // namespace
}  // namespace ballast
