// A number that a command prints, on hosts where somebody allowed it: `ballast run --allow-exec`.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "probes/compile.h"

namespace ballast {

/// `exec: {command: [/usr/local/bin/queue-depth, --queue, jobs]}`
struct ExecSpec {
  std::vector<std::string> command{};
  std::string json_pointer{};
  std::string working_directory{};
  std::map<std::string, std::string> environment{};
  Duration timeout = std::chrono::seconds{5};
  bool operator==(const ExecSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"command", &ExecSpec::command, "",
              "The absolute path of a program and its arguments; there is no shell. It runs as Ballast's user, in a "
              "session of its own, only while Ballast was started with --allow-exec. Another exit status than 0 is "
              "unknown.",
              Limits{.min = 1, .max = 256, .required = true, .example = "/usr/local/bin/queue-depth"}},
        Field{
            "jsonPointer", &ExecSpec::json_pointer, "",
            "Where in the JSON document that it prints the number stands (RFC 6901). Absent: it prints the number and "
            "nothing else.",
            Limits{.max = 1024, .example = "/queue/depth"}},
        Field{"workingDirectory", &ExecSpec::working_directory, "", "Where it runs. Absent: /.",
              Limits{.min = 2, .max = 4096, .example = "/srv/queue", .format = Format::path}},
        Field{"environment", &ExecSpec::environment, "",
              "Its environment beside PATH=/usr/local/bin:/usr/bin:/bin and LANG=C.UTF-8; nothing of Ballast's own.",
              Limits{.max = 128}},
        Field{"timeout", &ExecSpec::timeout, "",
              "The most that it may take; then it is killed with all that it started in its process group.",
              Limits{.min = 0.1, .max = 60}}};
  }
  /// The program's path is absolute, the pointer well-formed, the environment's names are names.
  [[nodiscard]] Problems check() const;
};

Request exec_request(const ExecSpec& spec);
/// What it printed. No errors.
Result<std::string> exec_decode(const Response& response);
/// One value, instantaneous. Errors: those of json_number and text_number.
Result<NamedReading> exec_select(const ExecSpec& spec, const PageOf<std::string>& page,
                                 const PageOf<std::string>* previous);

CompiledProbe compile(const ExecSpec& spec);

}  // namespace ballast
