#include "app/resolve.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "app/resolve_inputs.h"
#include "app/resolve_parts.h"
#include "base/error.h"
#include "base/text.h"
#include "merge/output_formats.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

namespace {

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

/// `FILE.xlsx#SHEET` at its `#`; no sheet where a file is called so, or none is meant. `path` is that of `text`.
std::pair<std::string, std::string> split_sheet(const std::string& text, const std::string& path) {
  if (file_exists(path)) return {text, ""};
  const std::string lowered = lower(text);
  for (const std::string_view suffix : {".xlsx#", ".xlsm#"}) {
    const std::size_t at = lowered.find(suffix);
    if (at == std::string::npos || at + suffix.size() == text.size()) continue;
    const std::size_t hash = at + suffix.size() - 1;
    return {text.substr(0, hash), text.substr(hash + 1)};
  }
  return {text, ""};
}

/// An enriched file. A path that exists as it stands is a path, whatever `=` it holds.
InputRef named_file(const std::string& text) {
  if (text.find('=') == std::string::npos || !file_exists(text)) return parse_input(text);
  InputRef input = parse_input("./" + text);  // an = after a slash is the path's
  input.path = text;
  return input;
}

}  // namespace

InputRef named_input(const std::string& text) {
  const auto [file, sheet] = split_sheet(text, text.find('=') == std::string::npos ? text : parse_input(text).path);
  InputRef input = named_file(file);
  input.sheet = sheet;
  return input;
}

void take_sheet(InputRef& input) {
  const auto [file, sheet] = split_sheet(input.path, input.path);
  if (sheet.empty()) return;
  input.path = file;
  input.sheet = sheet;
}

void refuse_second_stdin(const MergeSpec& spec) {
  std::size_t from_stdin = spec.original.path == "-" ? 1 : 0;
  for (const InputRef& input : spec.enriched) from_stdin += input.path == "-" ? 1 : 0;
  if (from_stdin > 1) refuse("standard input (-) is given twice; it can be read once");
}

namespace {

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

/// The input that `name` means, as it is called; "" is all of them.
std::string input_name(const std::string& option, const std::string& name, const MergeSpec& spec) {
  const bool has_original = !spec.original.path.empty();
  if (name.empty() || (name == "original" && has_original)) return name;
  std::vector<std::string> names;
  for (const InputRef& input : spec.enriched) names.push_back(input.name);
  if (const std::optional<int> found = find_input(names, name)) return names[static_cast<std::size_t>(*found)];
  if (has_original) names.insert(names.begin(), "original");
  refuse(fmt::format("{}: no file is called {}; there are {}", option, shown(name), shown_list(names)));
}

/// Files `[NAME=]VALUE` under the input's name, "" for all inputs; returns the value.
std::pair<std::string, std::string> split_override(const std::string& option, const std::string& text,
                                                   const MergeSpec& spec) {
  // The last = splits, but `=` itself may be the delimiter: "=", "NAME==".
  std::size_t equals = text.rfind('=');
  if (text.size() == 1 || equals == std::string::npos) return {"", text};
  if (equals + 1 == text.size() && text[equals - 1] == '=') --equals;
  return {input_name(option, text.substr(0, equals), spec), text.substr(equals + 1)};
}

void override_delimiter(const std::string& option, const std::string& name, const std::string& text, MergeSpec& spec) {
  spec.overrides[name].delimiter = delimiter_of_text(option, text);
}

void override_encoding(const std::string& option, const std::string& name, const std::string& text, MergeSpec& spec) {
  if (text.empty()) refuse(fmt::format("{}: the encoding's name is empty", option));
  spec.overrides[name].encoding = text;
}

/// What a spec file says of how its inputs are read.
void take_overrides(const SpecFile& file, MergeSpec& spec) {
  for (const auto& [name, value] : file.delimiters) {
    override_delimiter(value.label, input_name(value.label, name, spec), value.text, spec);
  }
  for (const auto& [name, value] : file.encodings) {
    override_encoding(value.label, input_name(value.label, name, spec), value.text, spec);
  }
  for (const SpecText& name : file.no_header) spec.overrides[input_name(name.label, name.text, spec)].has_header = false;
}

}  // namespace

void resolve_overrides(const TypedOptions& typed, MergeSpec& spec) {
  for (const std::string& text : typed.all("--delimiter")) {
    const auto [name, value] = split_override("--delimiter", text, spec);
    override_delimiter("--delimiter", name, value, spec);
  }
  for (const std::string& text : typed.all("--encoding")) {
    const auto [name, value] = split_override("--encoding", text, spec);
    override_encoding("--encoding", name, value, spec);
  }
  for (const std::string& text : typed.all("--no-header")) {
    const std::string name = text.empty() ? "" : split_override("--no-header", text + "=x", spec).first;
    spec.overrides[name].has_header = false;
  }
}

void resolve_region(const TypedOptions& typed, MergeSpec& spec) {
  const std::optional<std::string> text = typed.one("--region");
  if (!text) return;
  spec.region = parse_region(typed.label("--region"), *text);
}

void resolve_max_record_bytes(const TypedOptions& typed, MergeSpec& spec) {
  const std::optional<std::string> text = typed.one("--max-record-bytes");
  if (!text) return;
  spec.max_record_bytes = parse_size(typed.label("--max-record-bytes"), *text);
  check_record_bytes(typed.label("--max-record-bytes"), spec.max_record_bytes);
}

namespace {

void resolve_matching(const TypedOptions& typed, const SpecFile* file, MergeSpec& spec) {
  if (const auto text = typed.one("--on")) {
    spec.on = parse_on("--on", *text);
    if (spec.on.empty()) refuse("--on: the list is empty; give identifiers such as email,phone");
  } else if (file && file->on) {
    spec.on = *file->on;
  }
  if (const auto text = typed.one("--match")) spec.match = parse_match_mode(typed.label("--match"), *text);
  if (file) spec.max_shared = file->max_shared;
  for (const std::string& text : typed.all("--max-shared")) {
    const auto [kind, rows] = parse_max_shared("--max-shared", text);
    spec.max_shared[kind] = rows;
  }
  for (const std::string& text : typed.all("--columns-for")) {
    spec.columns_for.push_back(parse_columns_for("--columns-for", text));
  }
  if (file) {
    const auto typed_rules = spec.columns_for;
    for (const auto& rule : file->columns_for) {
      const bool is_typed = std::any_of(typed_rules.begin(), typed_rules.end(),
                                        [&](const auto& other) { return other.first == rule.first; });
      if (!is_typed) spec.columns_for.push_back(rule);
    }
  }
  resolve_region(typed, spec);
  spec.email_aliases = typed.has("--email-aliases");
}

void resolve_columns(const TypedOptions& typed, const SpecFile* file, MergeSpec& spec) {
  std::vector<std::string> names;
  for (const InputRef& input : spec.enriched) names.push_back(input.name);
  for (const std::string& text : typed.all("--map")) spec.maps.push_back(parse_map("--map", text, names));
  spec.auto_map = !typed.has("--no-auto-map");
  if (file) spec.columns = file->columns;
  if (file) spec.drop = file->drop.value_or(std::vector<std::string>());
  if (file) spec.blank = file->blank.value_or(std::vector<std::string>());
  if (const auto text = typed.one("--columns")) spec.columns = parse_list("--columns", *text);
  if (const auto text = typed.one("--drop")) spec.drop = parse_list("--drop", *text);
  if (const auto text = typed.one("--blank")) spec.blank = parse_blank_list("--blank", *text);
  spec.id = typed.one("--id");
  if (spec.id && spec.id->empty()) refuse(fmt::format("{}: the column's name is empty", typed.label("--id")));
  spec.match_column = typed.one("--match-column");
  if (spec.match_column && spec.match_column->empty()) {
    refuse(fmt::format("{}: the name is empty; none leaves the column out", typed.label("--match-column")));
  }
  spec.explain_columns = typed.has("--explain-columns");
}

void resolve_values(const TypedOptions& typed, MergeSpec& spec) {
  if (const auto text = typed.one("--strategy")) spec.strategy = parse_strategy(typed.label("--strategy"), *text);
  for (const std::string& text : typed.all("--strategy-for")) {
    spec.strategy_for.push_back(parse_strategy_for("--strategy-for", text));
  }
  for (const std::string& text : typed.all("--prefer")) spec.prefer.push_back(parse_prefer("--prefer", text));
  if (const auto text = typed.one("--separator")) spec.separator = *text;
  spec.recency = typed.one("--recency");
  spec.recency_format = typed.one("--recency-format");
  if (spec.recency_format && !spec.recency) refuse(fmt::format("{} needs --recency COLUMN", typed.label("--recency-format")));
  if (const auto text = typed.one("--on-conflict")) spec.on_conflict = parse_policy(typed.label("--on-conflict"), *text);
  for (const std::string& text : typed.all("--on-conflict-for")) {
    spec.on_conflict_for.push_back(parse_policy_for("--on-conflict-for", text));
  }
  if (const auto text = typed.one("--alternate-suffix")) {
    if (text->empty()) {
      refuse(fmt::format("{}: the ending is empty; give one such as _new", typed.label("--alternate-suffix")));
    }
    spec.alternate_suffix = *text;
  }
}

}  // namespace

std::string output_path(const TypedOptions& typed, std::string_view option) {
  const std::optional<std::string> path = typed.one(option);
  if (path && path->empty()) refuse(fmt::format("{}: the file's name is empty", typed.label(option)));
  return path.value_or("");
}

namespace {

/// `--report` may be given for programs and for people: one of each.
void resolve_reports(const TypedOptions& typed, OutputPaths& out) {
  const std::string label = typed.label("--report");
  for (const std::string& path : typed.all("--report")) {
    if (path.empty()) refuse(fmt::format("{}: the file's name is empty", label));
    std::string suffix = lower(path);
    for (const std::string_view packed : {".gz", ".zst"}) {
      if (suffix.ends_with(packed)) suffix.resize(suffix.size() - packed.size());
    }
    const bool is_html = suffix.ends_with(".html") || suffix.ends_with(".htm");
    if (!is_html && !suffix.ends_with(".json") && path != "-" && !path.starts_with("/dev/")) {
      refuse(fmt::format("{} {}: a report is JSON or a page; give a file that ends in .json or .html", label, path));
    }
    std::string& place = is_html ? out.report_html : out.report;
    if (!place.empty()) refuse(fmt::format("{} {}: there is {} of this kind already; give one .json and one .html", label, path, place));
    place = path;
  }
}

void resolve_outputs(Command command, const TypedOptions& typed, MergeSpec& spec) {
  OutputPaths& out = spec.outputs;
  out.merged = output_path(typed, "--output");
  out.excel_safe = output_path(typed, "--excel-safe");
  resolve_reports(typed, out);
  out.changes = output_path(typed, "--changes");
  out.provenance = output_path(typed, "--provenance");
  out.conflicts = output_path(typed, "--conflicts");
  out.unmatched_enriched = output_path(typed, "--unmatched-enriched");
  out.rejects = output_path(typed, "--rejects");
  out.save_spec = output_path(typed, "--save-spec");
  spec.dry_run = typed.has("--dry-run");
  if (const auto text = typed.one("--max-rejects")) {
    spec.max_rejects = parse_count(typed.label("--max-rejects"), *text);
    if (out.rejects.empty()) {
      refuse(fmt::format("{} needs --rejects FILE: without it the first reject ends the merge", typed.label("--max-rejects")));
    }
  }
  resolve_max_record_bytes(typed, spec);
  check_output_formats(out);
  if (command == Command::merge && out.merged.empty() && !spec.dry_run) {
    refuse("no output: give -o FILE (- is standard output), or --dry-run to see what would be done");
  }
}

}  // namespace

void resolve_limits(const TypedOptions& typed, const Machine& machine, RunOptions& run) {
  run.limits.memory_bytes = kDefaultMemoryBytes;
  if (const auto text = typed.one("--memory-limit")) {
    run.limits.memory_bytes = parse_size(typed.label("--memory-limit"), *text);
    check_memory_bytes(typed.label("--memory-limit"), {run.limits.memory_bytes, shown(*text)});
  }
  if (const auto text = typed.one("--max-record-bytes")) {
    check_records_fit({run.spec.max_record_bytes, shown(*text)}, run.limits.memory_bytes);
  }
  run.limits.threads = std::clamp(machine.processors, 1, kMostDefaultThreads);
  if (const auto text = typed.one("--threads")) {
    const std::uint64_t threads = parse_count(typed.label("--threads"), *text);
    check_threads(typed.label("--threads"), threads);
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
    else refuse(fmt::format("{}: {} is no engine; choose stream or sql", typed.label("--engine"), shown(*text)));
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

namespace {

/// The command line with the spec's single values where it has none.
TypedOptions with_spec(TypedOptions typed, const SpecFile& file) {
  for (const auto& [key, values] : file.texts) {
    std::vector<std::string> texts;
    for (const SpecText& value : values) texts.push_back(value.text);
    typed.add_from_spec("--" + key, texts, values.empty() ? "" : values.front().label);
  }
  return typed;
}

}  // namespace

RunOptions resolve_options(Command command, const TypedOptions& given, const Machine& machine, const SpecFile* file) {
  const TypedOptions typed = file ? with_spec(given, *file) : given;
  RunOptions run;
  resolve_inputs(command, typed, file, run.spec);
  if (file) take_overrides(*file, run.spec);
  resolve_overrides(typed, run.spec);
  resolve_matching(typed, file, run.spec);
  resolve_columns(typed, file, run.spec);
  resolve_values(typed, run.spec);
  if (file) run.spec.weaker = file->rules;
  resolve_outputs(command, typed, run.spec);
  resolve_engine(typed, run);
  resolve_limits(typed, machine, run);
  resolve_display(typed, run);
  run.print_sql = command == Command::plan && typed.has("--sql");
  for (const char* key : {"engine", "database", "memory-limit", "threads", "temp-dir"}) {
    const std::string option = fmt::format("--{}", key);
    const auto text = typed.one(option);
    if (text && !typed.is_from_environment(option)) run.running.emplace_back(key, *text);
  }
  return run;
}

}  // namespace crm
