#include "api/model_spec.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "api/location.h"
#include "base/error.h"
#include "merge/machine.h"
#include "merge/run_limits.h"
#include "model/rule_names.h"
#include "plan/spec_parse.h"

namespace crm_merge {
namespace {

[[noreturn]] void refuse(std::string message) { throw crm::Error(crm::ErrorCode::invalid_config, std::move(message)); }

crm::Kind to_model(Kind kind) {
  switch (kind) {
    case Kind::exact: return crm::Kind::exact;
    case Kind::id: return crm::Kind::id;
    case Kind::email: return crm::Kind::email;
    case Kind::phone: return crm::Kind::phone;
    case Kind::linkedin: return crm::Kind::linkedin;
    case Kind::domain: return crm::Kind::domain;
  }
  refuse("--on: there is no such kind");
}

crm::Strategy to_model(Strategy strategy) {
  switch (strategy) {
    case Strategy::first: return crm::Strategy::first;
    case Strategy::last: return crm::Strategy::last;
    case Strategy::longest: return crm::Strategy::longest;
    case Strategy::most_complete: return crm::Strategy::most_complete;
    case Strategy::most_recent: return crm::Strategy::most_recent;
    case Strategy::most_frequent: return crm::Strategy::most_frequent;
    case Strategy::concat: return crm::Strategy::concat;
  }
  refuse("--strategy: there is no such strategy");
}

crm::ConflictPolicy to_model(ConflictPolicy policy) {
  switch (policy) {
    case ConflictPolicy::keep_original: return crm::ConflictPolicy::keep_original;
    case ConflictPolicy::use_enriched: return crm::ConflictPolicy::use_enriched;
    case ConflictPolicy::create_alternate: return crm::ConflictPolicy::create_alternate;
    case ConflictPolicy::original_only: return crm::ConflictPolicy::original_only;
  }
  refuse("--on-conflict: there is no such policy");
}

/// A path that parse_input would take apart at its = is given as it is.
crm::InputRef to_model(const InputFile& file, const std::string& default_name) {
  const std::string path = local_path(file.location);
  crm::InputRef input = crm::parse_input(path.find('/') == std::string::npos ? "./" + path : path);
  input.path = path;
  input.sheet = file.sheet;
  if (!default_name.empty()) input.name = default_name;
  if (!file.name.empty()) {
    input.name = file.name;
    input.name_given = true;
  }
  return input;
}

void add_inputs(const MergeSpec& from, crm::MergeSpec& to) {
  if (from.enriched.empty()) refuse("no enriched file: give at least one to merge into the original");
  to.original = to_model(from.original, "original");
  to.original.name = "original";
  for (const InputFile& file : from.enriched) to.enriched.push_back(to_model(file, ""));
  crm::make_names_unique(to.enriched);
  const auto add_overrides = [&](const InputFile& file, const std::string& name) {
    crm::InputOverrides overrides;
    overrides.encoding = file.encoding;
    overrides.delimiter = file.delimiter;
    overrides.has_header = file.has_header;
    if (file.encoding || file.delimiter || file.has_header) to.overrides[name] = overrides;
  };
  add_overrides(from.original, "original");
  for (std::size_t i = 0; i < from.enriched.size(); ++i) add_overrides(from.enriched[i], to.enriched[i].name);
}

void add_matching(const MergeSpec& from, crm::MergeSpec& to) {
  for (const MatchBy& item : from.on) {
    const crm::Kind kind = to_model(item.kind);
    std::string text;
    for (const std::string& column : item.columns) text += (text.empty() ? "" : "|") + column;
    const std::string name(crm::kind_name(kind));
    to.on.push_back({kind, item.columns, text.empty() ? name : text + ":" + name});
  }
  to.match = from.match_all ? crm::MatchMode::all : crm::MatchMode::any;
  for (const auto& [kind, rows] : from.max_shared) to.max_shared[to_model(kind)] = rows;
  for (const auto& [kind, columns] : from.columns_for) {
    if (kind != Kind::domain && kind != Kind::linkedin) refuse("--columns-for: only domain and linkedin match companies");
    to.columns_for.emplace_back(crm::kind_name(to_model(kind)), columns);
  }
  to.region = crm::parse_region("--region", from.region);
  to.email_aliases = from.email_aliases;
}

void add_columns(const MergeSpec& from, crm::MergeSpec& to) {
  for (const ColumnMapping& rule : from.map) {
    crm::MapRule made;
    if (!rule.file.empty()) made.input = rule.file;
    made.theirs = rule.theirs;
    made.ours = rule.ours;
    to.maps.push_back(std::move(made));
  }
  to.auto_map = from.auto_map;
  to.columns = from.columns;
  to.drop = from.drop;
  to.blank = from.blank;
  to.id = from.record_id;
  to.match_column = from.match_column;
  to.explain_columns = from.explain_columns;
}

void add_values(const MergeSpec& from, crm::MergeSpec& to) {
  to.strategy = to_model(from.strategy);
  to.on_conflict = to_model(from.on_conflict);
  for (const auto& [column, rule] : from.rules) {
    if (rule.strategy) to.strategy_for.emplace_back(column, to_model(*rule.strategy));
    if (rule.on_conflict) to.on_conflict_for.emplace_back(column, to_model(*rule.on_conflict));
    if (!rule.prefer.empty()) to.prefer.emplace_back(column, rule.prefer);
  }
  to.separator = from.separator;
  to.recency = from.recency;
  to.recency_format = from.recency_format;
  if (to.recency_format && !to.recency) refuse("--recency-format needs --recency COLUMN");
  if (from.alternate_suffix.empty()) refuse("--alternate-suffix: the ending is empty; give one such as _new");
  to.alternate_suffix = from.alternate_suffix;
}

void add_outputs(const MergeSpec& from, crm::MergeSpec& to) {
  const auto path = [](const std::string& location) { return location.empty() ? "" : local_path(location); };
  to.outputs.merged = path(from.outputs.merged);
  to.outputs.report = path(from.outputs.report);
  to.outputs.report_html = path(from.outputs.report_html);
  to.outputs.excel_safe = path(from.outputs.excel_safe);
  to.outputs.changes = path(from.outputs.changes);
  to.outputs.provenance = path(from.outputs.provenance);
  to.outputs.conflicts = path(from.outputs.conflicts);
  to.outputs.unmatched_enriched = path(from.outputs.unmatched_enriched);
  to.outputs.rejects = path(from.outputs.rejects);
  to.dry_run = from.dry_run;
  to.max_rejects = from.max_rejects;
  to.max_record_bytes = from.max_record_bytes;
  if (to.outputs.merged.empty() && !to.dry_run) refuse("-o: no output: give outputs.merged, or dry_run");
  if (to.max_rejects && to.outputs.rejects.empty()) refuse("--max-rejects needs --rejects FILE: without it the first reject ends the merge");
  crm::check_record_bytes("--max-record-bytes", to.max_record_bytes);
}

}  // namespace

int resolved_threads(int threads) {
  if (threads == 0) return std::clamp(crm::detect_machine().processors, 1, crm::kMostDefaultThreads);
  crm::check_threads("--threads", static_cast<std::uint64_t>(std::max(threads, 0)));
  return threads;
}

std::filesystem::path resolved_temp_dir(const std::filesystem::path& folder) {
  return folder.empty() ? std::filesystem::path(crm::detect_machine().temp_dir) : folder;
}

crm::MergeJob to_job(const MergeSpec& spec, const MergeOptions& options) {
  crm::MergeJob job;
  add_inputs(spec, job.spec);
  add_matching(spec, job.spec);
  add_columns(spec, job.spec);
  add_values(spec, job.spec);
  add_outputs(spec, job.spec);
  job.engine = options.engine == Engine::sql ? crm::EngineKind::sql : crm::EngineKind::stream;
  const auto given = [](std::uint64_t bytes) { return crm::GivenSize{bytes, fmt::format("{} bytes", bytes)}; };
  crm::check_memory_bytes("--memory-limit", given(options.memory_bytes));
  if (spec.max_record_bytes != MergeSpec().max_record_bytes) {
    crm::check_records_fit(given(spec.max_record_bytes), options.memory_bytes);
  }
  job.limits.memory_bytes = options.memory_bytes;
  job.limits.threads = resolved_threads(options.threads);
  job.limits.temp_dir = resolved_temp_dir(options.temp_dir);
  if (options.database && options.engine != Engine::sql) refuse("--database needs --engine sql: only it keeps tables");
  job.limits.database = options.database;
  return job;
}

}  // namespace crm_merge
