#include "report/report_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/rule_names.h"
#include "report/plan_json.h"
#include "report/profile_json.h"
#include "report/report_warnings.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// Bumped when a key changes its meaning or goes; new keys leave it.
constexpr int kReportVersion = 1;

ordered_json input_json(const InputProfile& profile, const InputAccount& account, std::size_t rank) {
  ordered_json json = {{"name", profile.name}, {"role", rank == 0 ? "original" : "enriched"}};
  if (rank > 0) json["rank"] = rank;
  json["path"] = profile.path;
  json["bytes"] = profile.file_bytes;
  json["xxh3"] = fmt::format("{:016x}", account.xxh3);
  add_detection(profile, json);
  json["columns"] = profile.columns;
  json["decoded_bytes"] = account.bytes;
  json["records"] = account.records;
  json["rows"] = account.rows;
  json["rejected"] = account.rejected;
  json["padded"] = account.padded;
  json["empty_lines"] = account.empty_lines;
  return json;
}

ordered_json inputs_json(const ReportFacts& facts) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < facts.report.inputs.size() && i <= facts.enriched.size(); ++i) {
    list.push_back(input_json(i == 0 ? facts.original : facts.enriched[i - 1], facts.report.inputs[i], i));
  }
  return list;
}

ordered_json cells_json(const CellAccount& cells) {
  return {{"filled", cells.filled},
          {"filled_alone", cells.filled_alone},
          {"replaced", cells.replaced},
          {"agreeing", cells.agreeing},
          {"overridden", cells.overridden}};
}

ordered_json enriched_json(const ReportFacts& facts) {
  ordered_json list = ordered_json::array();
  for (std::size_t f = 0; f < facts.report.enriched.size(); ++f) {
    const EnrichedAccount& account = facts.report.enriched[f];
    list.push_back({{"name", facts.plan.inputs[f].name},
                    {"rows", facts.report.inputs[f + 1].rows},
                    {"contributed", account.contributed},
                    {"matched_nothing_used", account.nothing_used},
                    {"unmatched", account.unmatched},
                    {"without_key", account.without_key},
                    {"without_recency", account.without_recency},
                    {"cells", cells_json(cells_of(facts.report, f))}});
  }
  return list;
}

ordered_json by_identifier_json(const ReportFacts& facts) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < facts.report.identifiers.size(); ++i) {
    list.push_back({{"identifier", facts.plan.identifiers[i].label},
                    {"rows_matched", facts.report.identifiers[i].rows_matched}});
  }
  return list;
}

ordered_json columns_json(const ReportFacts& facts) {
  ordered_json list = ordered_json::array();
  for (std::size_t c = 0; c < facts.report.columns.size(); ++c) {
    const ColumnAccount& account = facts.report.columns[c];
    const PlanColumn& column = facts.plan.columns[c];
    ordered_json filled_by = ordered_json::object();
    for (std::size_t f = 0; f < account.filled_by.size(); ++f) filled_by[facts.plan.inputs[f].name] = account.filled_by[f];
    ordered_json cells_by = ordered_json::object();
    for (std::size_t f = 0; f < account.cells_by.size(); ++f) cells_by[facts.plan.inputs[f].name] = cells_json(account.cells_by[f]);
    list.push_back({{"name", column.name},
                    {"new", !column.original_column.has_value()},
                    {"filled_before", account.filled_before},
                    {"filled_after", account.filled_after},
                    {"alternate_filled", account.alternate_filled},
                    {"changed", account.changed},
                    {"filled_by", std::move(filled_by)},
                    {"cells_by", std::move(cells_by)},
                    {"conflicts", {{"real", account.conflicts_real}, {"formatting", account.conflicts_formatting}}}});
  }
  return list;
}

ordered_json shared_keys_json(const MergeReport& report) {
  ordered_json listed = ordered_json::array();
  for (const SharedKey& key : report.shared_keys) {
    listed.push_back({{"identifier", key.identifier}, {"key", key.key}, {"where", key.where}, {"rows", key.rows}});
  }
  return {{"total", report.shared_keys_total}, {"listed", std::move(listed)}};
}

ordered_json measurements_json(const ReportFacts& facts) {
  const auto per_second = [](std::uint64_t rows, double seconds) {
    return seconds > 0 ? std::round(static_cast<double>(rows) / seconds) : 0.0;
  };
  const MergeReport& report = facts.report;
  ordered_json stages = ordered_json::array();
  for (const StageMeasure& stage : report.stages) {
    stages.push_back({{"name", stage.name},
                      {"seconds", rounded(stage.wall.count())},
                      {"rows", stage.rows},
                      {"rows_per_second", per_second(stage.rows, stage.wall.count())},
                      {"spilled_bytes", stage.spilled_bytes}});
  }
  return {{"engine", facts.engine},
          {"threads", facts.threads},
          {"memory_limit_bytes", facts.memory_limit_bytes},
          {"seconds", rounded(report.wall.count())},
          {"rows_per_second", per_second(report.output_rows, report.wall.count())},
          {"peak_rss_bytes", report.peak_rss_bytes},
          {"spilled_bytes", report.spilled_bytes},
          {"stages", std::move(stages)}};
}

}  // namespace

std::string report_json(const ReportFacts& facts) {
  const MergeReport& report = facts.report;
  const std::uint64_t rows = report.matched_rows + report.unmatched_rows;
  ordered_json json;
  json["report_version"] = kReportVersion;
  json["program"] = "crm-merge";
  json["program_version"] = facts.version;
  json["dry_run"] = facts.plan.dry_run;
  json["output_rows"] = report.output_rows;
  json["matched_rows"] = report.matched_rows;
  json["unmatched_rows"] = report.unmatched_rows;
  json["match_rate"] = rows == 0 ? 0.0 : rounded(static_cast<double>(report.matched_rows) / static_cast<double>(rows));
  json["changed_rows"] = report.changed_rows;
  json["net_new_records"] = report.net_new_records;
  json["by_identifier"] = by_identifier_json(facts);
  json["inputs"] = inputs_json(facts);
  json["enriched"] = enriched_json(facts);
  json["columns"] = columns_json(facts);
  json["shared_keys"] = shared_keys_json(report);
  json["warnings"] = all_warnings(facts.plan, facts.original, facts.enriched, facts.report);
  json["decisions"] = facts.plan.decisions;
  json["spec"] = plan_json(facts.plan, facts.enriched);
  json["measurements"] = measurements_json(facts);
  // A path may hold bytes that are not UTF-8.
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace crm
