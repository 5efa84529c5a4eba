#include "adapters/process/shim_options.h"

#include "core/read_number.h"

namespace ballast {
namespace {
constexpr std::size_t kBeforeCommand = 6;
}

std::vector<std::string> shim_arguments(const ShimOptions& options) {
  std::vector<std::string> arguments{std::string(kShimCommand),
                                     options.log,
                                     options.user,
                                     options.working_directory,
                                     options.environment_file,
                                     std::to_string(options.memory_bytes)};
  arguments.insert(arguments.end(), options.command.begin(), options.command.end());
  return arguments;
}

std::optional<ShimOptions> parse_shim_arguments(const std::vector<std::string>& arguments) {
  if (arguments.size() <= kBeforeCommand || arguments[0] != kShimCommand) return std::nullopt;
  ShimOptions options{
      .log = arguments[1], .user = arguments[2], .working_directory = arguments[3], .environment_file = arguments[4]};
  const std::string& memory = arguments[5];
  if (!read_number(memory, options.memory_bytes) || options.memory_bytes < 0) return std::nullopt;
  options.command.assign(arguments.begin() + kBeforeCommand, arguments.end());
  return options;
}

}  // namespace ballast
