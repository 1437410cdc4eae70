#include "plan/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "match/keys.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/column_rules.h"
#include "plan/company_rules.h"
#include "plan/header_mapping.h"
#include "plan/header_meaning.h"
#include "plan/identifiers.h"
#include "plan/output_layout.h"
#include "plan/plan_notes.h"
#include "plan/recency_rule.h"

namespace crm {
namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

void check_inputs(const InputProfile& original, const std::vector<InputProfile>& enriched, PlanNotes& notes) {
  if (original.empty || original.columns.empty()) {
    throw Error(ErrorCode::invalid_input,
                fmt::format("{}: the original is empty; it needs at least a header", original.path));
  }
  if (enriched.empty()) fail("there is no enriched file; name at least one after the original");
  std::set<std::string> names;
  for (const InputProfile& file : enriched) {
    if (!names.insert(file.name).second) {
      fail(fmt::format("two enriched files are called {}; give one a name of its own: NAME=PATH",
                       shown(file.name)));
    }
    if (file.empty)
      notes.warnings.push_back(fmt::format("{}: the file is empty and brings nothing", file.name));
  }
}

void check_options(const MergeSpec& spec) {
  // The default is known; asking costs the phone library's start.
  if (spec.region != MergeSpec().region && !is_phone_region(spec.region)) {
    fail(fmt::format(
        "--region: {} is no country of phone numbers; write its two letters, such as US, GB or DE",
        shown(spec.region)));
  }
  if (spec.max_rejects && spec.outputs.rejects.empty()) {
    fail("--max-rejects counts the records set aside by --rejects FILE, which is missing");
  }
}

/// What is in a file now and was not when the spec was saved, and the other way round.
void compare_known_columns(const InputProfile& file, const std::vector<std::string>& known, PlanNotes& notes) {
  const auto missing_in = [](const std::vector<std::string>& names, const std::vector<std::string>& others) {
    const std::set<std::string> there(others.begin(), others.end());
    std::vector<std::string> missing;
    for (const std::string& name : names) {
      if (!there.contains(name)) missing.push_back(name);
    }
    return missing;
  };
  const std::vector<std::string> fresh = missing_in(file.columns, known), gone = missing_in(known, file.columns);
  if (!fresh.empty()) {
    notes.warnings.push_back(fmt::format("{}: {} that the spec does not know: {}; --save-spec writes one that does", file.name,
                                         fresh.size() == 1 ? "a column" : fmt::format("{} columns", fresh.size()),
                                         shown_list(fresh)));
  }
  if (!gone.empty()) {
    notes.warnings.push_back(fmt::format("{}: {} of the spec {} not there: {}", file.name,
                                         gone.size() == 1 ? "a column" : fmt::format("{} columns", gone.size()),
                                         gone.size() == 1 ? "is" : "are", shown_list(gone)));
  }
}

void check_known_columns(const MergeSpec& spec, const InputProfile& original, const std::vector<InputProfile>& enriched,
                         PlanNotes& notes) {
  const auto check = [&](const InputProfile& file, const std::string& name) {
    const auto known = spec.known_columns.find(name);
    if (known != spec.known_columns.end() && !file.empty) compare_known_columns(file, known->second, notes);
  };
  check(original, "original");
  for (const InputProfile& file : enriched) check(file, file.name);
}

std::optional<int> find_record_id(const MergeSpec& spec, const InputProfile& original) {
  if (spec.id) return resolve_column(original.columns, *spec.id, {"--id", "the original"});
  return detect_record_id(original.columns);
}

void want_outputs(const MergeSpec& spec, MergePlan& plan, PlanNotes& notes) {
  if (!spec.outputs.changes.empty() && !plan.record_id_column) {
    fail(
        fmt::format("--changes needs the column of the record ids, and none of the original's looks like it: "
                    "name it with --id COLUMN. Its columns: {}",
                    shown_list(plan.original_header)));
  }
  plan.dry_run = spec.dry_run;
  plan.want_changes = !spec.outputs.changes.empty() && !spec.dry_run;
  plan.want_provenance = !spec.outputs.provenance.empty() && !spec.dry_run;
  plan.want_conflicts = !spec.outputs.conflicts.empty() && !spec.dry_run;
  plan.want_unmatched = !spec.outputs.unmatched_enriched.empty() && !spec.dry_run;
  if (!spec.dry_run) return;
  std::vector<std::string> unwritten;
  if (!spec.outputs.changes.empty()) unwritten.push_back("--changes");
  if (!spec.outputs.provenance.empty()) unwritten.push_back("--provenance");
  if (!spec.outputs.conflicts.empty()) unwritten.push_back("--conflicts");
  if (!spec.outputs.unmatched_enriched.empty()) unwritten.push_back("--unmatched-enriched");
  if (!unwritten.empty()) {
    notes.warnings.push_back(
        fmt::format("--dry-run writes the report alone; not written: {}", fmt::join(unwritten, ", ")));
  }
}

/// What is not as everywhere else: one line each.
void note_rules(const MergeSpec& spec, const MergePlan& plan, PlanNotes& notes) {
  std::vector<std::string> fresh;
  for (const PlanColumn& column : plan.columns) {
    if (!column.original_column) fresh.push_back(column.name);
  }
  notes.decisions.push_back(fmt::format("{} of {} original columns can be filled; {} new: {}",
                                        plan.columns.size() - fresh.size(), plan.original_header.size(),
                                        fresh.size(), shown_list(fresh)));
  notes.decisions.push_back(
      fmt::format("where several enriched rows have a value: {}; against the original's: {}",
                  strategy_name(spec.strategy), policy_name(spec.on_conflict)));
  if (plan.record_id_column) {
    notes.decisions.push_back(fmt::format("the record id is {}{}",
                                          shown(plan.original_header[*plan.record_id_column]),
                                          spec.id ? "" : " (--id names another)"));
  }
}

}  // namespace

MergePlan plan_merge(const MergeSpec& spec, const InputProfile& original,
                     const std::vector<InputProfile>& enriched) {
  PlanNotes notes;
  check_inputs(original, enriched, notes);
  check_options(spec);
  check_known_columns(spec, original, enriched, notes);

  MergePlan plan;
  plan.original_header = original.columns;
  plan.original_column_count = static_cast<int>(original.columns.size());
  plan.match = spec.match;
  plan.region = spec.region;
  std::transform(plan.region.begin(), plan.region.end(), plan.region.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  plan.email_aliases = spec.email_aliases;
  plan.blank_tokens = spec.blank;
  plan.separator = spec.separator;
  plan.recency_format = spec.recency_format;
  plan.record_id_column = find_record_id(spec, original);

  PlanNotes mapping_notes;  // told after what rows are matched by
  const HeaderMap headers = map_headers(spec, original, enriched, mapping_notes);
  Identifiers identifiers =
      resolve_identifiers({spec, original, enriched, headers, plan.record_id_column}, notes);
  notes.decisions.insert(notes.decisions.end(), mapping_notes.decisions.begin(),
                         mapping_notes.decisions.end());
  notes.warnings.insert(notes.warnings.end(), mapping_notes.warnings.begin(), mapping_notes.warnings.end());

  const RuleSources sources{spec, original, enriched, headers, identifiers, plan.record_id_column};
  RuledColumns ruled = rule_columns(sources, notes);
  apply_columns_for(sources, ruled, identifiers.cascade, notes);
  const auto recency = resolve_recency(sources, ruled, notes);

  for (std::size_t file = 0; file < enriched.size(); ++file) {
    PlanInput input;
    input.name = enriched[file].name;
    input.column_count = static_cast<int>(enriched[file].columns.size());
    input.identifier_columns = std::move(identifiers.input_columns[file]);
    input.recency_column = recency[file];
    for (const MappedColumn& column : headers.inputs[file]) {
      input.targets.push_back(column.target < 0 ? -1 : ruled.number[column.target]);
    }
    plan.inputs.push_back(std::move(input));
  }
  plan.identifiers = std::move(identifiers.cascade);
  plan.columns = std::move(ruled.columns);
  plan.output = lay_out_output(spec, plan, notes);
  plan.unmatched_columns = lay_out_unmatched(plan);
  want_outputs(spec, plan, notes);
  note_rules(spec, plan, notes);
  plan.decisions = std::move(notes.decisions);
  plan.warnings = std::move(notes.warnings);
  return plan;
}

}  // namespace crm
