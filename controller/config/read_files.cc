#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "controller/config/config.h"
#include "controller/config/yaml.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// One byte more than is allowed, so that what is too large is seen to be.
void read_stream(std::istream& in, SourceFile& into) {
  into.content.resize(kMaxFileBytes + 1);
  in.read(into.content.data(), static_cast<std::streamsize>(into.content.size()));
  into.content.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) into.failure = Error{Errc::unavailable, fmt::format("cannot be read: {}", std::strerror(errno))};
}

SourceFile read_one(const std::string& name) {
  SourceFile file{.name = name};
  if (name == "-") {
    read_stream(std::cin, file);
    return file;
  }
  std::error_code failed;
  if (fs::exists(name, failed) && !fs::is_regular_file(name, failed) && !fs::is_fifo(name, failed)) {
    file.failure = Error{Errc::invalid, "is neither a file nor a directory"};
    return file;
  }
  errno = 0;
  std::ifstream in(name, std::ios::binary);
  if (!in) {
    file.failure = Error{errno == EACCES ? Errc::denied : Errc::not_found,
                         fmt::format("cannot be opened: {}", std::strerror(errno))};
    return file;
  }
  read_stream(in, file);
  return file;
}

bool is_document(const fs::path& path) {
  const auto extension = path.extension();
  return !path.filename().string().starts_with('.') &&
         (extension == ".yaml" || extension == ".yml" || extension == ".json");
}

void read_directory(const std::string& name, std::vector<SourceFile>& into) {
  std::error_code failed;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(name, failed), end; !failed && entry != end; entry.increment(failed))
    if (is_document(entry->path()) && !entry->is_directory(failed)) names.push_back(entry->path().string());
  if (failed)
    into.push_back({name, "", Error{Errc::unavailable, fmt::format("cannot be listed: {}", failed.message())}});
  std::ranges::sort(names);
  for (const auto& path : names) into.push_back(read_one(path));
}

}  // namespace

std::vector<SourceFile> read_files(const std::vector<std::string>& paths) {
  std::vector<SourceFile> files;
  for (const auto& path : paths) {
    std::error_code failed;
    if (path != "-" && fs::is_directory(path, failed))
      read_directory(path, files);
    else
      files.push_back(read_one(path));
  }
  return files;
}

}  // namespace ballast
