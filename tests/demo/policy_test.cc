// The demo's policy is a document like any other: it must be one that `ballast run` takes.
#include <gtest/gtest.h>

#include "controller/config/config.h"

namespace ballast {
namespace {

TEST(DemoPolicy, IsTakenAsItStands) {
  const auto validation = validate(read_files({BALLAST_SOURCE_DIR "/examples/demo/policy.yaml"}));
  EXPECT_EQ(validation.exit_status, 0) << validation.text;
}

}  // namespace
}  // namespace ballast
