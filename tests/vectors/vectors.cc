#include "tests/vectors/vectors.h"

#include <zlib.h>

#include <filesystem>
#include <memory>

namespace ballast::vectors {
namespace {

using nlohmann::json;

/// A whole file; gzread hands on what is not compressed.
Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file{gzopen(path.c_str(), "rb"), gzclose};
  if (!file) return Error{Errc::not_found, path + ": cannot be opened"};
  std::string text;
  std::array<char, 1 << 16> buffer{};
  for (;;) {
    const int read = gzread(file.get(), buffer.data(), buffer.size());
    if (read == 0) break;
    if (read < 0) return Error{Errc::invalid, path + ": cannot be read or is not whole"};
    text.append(buffer.data(), static_cast<std::size_t>(read));
  }
  int failed = Z_OK;
  const char* why = gzerror(file.get(), &failed);
  if (failed != Z_OK && failed != Z_STREAM_END) return Error{Errc::invalid, path + ": " + why};
  return text;
}

std::string path_of(const std::string& folder, const std::string& group) {
  for (const char* ending : {".jsonl", ".jsonl.gz"})
    if (const std::string path = folder + "/" + group + ending; std::filesystem::exists(path)) return path;
  return {};
}

std::string judged(const Group& group, const json& line) {
  try {
    return group.compare(line);
  } catch (const json::exception& malformed) {
    return std::string{"malformed: "} + malformed.what();
  }
}

}  // namespace

Result<std::vector<json>> read_group(const std::string& folder, const std::string& group) {
  const std::string path = path_of(folder, group);
  if (path.empty()) return Error{Errc::not_found, folder + ": has no " + group + ".jsonl or " + group + ".jsonl.gz"};
  const auto text = read_file(path);
  if (!text) return text.error();
  std::vector<json> lines;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text->size();) {
    const std::size_t end = std::min(text->find('\n', from), text->size());
    ++number;
    if (end > from) {
      json line = json::parse(text->begin() + static_cast<std::ptrdiff_t>(from),
                              text->begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      if (!line.is_object()) return Error{Errc::invalid, path + ":" + std::to_string(number) + ": is no JSON object"};
      lines.push_back(std::move(line));
    }
    from = end + 1;
  }
  if (lines.empty()) return Error{Errc::invalid, path + ": has no vectors"};
  return lines;
}

Compared compare_group(const std::string& name, const std::vector<json>& lines) {
  Compared compared{.group = name};
  const auto group = std::ranges::find(kGroups, name, &Group::name);
  for (const json& line : lines) {
    const std::string different = group == kGroups.end() ? "nothing compares this group" : judged(*group, line);
    if (different.empty())
      ++compared.equal;
    else
      compared.differences.push_back(get_or<std::string>(line, "id", "(no id)") + ": " + different);
  }
  return compared;
}

Result<std::vector<Compared>> compare_folder(const std::string& folder) {
  std::vector<Compared> all;
  for (const Group& group : kGroups) {
    const auto lines = read_group(folder, group.name);
    if (!lines && lines.error().code == Errc::not_found) continue;
    if (!lines) return lines.error();
    all.push_back(compare_group(group.name, *lines));
  }
  if (all.empty()) return Error{Errc::not_found, folder + ": has none of the groups that can be compared"};
  return all;
}

std::string summary(const std::vector<Compared>& groups) {
  std::string text;
  std::size_t equal = 0;
  std::size_t different = 0;
  const auto counts = [](std::size_t same, std::size_t other) {
    return std::to_string(same) + " equal, " + std::to_string(other) + " different";
  };
  for (const Compared& group : groups) {
    text += group.group + " " + counts(group.equal, group.differences.size()) + "; ";
    equal += group.equal;
    different += group.differences.size();
  }
  return text + "total " + counts(equal, different);
}

}  // namespace ballast::vectors
