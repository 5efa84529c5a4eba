// Commands about documents alone: validate, docs, version.
#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "controller/cli/commands.h"
#include "controller/config/config.h"
#include "controller/config/generate.h"

namespace ballast {

int validate_command(const ValidateOptions& options) {
  const Validation result = validate(read_files(options.files));
  fmt::print("{}", result.text);
  return result.exit_status;
}

int docs_command(const DocsOptions& options) {
  if (options.markdown) {
    fmt::print("{}", reference_markdown());
    return kGood;
  }
  if (!options.schema.empty()) {
    const auto schema = json_schema(options.schema);
    if (schema) fmt::print("{}\n", to_json(*schema));
    if (!schema) fmt::print(stderr, "ballast: there is no kind {}\n", options.schema);
    return schema ? kGood : kNotFound;
  }
  const auto text = describe(options.path);
  if (text) {
    fmt::print("{}", *text);
    return kGood;
  }
  const std::string near = nearest_path(options.path);
  fmt::print(stderr, "ballast: there is no setting {}{}\n", options.path,
             near.empty() ? "" : "; did you mean " + near + "?");
  return kNotFound;
}

int version_command(bool json) {
  if (json)
    fmt::print("{{\"version\": \"{}\", \"apiVersion\": \"{}\"}}\n", BALLAST_VERSION, kApiVersion);
  else
    fmt::print("ballast {} ({})\n", BALLAST_VERSION, kApiVersion);
  return kGood;
}

}  // namespace ballast
