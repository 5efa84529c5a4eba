// The checker of the demo: reads the logs of a play, prints a summary, writes JSON. Exit status 0 when every gate is
// passed, 1 when one is not, 2 for a wrong command line.
#include <array>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>

#include "examples/demo/gates.h"
#include "examples/demo/options.h"
#include "examples/demo/verdict_text.h"

int main(int argc, char** argv) {
  using namespace ballast_demo;
  constexpr std::array<std::string_view, 2> kKnown{"play", "json"};
  std::string problem;
  const auto options = parse_options(std::span{argv + 1, static_cast<std::size_t>(argc - 1)}, kKnown, problem);
  if (options && !options->contains("play")) problem = "--play: the folder with the logs is needed";
  if (!problem.empty()) {
    std::fprintf(stderr, "ballast-demo-check: %s\n", problem.c_str());
    return 2;
  }
  const Terms terms;
  const auto verdict = judge(read_play(text_of(*options, "play")), terms);
  std::fputs(to_text(verdict, terms).c_str(), stdout);
  if (const auto path = text_of(*options, "json"); !path.empty()) {
    std::ofstream file{path, std::ios::binary};
    file << to_json(verdict, terms);
    if (!file.flush()) {
      std::fprintf(stderr, "ballast-demo-check: %s: cannot be written\n", path.c_str());
      return 1;
    }
  }
  return verdict.ok ? 0 : 1;
}
