#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/options.h"
#include "app/terminal.h"

namespace crm {
namespace {

constexpr int kIndent = 2;
constexpr int kHelpColumn = 28;

std::string option_heading(const OptionRow& row) {
  std::string heading = row.short_name.empty() ? std::string(row.name) : fmt::format("{}, {}", row.short_name, row.name);
  if (row.takes == OptionTakes::value_or_none) return heading + "[" + std::string(row.value) + "]";
  if (!row.value.empty()) heading += " " + std::string(row.value);
  return heading;
}

std::string_view again(OptionTakes takes) {
  switch (takes) {
    case OptionTakes::many:
    case OptionTakes::value_or_none: return ". Repeatable";
    default: return "";
  }
}

std::string option_text(const OptionRow& row, int width) {
  std::string text = std::string(row.help) + std::string(again(row.takes));
  const std::vector<std::string> variables = variables_of(row);
  if (!variables.empty()) text += fmt::format(". Also ${}", fmt::join(variables, ", $"));
  std::string out = std::string(kIndent, ' ') + option_heading(row);
  const int used = static_cast<int>(out.size());
  if (used + 2 > kHelpColumn) {
    out += "\n" + std::string(kHelpColumn, ' ');
  } else {
    out += std::string(static_cast<std::size_t>(kHelpColumn - used), ' ');
  }
  return out + wrap(text, width, kHelpColumn) + "\n";
}

constexpr std::string_view kMergeIntro =
    "usage: crm-merge merge ORIGINAL [NAME=]ENRICHED... -o OUT [options]\n"
    "\n"
    "Merges enriched files into the original: the same rows in the same order, blanks filled\n"
    "from the enriched files, new columns added. The first enriched file ranks highest.\n"
    "A file may be gzip or zstd; - is standard input.\n";

constexpr std::string_view kPlanIntro =
    "usage: crm-merge plan ORIGINAL [NAME=]ENRICHED... [--sql] [options]\n"
    "\n"
    "Prints what crm-merge merge would do with the same arguments, and does nothing: what each\n"
    "file is, which columns match, where each output column comes from.\n";

constexpr std::string_view kInspectIntro =
    "usage: crm-merge inspect [NAME=]FILE... [options]\n"
    "\n"
    "Reads files whole and tells what they are: format, encoding, dialect and header, and how sure\n"
    "that is; of each column how much is filled, how many values differ, what it holds, and whether\n"
    "a spreadsheet has damaged it; records that cannot be read. With several files also how they map\n"
    "onto the first, and which identifiers they share. Changes nothing. The result is on standard output.\n";

constexpr std::string_view kInspectExitCodes =
    "Exit status: 0 done, also where records cannot be read: they are counted; 2 usage;\n"
    "  3 a file is missing or cannot be read at all (the others are told of all the same)\n";

constexpr std::string_view kCompareIntro =
    "usage: crm-merge compare A B [--key COLUMN,...] [-o differences.csv] [options]\n"
    "\n"
    "Compares two files by key, cell by cell: rows that only one of them has, cells that differ,\n"
    "columns added, lost, renamed or moved, rows in another order. Columns go together by name.\n"
    "Where several rows have one key, the first of A is compared with the first of B, and so on.\n"
    "In options on files A and B name them: --delimiter B=semicolon.\n";

constexpr std::string_view kCompareExitCodes =
    "Exit status: 0 equal, 6 different, 2 usage or an output that cannot be written,\n"
    "  3 an input that is missing or cannot be read, 4 out of memory or disk, 130 cancelled\n";

constexpr std::string_view kDoctorIntro =
    "usage: crm-merge doctor [--server URL | --data FOLDER] [options]\n"
    "\n"
    "Looks at what a merge will find here: versions and libraries, processors, memory and the limits\n"
    "of containers, temporary files and file systems, limits of the shell. Says what is wrong and the\n"
    "one thing that mends it. Changes nothing. With --server it looks at a service from the outside,\n"
    "with --data at the folder in which a service keeps everything.\n";

constexpr std::string_view kDoctorExitCodes =
    "Exit status: 0 no problem (there may be warnings), 2 a problem, or usage\n";

constexpr std::string_view kServeIntro =
    "usage: crm-merge serve [options]\n"
    "\n"
    "Runs the service: a web page and an HTTP API on http://127.0.0.1:8080, a queue, and workers that do\n"
    "the merges, several at once. Nothing else needs to be installed. Ends cleanly on SIGTERM or Ctrl-C:\n"
    "jobs get time to finish, the rest goes back into the queue and is taken up at the next start.\n";

constexpr std::string_view kWorkerIntro =
    "usage: crm-merge worker [options]\n"
    "\n"
    "Does the jobs of a queue, without API or page: beside crm-merge serve --no-worker, with the same\n"
    "--data, or the same --queue and --store.\n";

constexpr std::string_view kTokenIntro =
    "usage: crm-merge token NAME [read|write]\n"
    "\n"
    "Makes a token: its line for the --token-file of crm-merge serve goes to standard output, the token\n"
    "itself to standard error. The file holds a hash only, so this is the one time the token is seen.\n";

constexpr std::string_view kSubmitIntro =
    "usage: crm-merge submit ORIGINAL [NAME=]ENRICHED... [-o OUT] [options]\n"
    "\n"
    "Has a service do the merge: sends the files, submits the job and prints its id. With -o, another\n"
    "output or --wait it follows the job to its end, brings the files and prints the summary. The rules\n"
    "are those of crm-merge merge, and so are the bytes. Files must be files: no -, no pipes.\n";

constexpr std::string_view kJobsIntro =
    "usage: crm-merge jobs [options]\n"
    "\n"
    "Lists a service's jobs, the newest first, on standard output.\n";

constexpr std::string_view kWatchIntro =
    "usage: crm-merge watch ID [options]\n"
    "\n"
    "Shows a job's progress until it ends. Ctrl-C ends the watching; the job goes on.\n";

constexpr std::string_view kCancelIntro =
    "usage: crm-merge cancel ID [options]\n"
    "\n"
    "Stops a job: one that waits at once, one that runs within a second.\n";

constexpr std::string_view kFetchIntro =
    "usage: crm-merge fetch ID [-o OUT] [options]\n"
    "\n"
    "Brings the files of a completed job. They appear whole or not at all; a transfer that is cut goes\n"
    "on where it was.\n";

constexpr std::string_view kBackupIntro =
    "usage: crm-merge backup FOLDER [--data FOLDER]\n"
    "\n"
    "Copies what a service keeps into the new FOLDER, also while it runs: queue, files, keys, audit log,\n"
    "and SHA256SUMS, which comes last (sha256sum -c checks it). Files on the same file system are hard\n"
    "links.\n";

constexpr std::string_view kRestoreIntro =
    "usage: crm-merge restore FOLDER --data NEW\n"
    "\n"
    "Makes a data folder of a backup; every byte is checked on the way. The folder must be new or empty.\n";

constexpr std::string_view kAskingExitCodes =
    "Exit status: 0 done, 1 a fault in crm-merge, 2 usage, no permission, or an output that cannot be\n"
    "  written, 3 an input or a job that is missing, or input that cannot be read, 4 out of memory, disk\n"
    "  or time, 5 the service does not answer, 130 cancelled; a job that fails: as its reason\n";

constexpr std::string_view kKeepingExitCodes =
    "Exit status: 0 done, 1 a fault in crm-merge, 2 usage, or a folder that cannot be used or is in use,\n"
    "  3 a backup that is incomplete or damaged, 4 out of disk, 130 cancelled\n";

constexpr std::string_view kServeExitCodes =
    "Exit status: 0 stopped as asked, 1 a fault in crm-merge, 2 usage, or an address, folder or file that\n"
    "  cannot be used, 5 the queue or the store does not answer\n";

constexpr std::string_view kExitCodes =
    "Exit status: 0 done, 1 a fault in crm-merge, 2 usage or an output that cannot be written,\n"
    "  3 an input that is missing or cannot be read, 4 out of memory, disk or time,\n"
    "  130 cancelled, 141 the reader of standard output went away, 143 terminated\n";

std::string_view intro(Command command) {
  switch (command) {
    case Command::merge: return kMergeIntro;
    case Command::plan: return kPlanIntro;
    case Command::inspect: return kInspectIntro;
    case Command::compare: return kCompareIntro;
    case Command::doctor: return kDoctorIntro;
    case Command::serve: return kServeIntro;
    case Command::worker: return kWorkerIntro;
    case Command::token: return kTokenIntro;
    case Command::submit: return kSubmitIntro;
    case Command::jobs: return kJobsIntro;
    case Command::watch: return kWatchIntro;
    case Command::cancel: return kCancelIntro;
    case Command::fetch: return kFetchIntro;
    case Command::backup: return kBackupIntro;
    case Command::restore: return kRestoreIntro;
  }
  return "";
}

std::string_view exit_codes(Command command) {
  switch (command) {
    case Command::inspect: return kInspectExitCodes;
    case Command::compare: return kCompareExitCodes;
    case Command::doctor: return kDoctorExitCodes;
    case Command::serve:
    case Command::worker: return kServeExitCodes;
    case Command::submit:
    case Command::jobs:
    case Command::watch:
    case Command::cancel:
    case Command::fetch: return kAskingExitCodes;
    case Command::backup:
    case Command::restore: return kKeepingExitCodes;
    default: return kExitCodes;
  }
}

constexpr std::string_view kForms =
    "Names of columns are found exactly, then without regard to case, spaces, _, - and dots.\n"
    "Lists are CSV: \"First Name,\"\"Notes, private\"\"\". SIZE is 512MB, 512MiB, or bytes.\n";

constexpr std::string_view kSettingForms =
    "SIZE is 512MB, 512MiB, or bytes. TIME is 250ms, 30s, 5m, 12h, 7d, or milliseconds.\n";

bool takes_rules(Command command) { return (only(command) & (kReading | kRuled)) != 0; }
bool takes_settings(Command command) { return (only(command) & kServing) != 0; }

std::string_view summary(Command command) {
  switch (command) {
    case Command::merge: return "Merge enriched files into a CRM export";
    case Command::plan: return "Show what merge would do, and do nothing";
    case Command::inspect: return "Tell what files are and hold, and how they map onto each other";
    case Command::compare: return "Tell what differs between two files, row by row and cell by cell";
    case Command::doctor: return "Tell what is wrong with this machine, and how to mend it";
    case Command::serve: return "Run the service: web page, HTTP API, queue and workers in one process";
    case Command::worker: return "Do the jobs of a queue, without API or page";
    case Command::token: return "Make a token for callers of the service";
    case Command::submit: return "Have a service do a merge";
    case Command::jobs: return "List a service's jobs";
    case Command::watch: return "Show a job's progress until it ends";
    case Command::cancel: return "Stop a job";
    case Command::fetch: return "Bring the files of a completed job";
    case Command::backup: return "Copy what a service keeps, also while it runs";
    case Command::restore: return "Make a data folder of a backup";
  }
  return "";
}

}  // namespace

std::string_view command_intro(Command command) { return intro(command); }

std::string_view exit_status_text(Command command) { return exit_codes(command); }

std::string_view forms_text() { return kForms; }

std::vector<CommandLine> command_lines() {
  std::vector<CommandLine> lines;
  for (const Command command : kCommands) lines.push_back({command_name(command), summary(command)});
  lines.push_back({"spec-schema", "Print the JSON Schema of rules in files, for editors"});
  lines.push_back({"completion", "Print the script by which bash, zsh or fish completes crm-merge"});
  lines.push_back({"man", "Print the manual page"});
  lines.push_back({"help", "Print help"});
  lines.push_back({"version", "Print the version"});
  return lines;
}

std::string help_text(Command command, int width) {
  std::string out(intro(command));
  std::optional<OptionGroup> group;
  for (const OptionRow& row : option_table()) {
    if (!takes_option(command, row)) continue;
    if (group != row.group) {
      group = row.group;
      out += fmt::format("\n{}\n", group_title(row.group));
    }
    out += option_text(row, width);
  }
  if (takes_rules(command)) (out += "\n") += kForms;
  if (takes_settings(command)) (out += "\n") += kSettingForms;
  return out + "\n" + std::string(exit_codes(command));
}

std::string short_help_text() {
  return
      "crm-merge: one good file from a CRM export and the files that enrich it.\n"
      "\n"
      "  crm-merge merge crm.csv apollo.csv zoominfo.csv -o merged.csv\n"
      "\n"
      "Every row of crm.csv comes out once, in order, each cell as it went in; blanks are filled from the\n"
      "enriched files, the first of them first. What was found and done is printed at the end.\n"
      "\n"
      "  crm-merge merge ...     merge (crm-merge merge --help lists the options)\n"
      "  crm-merge plan ...      show what merge would do, and do nothing\n"
      "  crm-merge inspect ...   what files are: format, columns, values, damage, how they map\n"
      "  crm-merge compare ...   what differs between two files, row by row and cell by cell\n"
      "  crm-merge doctor        what is wrong with this machine, and how to mend it\n"
      "  crm-merge serve         the service: web page, HTTP API, queue and workers in one process\n"
      "  crm-merge worker        does the jobs of a queue elsewhere\n"
      "  crm-merge submit ...    has a service do a merge; jobs, watch, cancel and fetch go with it\n"
      "  crm-merge backup ...    copies what a service keeps, also while it runs; restore makes a service of it\n"
      "  crm-merge spec-schema   print the JSON Schema of rules in files (merge --spec), for editors\n"
      "  crm-merge --version     version (with --verbose: of the libraries too)\n"
      "  crm-merge completion bash|zsh|fish, crm-merge man: for the shell, and the manual page\n";
}

}  // namespace crm
