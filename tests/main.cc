// The main of every suite. It works from the root of the repository, wherever it was started from: paths of test data
// and of built programs are relative to it, so that an object file is the same in every clone and ccache finds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

/// cpprestsdk's library is not built with the sanitizer: of the pointers to its cancellation callbacks it sees some
/// counts and not others, and takes the last one's deletion for a race. Called by ThreadSanitizer, which names it.
extern "C" const char* __tsan_default_suppressions() { return "race:pplx::details::_CancellationTokenCallback\n"; }

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
