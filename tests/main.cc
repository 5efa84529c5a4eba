// The main of every suite. It works from the root of the repository, wherever it was started from: paths of test data
// and of built programs are relative to it, so that an object file is the same in every clone and ccache finds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);  // googletest too
  std::error_code failed;
  std::filesystem::current_path(BALLAST_ROOT, failed);
  if (failed) {
    std::fprintf(stderr, "tests: %s: %s\n", BALLAST_ROOT, failed.message().c_str());
    return 1;
  }
  return RUN_ALL_TESTS();
}
