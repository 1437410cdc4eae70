#include "app/command_line.h"

#include <algorithm>
#include <filesystem>
#include <new>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "app/attempt_command.h"
#include "app/backup_commands.h"
#include "app/client_commands.h"
#include "app/client_options.h"
#include "app/compare_command.h"
#include "app/completion.h"
#include "app/config_file.h"
#include "app/doctor_command.h"
#include "app/exit_status.h"
#include "app/inspect_command.h"
#include "app/man_page.h"
#include "app/merge_command.h"
#include "app/options.h"
#include "app/plan_command.h"
#include "app/resolve.h"
#include "app/saved_spec.h"
#include "app/serve_command.h"
#include "app/service_options.h"
#include "app/signals.h"
#include "app/spec_location.h"
#include "app/terminal.h"
#include "app/token_command.h"
#include "app/version.h"
#include "base/error.h"
#include "base/memory_cap.h"
#include "base/fd.h"
#include "plan/column_names.h"

namespace crm {
namespace {

constexpr int kHelpWidth = 100;

/// Standard error is where faults are told: one that cannot be written there has nowhere to go.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int print(const std::string& text) {
  write_all(STDOUT_FILENO, text, "standard output");
  return 0;
}

/// How an error is printed, even where the arguments could not be understood.
ErrorStyle error_style(const std::vector<std::string>& args, const Display& display) {
  ErrorStyle style;
  style.colour = display.colour;
  if (!args.empty() && args[0] == "attempt") style.json = true;
  for (std::size_t i = 0; i < args.size() && args[i] != "--"; ++i) {
    if (args[i] == "--progress=json" || (args[i] == "--progress" && i + 1 < args.size() && args[i + 1] == "json")) {
      style.json = true;
    }
    if (args[i] == "--verbose" || args[i] == "-v") style.verbose = true;
  }
  return style;
}

bool has(const std::vector<std::string>& args, std::string_view long_name, std::string_view short_name) {
  return std::any_of(args.begin(), args.end(), [&](const std::string& a) { return a == long_name || a == short_name; });
}

[[noreturn]] void refuse_command(const std::string& typed) {
  std::error_code ignored;
  if (typed.starts_with("-")) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("{}: options come after the sub-command: crm-merge merge ORIGINAL ENRICHED... -o OUT", typed));
  }
  if (std::filesystem::exists(typed, ignored)) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("{} is a file, not a sub-command: crm-merge merge {} ENRICHED... -o OUT", typed, typed));
  }
  std::vector<std::string> names;
  for (const Command command : kCommands) names.emplace_back(command_name(command));
  names.emplace_back("spec-schema");
  const std::string known = fmt::format("{}", fmt::join(names, ", "));
  names.insert(names.end(), {"completion", "man", "help", "version"});
  const std::optional<std::string> meant = probably_meant(typed, names);
  throw Error(ErrorCode::invalid_config, fmt::format("there is no sub-command {}{}; there are {}", typed,
                                                     meant ? fmt::format(" (did you mean {}?)", *meant) : "", known));
}

/// merge and plan: with a spec file's rules beneath what was typed.
void run_merging(Command command, const TypedOptions& typed, const CommandContext& context) {
  const auto spec_path = typed.one("--spec");
  const std::optional<SpecFile> spec = spec_path ? std::optional(read_spec_file(*spec_path)) : std::nullopt;
  try {
    const RunOptions run = resolve_options(command, typed, detect_machine(), spec ? &*spec : nullptr);
    if (command == Command::merge) run_merge(run, context);
    else run_plan(run, context);
  } catch (const Error& error) {
    if (spec) throw located(error, *spec, typed);
    throw;
  }
}

/// serve and worker: with a config file's options beneath what was typed and the environment.
int serve(Command command, TypedOptions typed, const CommandContext& context) {
  if (const auto config = typed.one("--config")) add_config_file(command, *config, typed);
  return run_service(command, resolve_service(command, typed, detect_machine()), context.stop);
}

void submit(const TypedOptions& typed, const CommandContext& context) {
  const auto spec_path = typed.one("--spec");
  const std::optional<SpecFile> spec = spec_path ? std::optional(read_spec_file(*spec_path)) : std::nullopt;
  try {
    run_submit(resolve_submit(typed, spec ? &*spec : nullptr), context);
  } catch (const Error& error) {
    if (spec) throw located(error, *spec, typed);
    throw;
  }
}

/// What asks a service. A cancel is told in its own words here: the job may go on.
int ask(Command command, const TypedOptions& typed, const CommandContext& context, const SignalStop& signals,
        const ErrorStyle& style) {
  try {
    switch (command) {
      case Command::submit: submit(typed, context); break;
      case Command::watch: run_watch(resolve_watch(typed), context); break;
      case Command::fetch: run_fetch(resolve_fetch(typed), context); break;
      case Command::jobs: run_jobs(resolve_jobs(typed), context); break;
      default: run_cancel(resolve_server(typed), job_id_of(command, typed), context);
    }
    return 0;
  } catch (const Error& error) {
    const int status = exit_status(error.code(), signals.signal());
    write_to_stderr(error_text(error, status, style));
    return status;
  }
}

/// Returns the exit status.
int run_command(Command command, const std::vector<std::string>& args, const SignalStop& signals,
                const Display& display, const ErrorStyle& style) {
  const TypedOptions typed = parse_options(command, args);
  if (typed.has("--help")) return print(help_text(command, kHelpWidth));
  const CommandContext context{signals.token(), display, write_to_stderr};
  switch (command) {
    case Command::merge:
    case Command::plan: run_merging(command, typed, context); return 0;
    case Command::inspect: return run_inspect(resolve_inspect(typed, detect_machine()), context);
    case Command::compare: return run_compare(resolve_compare(typed, detect_machine()), context);
    case Command::doctor: return run_doctor(resolve_doctor(typed, detect_machine()), context.stop);
    case Command::serve:
    case Command::worker: return serve(command, typed, context);
    case Command::token: return run_token(typed, context);
    case Command::submit:
    case Command::jobs:
    case Command::watch:
    case Command::cancel:
    case Command::fetch: return ask(command, typed, context, signals, style);
    case Command::backup: run_backup(typed, context); return 0;
    case Command::restore: run_restore(typed, context); return 0;
  }
  return 0;
}

std::optional<Command> command_of_name(const std::string& name) {
  for (const Command command : kCommands) {
    if (command_name(command) == name) return command;
  }
  return std::nullopt;
}

/// What a worker runs; not for people, so no help names it.
int attempt(const std::vector<std::string>& args, const SignalStop& signals, const Display& display) {
  run_attempt(args.empty() ? "" : args[0], {signals.token(), display, write_to_stderr});
  return 0;
}

/// Returns the exit status.
int dispatch(const std::vector<std::string>& args, const SignalStop& signals, const Display& display, const ErrorStyle& style) {
  if (args.empty()) return print(short_help_text());
  const std::string& first = args[0];
  const std::vector<std::string> rest(args.begin() + 1, args.end());
  if (const auto command = command_of_name(first)) return run_command(*command, rest, signals, display, style);
  if (first == "attempt") return attempt(rest, signals, display);
  if (first == "spec-schema") return print(spec_schema_text());
  if (first == "--help" || first == "-h" || first == "help") {
    const std::optional<Command> asked = rest.empty() ? std::nullopt : command_of_name(rest[0]);
    if (asked) return print(help_text(*asked, kHelpWidth));
    return print(short_help_text() + "\n" + help_text(Command::merge, kHelpWidth));
  }
  if (first == "man") return print(man_page());
  if (first == "completion") return print(completion_script(rest.empty() ? "" : rest[0]));
  if (has(args, "--version", "version")) return print(version_text(has(args, "--verbose", "-v")));
  refuse_command(first);
}

/// One wording for every place that can notice a cancel. An input that ends badly after a signal came (its writer was
/// stopped by the same Ctrl-C) is a cancel too.
bool was_cancelled(const Error& error, const SignalStop& signals) {
  if (error.code() == ErrorCode::cancelled) return true;
  const bool of_input = error.code() == ErrorCode::invalid_input || error.code() == ErrorCode::not_found;
  return of_input && signals.signal() != 0;
}

int report_error(const Error& fault, const SignalStop& signals, const ErrorStyle& style) {
  const Error error = was_cancelled(fault, signals)
                          ? Error(ErrorCode::cancelled, "cancelled; no output file was written or changed", fault.message())
                          : fault;
  const int status = exit_status(error.code(), signals.signal());
  write_to_stderr(error_text(error, status, style));
  return status;
}

}  // namespace

int run_command_line(const std::vector<std::string>& args, SignalStop& signals) {
  const Display display = detect_display();
  const ErrorStyle style = error_style(args, display);
  try {
    return dispatch(args, signals, display, style);
  } catch (const Error& error) {
    return report_error(error, signals, style);
  } catch (const MemoryCapReached& fault) {
    return report_error({ErrorCode::limit_exceeded, fault.what()}, signals, style);
  } catch (const std::bad_alloc&) {
    return report_error({ErrorCode::limit_exceeded,
                         "out of memory: the system gave no more; give a smaller --memory-limit or fewer --threads, or "
                         "free some memory"},
                        signals, style);
  } catch (const std::exception& fault) {
    return report_error({ErrorCode::internal, fmt::format("{}. This is a fault in crm-merge: please report it", fault.what())},
                        signals, style);
  }
}

}  // namespace crm
