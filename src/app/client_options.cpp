#include "app/client_options.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "app/resolve_parts.h"
#include "base/error.h"
#include "base/text.h"
#include "merge/output_check.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

constexpr std::size_t kMaxTokenBytes = 1000;
constexpr std::uint64_t kMostListedJobs = 100'000;

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

std::string token_of_file(const std::string& option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(fmt::format("{}: {} is not there or cannot be read", option, path));
  std::string token(kMaxTokenBytes, '\0');
  file.getline(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(token.find('\0'));
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (token.empty()) refuse(fmt::format("{}: the first line of {} is empty; it must be the token", option, path));
  return token;
}

/// What goes into a header must not be able to make another one.
void check_token(const std::string& token, const std::string& source) {
  const bool plain = std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > ' ' && c < 0x7F; });
  if (!plain || token.size() > kMaxTokenBytes) refuse(fmt::format("{}: this is no token; crm-merge token NAME makes one", source));
}

std::string token_of(const TypedOptions& typed) {
  const char* variable = std::getenv("CRM_MERGE_TOKEN");
  const auto path = typed.one("--token-from");
  const bool from_file = path && (typed.is_typed("--token-from") || !variable || !*variable);
  const std::string source = from_file ? typed.label("--token-from") : "CRM_MERGE_TOKEN";
  std::string token = from_file ? token_of_file(source, *path) : variable ? variable : "";
  check_token(token, source);
  return token;
}

Telling telling_of(const TypedOptions& typed) {
  RunOptions run;
  resolve_display(typed, run);
  return {run.progress, run.json, run.quiet, run.verbose};
}

std::vector<BroughtOutput> brought_of(const OutputPaths& paths) {
  using enum OutputKind;
  std::vector<BroughtOutput> brought;
  const auto want = [&](OutputKind kind, const std::string& path) {
    if (!path.empty()) brought.push_back({kind, path});
  };
  want(rejects, paths.rejects);
  want(changes, paths.changes);
  want(provenance, paths.provenance);
  want(conflicts, paths.conflicts);
  want(unmatched_enriched, paths.unmatched_enriched);
  want(report, paths.report);
  want(merged, paths.merged);  // last, as the merge publishes it last
  return brought;
}

/// The service's side files are plain CSV and JSON: another suffix would be a lie about the file.
void check_suffixes(const OutputPaths& paths) {
  const std::pair<const char*, const std::string&> tables[] = {
      {"--rejects", paths.rejects},       {"--changes", paths.changes},
      {"--provenance", paths.provenance}, {"--conflicts", paths.conflicts},
      {"--unmatched-enriched", paths.unmatched_enriched}};
  for (const auto& [option, path] : tables) {
    if (!path.empty() && !lower(path).ends_with(".csv")) {
      refuse(fmt::format("{} {}: a service writes this as CSV; give a file that ends in .csv", option, path));
    }
  }
  if (!paths.report.empty() && !lower(paths.report).ends_with(".json")) {
    refuse(fmt::format("--report {}: a service's report is JSON; give a file that ends in .json", paths.report));
  }
  if (paths.merged == "-") refuse("-o -: files of a service are written whole or not at all; give a file");
}

/// What the service cannot do for the merge, wherever it was asked: on the command line or in a spec file.
void refuse_what_only_merge_does(const MergeSpec& spec) {
  const std::pair<const char*, bool> only_merge[] = {{"--report FILE.html", !spec.outputs.report_html.empty()},
                                                     {"--excel-safe", !spec.outputs.excel_safe.empty()},
                                                     {"--save-spec", !spec.outputs.save_spec.empty()}};
  for (const auto& [option, asked] : only_merge) {
    if (asked) refuse(fmt::format("{}: a service does not write this; crm-merge merge does", option));
  }
  for (const InputRef& input : spec.enriched) {
    if (input.path == "-") refuse("-: standard input cannot be sent; write it to a file first");
  }
  if (spec.original.path == "-") refuse("-: standard input cannot be sent; write it to a file first");
}

JobOutputs outputs_of(const OutputPaths& paths) {
  JobOutputs outputs;
  std::string name = lower(paths.merged);
  for (const std::string_view packed : {"gz", "zst"}) {
    if (!name.ends_with(fmt::format(".{}", packed))) continue;
    outputs.merged_compression = packed;
    name.resize(name.size() - packed.size() - 1);
  }
  if (name.ends_with(".tsv")) outputs.merged_format = "tsv";
  for (const std::string_view other : {".jsonl", ".ndjson", ".parquet"}) {
    if (name.ends_with(other)) refuse(fmt::format("-o {}: a service writes CSV and TSV; give a file that ends in .csv or .tsv", paths.merged));
  }
  outputs.changes = !paths.changes.empty();
  outputs.provenance = !paths.provenance.empty();
  outputs.conflicts = !paths.conflicts.empty();
  outputs.unmatched_enriched = !paths.unmatched_enriched.empty();
  outputs.rejects = !paths.rejects.empty();
  return outputs;
}

}  // namespace

ServerAddress resolve_server(const TypedOptions& typed) {
  ServerAddress server;
  server.url = typed.one("--server").value_or(server.url);
  if (!server.url.starts_with("http://") && !server.url.starts_with("https://")) {
    refuse(fmt::format("{}: {} is no address of a service; write it like http://127.0.0.1:8080", typed.label("--server"), shown(server.url)));
  }
  server.token = token_of(typed);
  server.ca_file = typed.one("--ca-file").value_or("");
  if (!server.ca_file.empty() && !file_exists(server.ca_file)) {
    refuse(fmt::format("{}: {} is not there", typed.label("--ca-file"), server.ca_file));
  }
  return server;
}

SubmitRun resolve_submit(const TypedOptions& typed, const SpecFile* file) {
  SubmitRun run;
  run.server = resolve_server(typed);
  run.spec = resolve_options(Command::submit, typed, detect_machine(), file).spec;
  refuse_what_only_merge_does(run.spec);
  check_suffixes(run.spec.outputs);
  check_outputs(run.spec, "");
  run.outputs = outputs_of(run.spec.outputs);
  run.brought = brought_of(run.spec.outputs);
  run.wait = typed.has("--wait") || !run.brought.empty();
  run.telling = telling_of(typed);
  return run;
}

std::string job_id_of(Command command, const TypedOptions& typed) {
  if (typed.inputs.size() != 1 || typed.inputs[0].empty()) {
    refuse(fmt::format("give the id of one job: crm-merge {} ID; crm-merge jobs lists them", command_name(command)));
  }
  return typed.inputs[0];
}

FetchRun resolve_fetch(const TypedOptions& typed) {
  FetchRun run;
  run.server = resolve_server(typed);
  run.id = job_id_of(Command::fetch, typed);
  MergeSpec spec;
  spec.outputs.merged = output_path(typed, "--output");
  spec.outputs.report = output_path(typed, "--report");
  spec.outputs.changes = output_path(typed, "--changes");
  spec.outputs.provenance = output_path(typed, "--provenance");
  spec.outputs.conflicts = output_path(typed, "--conflicts");
  spec.outputs.unmatched_enriched = output_path(typed, "--unmatched-enriched");
  spec.outputs.rejects = output_path(typed, "--rejects");
  check_suffixes(spec.outputs);
  check_outputs(spec, "");
  run.brought = brought_of(spec.outputs);
  run.telling = telling_of(typed);
  return run;
}

WatchRun resolve_watch(const TypedOptions& typed) {
  return {resolve_server(typed), job_id_of(Command::watch, typed), telling_of(typed)};
}

ListRun resolve_jobs(const TypedOptions& typed) {
  if (!typed.inputs.empty()) refuse(fmt::format("crm-merge jobs takes no {}; --search finds jobs by a word", shown(typed.inputs[0])));
  ListRun run;
  run.server = resolve_server(typed);
  run.filter.states = typed.one("--state").value_or("");
  run.filter.search = typed.one("--search").value_or("");
  if (const auto limit = typed.one("--limit")) {
    const std::uint64_t jobs = parse_count(typed.label("--limit"), *limit);
    if (jobs < 1 || jobs > kMostListedJobs) refuse(fmt::format("--limit: give a number from 1 to {}", kMostListedJobs));
    run.filter.limit = jobs;
  }
  run.json = typed.has("--json");
  return run;
}

}  // namespace crm
