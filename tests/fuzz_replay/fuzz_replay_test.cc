#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz_replay/fuzz_targets.h"

namespace ballast {
namespace {

std::vector<std::filesystem::path> corpus_of(const std::string& target) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = std::string{BALLAST_SOURCE_DIR} + "/tests/fuzz/corpus/" + target;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs the target on the whole input and on what is left when it is cut off at 64 places.
void run(const FuzzTarget& target, const std::string& bytes) {
  const std::size_t stride = bytes.size() / 64 + 1;
  for (std::size_t length = 0; length < bytes.size(); length += stride)
    target.run(reinterpret_cast<const std::uint8_t*>(bytes.data()), length);
  target.run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

class FuzzReplay : public testing::TestWithParam<FuzzTarget> {};

TEST_P(FuzzReplay, FindsNothingInTheCommittedCorpus) {
  const auto files = corpus_of(GetParam().name);
  ASSERT_FALSE(files.empty()) << "tests/fuzz/corpus/" << GetParam().name << " is empty: add inputs of the real peer";
  for (const auto& file : files) {
    const std::string bytes = bytes_of(file);
    const auto survive = [&] {
      run(GetParam(), bytes);
      std::_Exit(0);
    };
    // In a process of its own, so that an abort names its file.
    EXPECT_EXIT(survive(), testing::ExitedWithCode(0), "") << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Corpus, FuzzReplay, testing::ValuesIn(fuzz_targets().begin(), fuzz_targets().end()),
                         [](const auto& target) { return std::string{target.param.name}; });

}  // namespace
}  // namespace ballast
