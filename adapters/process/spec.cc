#include "adapters/process/spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/process/connect.h"
#include "adapters/process/ports.h"
#include "adapters/process/template.h"
#include "adapters/process/token.h"
#include "io/url.h"

namespace ballast {
namespace {

constexpr std::string_view kSampleName = "worker-1";
constexpr std::uint16_t kSamplePort = 9001;

void add(Problems& problems, std::string path, std::string message) {
  problems.push_back({{}, std::move(path), std::move(message)});
}

void check_text(Problems& problems, const std::string& path, std::string_view text, bool has_ports) {
  if (auto wrong = check_template(text, has_ports)) add(problems, path, std::move(*wrong));
}

/// Rules refuse a check without ports.
void check_address(Problems& problems, const std::optional<std::string>& http, const std::optional<std::string>& tcp) {
  if (http) {
    if (auto wrong = check_template(*http, true)) {
      add(problems, "http", std::move(*wrong));
    } else {
      const auto url = parse_url(expand_template(*http, kSampleName, kSamplePort));
      if (!url)
        add(problems, "http", url.error().message);
      else if (url->scheme != "http" && url->scheme != "https")
        add(problems, "http", fmt::format("{} is not http:// or https://", url->scheme));
    }
  }
  if (!tcp) return;
  if (auto wrong = check_template(*tcp, true)) {
    add(problems, "tcp", std::move(*wrong));
  } else if (const auto address = parse_socket_address(expand_template(*tcp, kSampleName, kSamplePort)); !address) {
    add(problems, "tcp", address.error().message);
  }
}

bool is_variable_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Problems ReadyCheck::check() const {
  Problems problems;
  check_address(problems, http, tcp);
  return problems;
}

Problems LiveCheck::check() const {
  Problems problems;
  check_address(problems, http, tcp);
  return problems;
}

Problems ProcessTarget::check() const {
  Problems problems;
  const bool has_ports = !ports.empty();
  if (const auto range = parse_port_range(ports); has_ports && !range) add(problems, "ports", range.error().message);
  for (std::size_t i = 0; i < command.size(); ++i)
    check_text(problems, fmt::format("command[{}]", i), command[i], has_ports);
  if (!command.empty() && command.front().empty()) add(problems, "command[0]", "is empty: write the program");
  for (std::size_t i = 0; i < environment.size(); ++i) {
    const std::string path = fmt::format("environment[{}]", i);
    if (!is_variable_name(environment[i].name))
      add(problems, path + ".name",
          fmt::format("'{}' is no name of a variable: letters, digits and '_'", environment[i].name));
    if (environment[i].name == kTokenVariable)
      add(problems, path + ".name",
          fmt::format("{} is how Ballast finds its workers; take another name", kTokenVariable));
    check_text(problems, path + ".value", environment[i].value, has_ports);
  }
  return problems;
}

}  // namespace ballast
