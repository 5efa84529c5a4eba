#include "controller/cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>

#include "controller/cli/commands.h"
#include "controller/cli/demo.h"

namespace ballast {
namespace {

using Action = std::function<int()>;

void add_history(CLI::App& command, HistoryOptions& options) {
  command.add_option("--state-dir", options.state_directory, "Where the daemon keeps its state")
      ->envname("BALLAST_STATE_DIR");
  command.add_option("--journal", options.journal, "A journal's file, instead of the one in the state directory");
  command.add_option_function<std::string>(
      "-o,--output", [&options](const std::string& form) { options.json = form == "json"; }, "text or json");
}

void add_run(CLI::App& app, RunOptions& options, Action& action) {
  CLI::App* command = app.add_subcommand("run", "Run the daemon on this host");
  command->footer(
      "Documents are read again when they change and on SIGHUP; a bad one is refused and its last good version stays.\n"
      "SIGTERM ends Ballast and leaves the workers running; the next start finds them again.\n\n"
      "  ballast run -f /etc/ballast\n"
      "  ballast run -f shop.yaml --listen 127.0.0.1:0 --log-format json");
  command->add_option("-f,--file", options.files, "Documents: files, directories, or - for standard input")->required();
  command->add_option("--state-dir", options.state_directory, "Journal, worker names and logs [/var/lib/ballast]");
  command->add_option("--listen", options.listen, "Health, metrics and API [127.0.0.1:9797]; port 0 takes a free one");
  command->add_flag("--allow-exec", options.allow_exec,
                    "Run the commands of `exec` signals: who may change documents may then run anything as this user");
  command->add_flag("--allow-link-local", options.allow_link_local,
                    "Signals may come from link-local addresses, where clouds keep metadata and credentials");
  command->add_option("--log-format", options.log.format, "console or json")->check(CLI::IsMember({"console", "json"}));
  command->add_option("--log-level", options.log.level, "info, warn or error")
      ->check(CLI::IsMember({"info", "warn", "error"}));
  command->add_option("--log-file", options.log.file, "Instead of standard error");
  command->callback([&options, &action] { action = [&options] { return run_command(options); }; });
}

void add_documents(CLI::App& app, ValidateOptions& validate, DocsOptions& docs, Action& action) {
  CLI::App* check = app.add_subcommand("validate", "Check documents: every problem of every file at once");
  check->footer("  ballast validate examples/*.yaml\n\nExit status 3 when a document is bad.");
  check->add_option("files", validate.files, "Files, directories, or -")->required();
  check->callback([&validate, &action] { action = [&validate] { return validate_command(validate); }; });

  CLI::App* reference = app.add_subcommand("docs", "Explain a kind or a field of documents");
  reference->footer("  ballast docs\n  ballast docs ScalingPolicy\n  ballast docs ScalingPolicy.spec.behavior");
  reference->add_option("path", docs.path, "KIND or KIND.field");
  reference->add_flag("--markdown", docs.markdown, "The whole reference page");
  reference->add_option("--schema", docs.schema, "The JSON schema of a KIND");
  reference->callback([&docs, &action] { action = [&docs] { return docs_command(docs); }; });
}

void add_history_commands(CLI::App& app, HistoryOptions& status, ExplainOptions& explain, ReplayOptions& replay,
                          Action& action) {
  CLI::App* show = app.add_subcommand("status", "One line a policy; exit status 1 when one is not well");
  show->add_option("name", status.name, "A policy; all without");
  add_history(*show, status);
  show->callback([&status, &action] { action = [&status] { return status_command(status); }; });

  CLI::App* why = app.add_subcommand("explain", "The steps of a decision, in words and numbers");
  why->footer(
      "  ballast explain web                 the last decision\n"
      "  ballast explain web --at -10m       the one in force ten minutes ago\n"
      "  ballast explain web --list          all decisions, a line each");
  why->add_option("name", explain.history.name, "A policy")->required();
  why->add_option("--at", explain.at, "RFC 3339 (2026-11-24T10:00:00Z), or a time ago (-5m)");
  why->add_flag("--list", explain.list, "All decisions that are kept, a line each");
  add_history(*why, explain.history);
  why->callback([&explain, &action] { action = [&explain] { return explain_command(explain); }; });

  CLI::App* again = app.add_subcommand("replay", "Recompute every recorded tick and compare");
  again->add_option("name", replay.history.name, "A policy; all without");
  again->add_flag("--strict", replay.strict, "Exit status 1 when one differs");
  add_history(*again, replay.history);
  again->callback([&replay, &action] { action = [&replay] { return replay_command(replay); }; });
}

void add_alert_commands(CLI::App& app, HistoryOptions& list, AlertTestOptions& test, Action& action) {
  CLI::App* alert = app.add_subcommand("alert", "What fires, and whether a receiver can be told");
  alert->require_subcommand(1);
  CLI::App* all = alert->add_subcommand("list", "What fires, and what is over but not yet told to all");
  add_history(*all, list);
  all->callback([&list, &action] { action = [&list] { return alert_list_command(list); }; });

  CLI::App* one = alert->add_subcommand("test", "Tell a receiver that nothing is wrong");
  one->footer(
      "Sends one alert that fires and one that is over, by the settings and secrets of the document.\n\n"
      "  ballast alert test oncall -f /etc/ballast\n\n"
      "Exit status 0 when it was taken, 1 with the reason when it was not, 4 when there is no such receiver.");
  one->add_option("receiver", test.receiver, "An AlertReceiver: `oncall`, `shop/oncall`")->required();
  one->add_option("-f,--file", test.files, "Documents: files, directories, or - for standard input")->required();
  one->add_flag("--allow-link-local", test.allow_link_local, "As of `ballast run`");
  one->callback([&test, &action] { action = [&test] { return alert_test_command(test); }; });
}

CLI::App* add_word(CLI::App& app, const char* name, const char* help, const SayOptions& word, SayOptions& say,
                   Action& action) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("name", say.name, "A policy: `web`, `shop/web`")->required();
  command->add_option("--state-dir", say.state_directory, "Of the running daemon")->envname("BALLAST_STATE_DIR");
  command->add_option_function<std::string>(
      "-o,--output", [&say](const std::string& form) { say.json = form == "json"; }, "text or json");
  command->callback([&say, &action, word] {
    say.kind = word.kind;
    say.take_back = word.take_back;
    say.done = word.done;
    action = [&say] { return say_command(say); };
  });
  return command;
}

void add_words(CLI::App& app, SayOptions& say, Action& action) {
  const auto add = [&](const char* name, const char* help, const SayOptions& word) {
    CLI::App* command = add_word(app, name, help, word, say, action);
    command->add_option("--reason", say.reason, "Why, for whoever asks later");
    return command;
  };
  const auto limited = [&](CLI::App* command) {
    auto* lasts = command->add_option("--for", say.lasts, "How long: 30m, 2h");
    command->add_option("--until", say.until, "RFC 3339: 2026-11-30T18:00:00Z")->excludes(lasts);
    return command;
  };
  limited(add("pause", "Leave a policy's replicas and pools as they are, whatever comes",
              {.kind = "Pause", .done = "paused; `ballast resume` ends it"}));
  limited(add("freeze", "Keep the number of replicas; sick members are still looked after",
              {.kind = "Freeze", .done = "frozen; `ballast resume` ends it"}))
      ->add_option("--direction", say.direction, "ScaleDown, ScaleUp or All")
      ->check(CLI::IsMember({"ScaleDown", "ScaleUp", "All"}));
  CLI::App* scale = limited(add("scale", "So many replicas for a time, whatever the signals ask for",
                                {.kind = "Scale", .done = "scaled; `ballast resume` gives it back to its signals"}));
  scale->add_option("replicas", say.replicas, "Between minReplicas and maxReplicas")->required();
  scale->footer("  ballast scale web 12 --for 2h --reason \"the sale begins\"");
  add("restart", "Replace all members, one at a time, each drained, once another serves in its place",
      {.kind = "Restart", .done = "restarting, one at a time; `ballast explain` follows it"});
  add("resume", "Take back what people ordered: the policy steers again", {.take_back = true, .done = "steers again"});
}

void add_host_commands(CLI::App& app, OrphanOptions& orphan, DemoOptions& demo, bool& json, Action& action) {
  CLI::App* lost = app.add_subcommand("orphan", "Workers whose document was removed or renamed");
  lost->footer("Removing a document never stops its workers. This lists them; --stop ends them.");
  lost->add_option("-f,--file", orphan.files, "The documents in force")->required();
  lost->add_option("--state-dir", orphan.state_directory, "Of the daemon that started them");
  lost->add_flag("--stop", orphan.stop, "SIGTERM, and SIGKILL after ten seconds");
  lost->add_option_function<std::string>(
      "-o,--output", [&orphan](const std::string& form) { orphan.json = form == "json"; }, "text or json");
  lost->callback([&orphan, &action] { action = [&orphan] { return orphan_command(orphan); }; });

  CLI::App* show = app.add_subcommand("demo", "A real HAProxy, real workers, a surge, lies and a kill: six minutes");
  show->footer(
      "  ballast demo                             live, in this terminal\n"
      "  ballast demo --headless --json out.json  for scripts; exit status 1 when a gate is not passed");
  show->add_flag("--headless", demo.headless, "Plain lines instead of the live view");
  show->add_flag("--watch", demo.watch, "The live view, also where the output is no terminal");
  show->add_option("--json", demo.json, "Write the verdict as JSON");
  show->add_option("--keep", demo.keep, "A new folder for all logs, which stays");
  show->add_option("--seed", demo.seed, "Of the arrivals");
  show->callback([&demo, &action] { action = [&demo] { return run_demo(demo); }; });

  CLI::App* version = app.add_subcommand("version", "What this is");
  version->add_option_function<std::string>(
      "-o,--output", [&json](const std::string& form) { json = form == "json"; }, "text or json");
  version->callback([&json, &action] { action = [&json] { return version_command(json); }; });
}

}  // namespace

int run_cli(int argc, char** argv) {
  CLI::App app{"Ballast keeps a service standing when traffic surges or parts of it fall sick.", "ballast"};
  app.require_subcommand(1);
  app.footer(
      "Start with `ballast demo`. Then write a document (`ballast docs ScalingPolicy`), `ballast validate` it,\n"
      "`ballast run` it, and ask `ballast explain` why it did what it did.");
  RunOptions run;
  ValidateOptions validate;
  DocsOptions docs;
  HistoryOptions status;
  ExplainOptions explain;
  ReplayOptions replay;
  OrphanOptions orphan;
  DemoOptions demo;
  HistoryOptions alerts;
  SayOptions say;
  AlertTestOptions alert_test;
  bool json = false;
  Action action;
  add_run(app, run, action);
  add_documents(app, validate, docs, action);
  add_history_commands(app, status, explain, replay, action);
  add_words(app, say, action);
  add_alert_commands(app, alerts, alert_test, action);
  add_host_commands(app, orphan, demo, json, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? kGood : kUsage;
  }
  try {
    return action();
  } catch (const std::exception& failure) {
    fmt::print(stderr, "ballast: this is a bug: {}\n", failure.what());
    return kNotWell;
  }
}

}  // namespace ballast
