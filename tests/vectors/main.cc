// golden DIR: compares Ballast with the vectors in a folder. The last line counts them per group; exit 0 when all are
// equal, 1 when one is different or there is nothing to compare.
#include <cstdio>

#include "tests/vectors/vectors.h"

int main(int argc, char** argv) {
  using namespace ballast::vectors;
  if (argc != 2) {
    std::fprintf(stderr, "usage: golden DIR, a folder with GROUP.jsonl or GROUP.jsonl.gz\n");
    return 2;
  }
  const auto groups = compare_folder(argv[1]);
  if (!groups) {
    std::printf("golden: %s\n", groups.error().message.c_str());
    return 1;
  }
  bool all_equal = true;
  constexpr std::size_t kShown = 20;
  for (const Compared& group : *groups) {
    all_equal = all_equal && group.differences.empty();
    for (std::size_t i = 0; i < group.differences.size() && i < kShown; ++i)
      std::printf("%s\n", group.differences[i].c_str());
  }
  std::printf("golden: %s\n", summary(*groups).c_str());
  return all_equal ? 0 : 1;
}
