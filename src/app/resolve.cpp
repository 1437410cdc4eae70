#include "app/resolve.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "app/resolve_parts.h"
#include "base/error.h"
#include "base/text.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

/// An enriched file. A path that exists as it stands is a path, whatever `=` it holds.
InputRef named_input(const std::string& text) {
  if (text.find('=') == std::string::npos || !file_exists(text)) return parse_input(text);
  InputRef input = parse_input("./" + text);  // an = after a slash is the path's
  input.path = text;
  return input;
}

void refuse_second_stdin(const MergeSpec& spec) {
  std::size_t from_stdin = spec.original.path == "-" ? 1 : 0;
  for (const InputRef& input : spec.enriched) from_stdin += input.path == "-" ? 1 : 0;
  if (from_stdin > 1) refuse("standard input (-) is given twice; it can be read once");
}

namespace {

void resolve_inputs(Command command, const TypedOptions& typed, MergeSpec& spec) {
  const std::string name = command == Command::merge ? "merge" : "plan";
  if (typed.inputs.empty()) {
    refuse(fmt::format("no input files: crm-merge {} ORIGINAL ENRICHED...; see crm-merge {} --help", name, name));
  }
  if (typed.inputs.size() < 2) {
    refuse(fmt::format("no enriched file: crm-merge {} {} ENRICHED...; give at least one file to merge into it", name,
                       typed.inputs[0]));
  }
  spec.original.path = typed.inputs[0];
  if (spec.original.path.starts_with("original=") && !file_exists(spec.original.path)) spec.original.path.erase(0, 9);
  if (spec.original.path.empty()) refuse("the original's path is empty");
  spec.original.name = "original";
  for (std::size_t i = 1; i < typed.inputs.size(); ++i) spec.enriched.push_back(named_input(typed.inputs[i]));
  make_names_unique(spec.enriched);
  refuse_second_stdin(spec);
}

char delimiter_of_text(const std::string& option, const std::string& text) {
  static const std::pair<const char*, char> kNames[] = {
      {"comma", ','}, {"tab", '\t'}, {"\\t", '\t'}, {"semicolon", ';'}, {"pipe", '|'}, {"colon", ':'}, {"space", ' '}};
  for (const auto& [name, delimiter] : kNames) {
    if (text == name) return delimiter;
  }
  const bool ascii = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80;
  if (!ascii || text[0] == '"' || text[0] == '\n' || text[0] == '\r' || text[0] == '\0') {
    refuse(fmt::format("{}: {} is no delimiter; give one character (not a quote), or comma, tab, semicolon, pipe", option,
                       shown(text)));
  }
  return text[0];
}

/// Files `[NAME=]VALUE` under the input's name, "" for all inputs; returns the value.
std::pair<std::string, std::string> split_override(const std::string& option, const std::string& text,
                                                   const MergeSpec& spec) {
  // The last = splits, but `=` itself may be the delimiter: "=", "NAME==".
  std::size_t equals = text.rfind('=');
  if (text.size() == 1 || equals == std::string::npos) return {"", text};
  if (equals + 1 == text.size() && text[equals - 1] == '=') --equals;
  const std::string name = text.substr(0, equals);
  std::string value = text.substr(equals + 1);
  const bool has_original = !spec.original.path.empty();
  if (name == "original" && has_original) return {name, value};
  std::vector<std::string> names;
  for (const InputRef& input : spec.enriched) names.push_back(input.name);
  const std::optional<int> found = find_input(names, name);
  if (!found) {
    if (has_original) names.insert(names.begin(), "original");
    refuse(fmt::format("{}: no file is called {}; there are {}", option, shown(name), shown_list(names)));
  }
  return {names[static_cast<std::size_t>(*found)], value};
}

}  // namespace

void resolve_overrides(const TypedOptions& typed, MergeSpec& spec) {
  for (const std::string& text : typed.all("--delimiter")) {
    const auto [name, value] = split_override("--delimiter", text, spec);
    spec.overrides[name].delimiter = delimiter_of_text("--delimiter", value);
  }
  for (const std::string& text : typed.all("--encoding")) {
    const auto [name, value] = split_override("--encoding", text, spec);
    if (value.empty()) refuse("--encoding: the encoding's name is empty");
    spec.overrides[name].encoding = value;
  }
  for (const std::string& text : typed.all("--no-header")) {
    const std::string name = text.empty() ? "" : split_override("--no-header", text + "=x", spec).first;
    spec.overrides[name].has_header = false;
  }
}

void resolve_region(const TypedOptions& typed, MergeSpec& spec) {
  const std::optional<std::string> text = typed.one("--region");
  if (!text) return;
  std::string region = *text;
  std::transform(region.begin(), region.end(), region.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const bool two_letters = region.size() == 2 && std::all_of(region.begin(), region.end(),
                                                              [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!two_letters) refuse(fmt::format("--region: {} is no country; give its two letters, such as US or DE", shown(*text)));
  spec.region = region;
}

void resolve_max_record_bytes(const TypedOptions& typed, MergeSpec& spec) {
  const std::optional<std::string> text = typed.one("--max-record-bytes");
  if (!text) return;
  spec.max_record_bytes = parse_size("--max-record-bytes", *text);
  if (spec.max_record_bytes == 0 || spec.max_record_bytes > kMostRecordBytes) {
    refuse("--max-record-bytes: give a size from 1 byte to 1GiB");
  }
}

namespace {

void resolve_matching(const TypedOptions& typed, MergeSpec& spec) {
  if (const auto text = typed.one("--on")) {
    spec.on = parse_on("--on", *text);
    if (spec.on.empty()) refuse("--on: the list is empty; give identifiers such as email,phone");
  }
  if (const auto text = typed.one("--match")) spec.match = parse_match_mode("--match", *text);
  for (const std::string& text : typed.all("--max-shared")) {
    const auto [kind, rows] = parse_max_shared("--max-shared", text);
    spec.max_shared[kind] = rows;
  }
  for (const std::string& text : typed.all("--columns-for")) {
    spec.columns_for.push_back(parse_columns_for("--columns-for", text));
  }
  resolve_region(typed, spec);
  spec.email_aliases = typed.has("--email-aliases");
}

void resolve_columns(const TypedOptions& typed, MergeSpec& spec) {
  std::vector<std::string> names;
  for (const InputRef& input : spec.enriched) names.push_back(input.name);
  for (const std::string& text : typed.all("--map")) spec.maps.push_back(parse_map("--map", text, names));
  spec.auto_map = !typed.has("--no-auto-map");
  if (const auto text = typed.one("--columns")) spec.columns = parse_list("--columns", *text);
  if (const auto text = typed.one("--drop")) spec.drop = parse_list("--drop", *text);
  if (const auto text = typed.one("--blank")) spec.blank = parse_blank_list("--blank", *text);
  spec.id = typed.one("--id");
  if (spec.id && spec.id->empty()) refuse("--id: the column's name is empty");
  spec.match_column = typed.one("--match-column");
  if (spec.match_column && spec.match_column->empty()) refuse("--match-column: the name is empty; none leaves the column out");
  spec.explain_columns = typed.has("--explain-columns");
}

void resolve_values(const TypedOptions& typed, MergeSpec& spec) {
  if (const auto text = typed.one("--strategy")) spec.strategy = parse_strategy("--strategy", *text);
  for (const std::string& text : typed.all("--strategy-for")) {
    spec.strategy_for.push_back(parse_strategy_for("--strategy-for", text));
  }
  for (const std::string& text : typed.all("--prefer")) spec.prefer.push_back(parse_prefer("--prefer", text));
  if (const auto text = typed.one("--separator")) spec.separator = *text;
  spec.recency = typed.one("--recency");
  spec.recency_format = typed.one("--recency-format");
  if (spec.recency_format && !spec.recency) refuse("--recency-format needs --recency COLUMN");
  if (const auto text = typed.one("--on-conflict")) spec.on_conflict = parse_policy("--on-conflict", *text);
  for (const std::string& text : typed.all("--on-conflict-for")) {
    spec.on_conflict_for.push_back(parse_policy_for("--on-conflict-for", text));
  }
  if (const auto text = typed.one("--alternate-suffix")) {
    if (text->empty()) refuse("--alternate-suffix: the ending is empty; give one such as _new");
    spec.alternate_suffix = *text;
  }
}

}  // namespace

void check_table_format(const char* option, const std::string& path) {
  static constexpr std::string_view kOthers[] = {".xlsx", ".xls", ".parquet", ".json", ".jsonl", ".ndjson", ".html",
                                                 ".zip", ".bz2", ".xz"};
  const std::string lowered = lower(path);
  for (std::string_view suffix : kOthers) {
    if (!lowered.ends_with(suffix)) continue;
    refuse(fmt::format("{} {}: {} files cannot be written yet; give a file that ends in .csv or .tsv (.gz or .zst on top)",
                       option, path, suffix));
  }
}

namespace {

void check_formats(const OutputPaths& out) {
  const std::pair<const char*, const std::string&> tables[] = {
      {"-o", out.merged},           {"--changes", out.changes},
      {"--provenance", out.provenance}, {"--conflicts", out.conflicts},
      {"--unmatched-enriched", out.unmatched_enriched}, {"--rejects", out.rejects}};
  for (const auto& [option, path] : tables) {
    check_table_format(option, path);
    if (path == "-" && &path != &out.merged) {
      refuse(fmt::format("{}: only the merged file and the report can go to standard output; give a file", option));
    }
  }
  const std::string report = lower(out.report);
  const bool json = report.ends_with(".json") || report.ends_with(".json.gz") || report.ends_with(".json.zst");
  if (!report.empty() && !json && report != "-" && !report.starts_with("/dev/")) {
    refuse(fmt::format("--report {}: the report is JSON; give a file that ends in .json", out.report));
  }
}

}  // namespace

std::string output_path(const TypedOptions& typed, std::string_view option) {
  const std::optional<std::string> path = typed.one(option);
  if (path && path->empty()) refuse(fmt::format("{}: the file's name is empty", option));
  return path.value_or("");
}

namespace {

void resolve_outputs(Command command, const TypedOptions& typed, MergeSpec& spec) {
  OutputPaths& out = spec.outputs;
  out.merged = output_path(typed, "--output");
  out.report = output_path(typed, "--report");
  out.changes = output_path(typed, "--changes");
  out.provenance = output_path(typed, "--provenance");
  out.conflicts = output_path(typed, "--conflicts");
  out.unmatched_enriched = output_path(typed, "--unmatched-enriched");
  out.rejects = output_path(typed, "--rejects");
  spec.dry_run = typed.has("--dry-run");
  if (const auto text = typed.one("--max-rejects")) {
    spec.max_rejects = parse_count("--max-rejects", *text);
    if (out.rejects.empty()) refuse("--max-rejects needs --rejects FILE: without it the first reject ends the merge");
  }
  resolve_max_record_bytes(typed, spec);
  check_formats(out);
  if (command == Command::merge && out.merged.empty() && !spec.dry_run) {
    refuse("no output: give -o FILE (- is standard output), or --dry-run to see what would be done");
  }
}

}  // namespace

void resolve_limits(const TypedOptions& typed, const Machine& machine, RunOptions& run) {
  run.limits.memory_bytes = kDefaultMemoryBytes;
  if (const auto text = typed.one("--memory-limit")) {
    run.limits.memory_bytes = parse_size(typed.label("--memory-limit"), *text);
    if (run.limits.memory_bytes < kLeastMemoryBytes) {
      refuse(fmt::format("{}: {} is too little; give at least {}MB", typed.label("--memory-limit"), shown(*text),
                         kLeastMemoryBytes / 1'000'000));
    }
  }
  constexpr std::uint64_t kRecordsInMemory = 4;
  if (typed.has("--max-record-bytes") && run.spec.max_record_bytes > run.limits.memory_bytes / kRecordsInMemory) {
    refuse(fmt::format("--max-record-bytes: {} is more than a quarter of the memory limit; give {}MB or less, or a "
                       "--memory-limit of {}MB",
                       shown(*typed.one("--max-record-bytes")), run.limits.memory_bytes / kRecordsInMemory / 1'000'000,
                       run.spec.max_record_bytes * kRecordsInMemory / 1'000'000 + 1));
  }
  run.limits.threads = std::clamp(machine.processors, 1, kMostDefaultThreads);
  if (const auto text = typed.one("--threads")) {
    const std::uint64_t threads = parse_count(typed.label("--threads"), *text);
    if (threads < 1 || threads > kMostThreads) {
      refuse(fmt::format("{}: give a number from 1 to {}", typed.label("--threads"), kMostThreads));
    }
    run.limits.threads = static_cast<int>(threads);
  }
  run.limits.temp_dir = typed.one("--temp-dir").value_or(machine.temp_dir);
  if (run.limits.temp_dir.empty()) refuse("--temp-dir: the folder's name is empty");
}

void resolve_display(const TypedOptions& typed, RunOptions& run) {
  run.quiet = typed.has("--quiet");
  run.verbose = typed.has("--verbose");
  if (run.quiet && run.verbose) refuse("--quiet and --verbose contradict each other; give one");
  if (const auto text = typed.one("--progress")) run.progress = parse_progress_mode(*text);
  run.json = run.progress == ProgressMode::json;
  if (run.quiet) run.progress = ProgressMode::none;
}

namespace {

void resolve_engine(const TypedOptions& typed, RunOptions& run) {
  if (const auto text = typed.one("--engine")) {
    if (*text == "stream") run.engine = EngineKind::stream;
    else if (*text == "sql") run.engine = EngineKind::sql;
    else refuse(fmt::format("--engine: {} is no engine; choose stream or sql", shown(*text)));
  }
  const std::string database = output_path(typed, "--database");
  if (!database.empty() && run.engine != EngineKind::sql) refuse("--database needs --engine sql: only it keeps tables");
  if (!database.empty()) run.limits.database = database;
}

}  // namespace

ProgressMode parse_progress_mode(const std::string& text) {
  if (text == "auto") return ProgressMode::automatic;
  if (text == "plain") return ProgressMode::plain;
  if (text == "json") return ProgressMode::json;
  if (text == "none") return ProgressMode::none;
  refuse(fmt::format("--progress: {} is not known; choose auto, plain, json or none", shown(text)));
}

RunOptions resolve_options(Command command, const TypedOptions& typed, const Machine& machine) {
  RunOptions run;
  resolve_inputs(command, typed, run.spec);
  resolve_overrides(typed, run.spec);
  resolve_matching(typed, run.spec);
  resolve_columns(typed, run.spec);
  resolve_values(typed, run.spec);
  resolve_outputs(command, typed, run.spec);
  resolve_engine(typed, run);
  resolve_limits(typed, machine, run);
  resolve_display(typed, run);
  run.print_sql = command == Command::plan && typed.has("--sql");
  return run;
}

}  // namespace crm
