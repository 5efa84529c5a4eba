#include "probes/exec.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/json_number.h"

namespace ballast {
namespace {

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

}  // namespace

Problems ExecSpec::check() const {
  Problems problems;
  if (!command.empty() && !command[0].starts_with('/'))
    problems.push_back({{}, "command[0]", fmt::format("'{}' is no absolute path; write /usr/local/bin/…", command[0])});
  if (!is_json_pointer(json_pointer))
    problems.push_back({{}, "jsonPointer", fmt::format("'{}' is no JSON pointer; write /queue/depth", json_pointer)});
  for (const auto& [name, value] : environment)
    if (!is_variable_name(name))
      problems.push_back({{}, "environment", fmt::format("'{}' is no name of a variable", name)});
  return problems;
}

Request exec_request(const ExecSpec& spec) {
  Request request{.channel = Channel::command};
  request.url = "exec:" + (spec.command.empty() ? std::string() : spec.command[0]);
  Command command{
      .arguments = spec.command, .environment = spec.environment, .working_directory = spec.working_directory};
  command.environment.try_emplace("PATH", "/usr/local/bin:/usr/bin:/bin");
  command.environment.try_emplace("LANG", "C.UTF-8");
  request.command = std::move(command);
  request.deadline = spec.timeout;
  request.max_bytes = 64 << 10;
  return request;
}

Result<std::string> exec_decode(const Response& response) { return response.body; }

Result<NamedReading> exec_select(const ExecSpec& spec, const PageOf<std::string>& page,
                                 const PageOf<std::string>* /*previous*/) {
  const auto number = number_in(page.content, spec.json_pointer);
  if (!number) return number.error();
  return scalar(page.received_at, *number);
}

CompiledProbe compile(const ExecSpec& spec) {
  return compile_probe("exec", exec_request(spec), exec_decode, spec, exec_select);
}

}  // namespace ballast
