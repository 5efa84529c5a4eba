// Reads the vectors of tests/data/golden.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ballast {

inline std::vector<nlohmann::json> golden(const std::string& group) {
  std::vector<nlohmann::json> lines;
  std::ifstream file(std::string{BALLAST_SOURCE_DIR} + "/tests/data/golden/" + group + ".jsonl");
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace ballast
