// Commands about documents alone: validate, docs, version.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "controller/cli/commands.h"
#include "controller/config/config.h"
#include "controller/config/reference.h"

namespace ballast {

int validate_command(const ValidateOptions& options) {
  const Validation result = validate(read_files(options.files));
  fmt::print("{}", result.text);
  return result.exit_status;
}

int docs_command(const DocsOptions& options) {
  const Result<std::string> text = options.markdown          ? Result<std::string>(reference_page())
                                   : !options.schema.empty() ? json_schema(options.schema)
                                                             : describe(options.path);
  if (!text) {
    fmt::print(stderr, "{}\n", text.error().message);
    return kNotFound;
  }
  fmt::print("{}", *text);
  return kGood;
}

int version_command(bool json) {
  if (json)
    fmt::print("{{\"version\": \"{}\", \"apiVersion\": \"{}\"}}\n", BALLAST_VERSION, kApiVersion);
  else
    fmt::print("ballast {} ({})\n", BALLAST_VERSION, kApiVersion);
  return kGood;
}

}  // namespace ballast
