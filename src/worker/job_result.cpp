#include "worker/job_result.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace crm {
namespace {

using nlohmann::json;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double percent(std::uint64_t part, std::uint64_t whole) { return std::round(share(part, whole) * 10'000) / 100; }

json match_stats(const json& report) {
  std::uint64_t original = 0, enriched = 0;
  for (const json& input : report.at("inputs")) {
    (input.at("role") == "original" ? original : enriched) += input.at("rows").get<std::uint64_t>();
  }
  json by_identifier = json::object();
  for (const json& identifier : report.at("by_identifier")) {
    by_identifier[identifier.at("identifier").get<std::string>()] = identifier.at("rows_matched");
  }
  json completeness = json::object();
  for (const json& column : report.at("columns")) {
    completeness[column.at("name").get<std::string>()] = {
        {"before", share(column.at("filled_before").get<std::uint64_t>(), original)},
        {"after", share(column.at("filled_after").get<std::uint64_t>(), original)}};
  }
  const auto matched = report.at("matched_rows").get<std::uint64_t>();
  return {{"totalOriginalRows", original},
          {"totalEnrichedRows", enriched},
          {"matchedRows", matched},
          {"unmatchedRows", report.at("unmatched_rows")},
          {"matchRate", percent(matched, original)},
          {"matchesByIdentifier", std::move(by_identifier)},
          {"dataCompleteness", std::move(completeness)}};
}

/// Columns in which a cell of an enriched file came out.
json enriched_columns(const json& report) {
  json names = json::array();
  for (const json& column : report.at("columns")) {
    if (column.at("new").get<bool>() || column.at("changed").get<std::uint64_t>() > 0) names.push_back(column.at("name"));
  }
  return names;
}

json described(const StoredOutput& output) {
  return {{"key", output.object.key}, {"uri", output.uri}, {"bytes", output.object.size}};
}

}  // namespace

std::string result_json(const ResultFacts& facts) {
  try {
    const json report = json::parse(facts.report);
    json outputs = json::object();
    for (const auto& [kind, output] : facts.outputs) outputs[std::string(output_name(kind))] = described(output);
    const StoredOutput& merged = facts.outputs.at(OutputKind::merged);
    outputs["merged"]["rows"] = report.at("output_rows");
    return json{{"success", true},
                {"outputFileKey", merged.object.key},
                {"outputFileUrl", merged.uri},
                {"outputRowCount", report.at("output_rows")},
                {"matchStats", match_stats(report)},
                {"enrichedColumns", enriched_columns(report)},
                {"outputs", std::move(outputs)},
                {"processingTimeMs", facts.took.count()},
                {"metadata", json::parse(facts.data.metadata)}}
        .dump();
  } catch (const json::exception& error) {
    throw Error(ErrorCode::internal, "the merge's report cannot be understood", error.what());
  }
}

MergeFigures merge_figures(const std::string& text) {
  const json report = json::parse(text, nullptr, false);
  if (!report.is_object()) return {};
  MergeFigures figures;
  figures.rows = report.value("output_rows", std::uint64_t{0});
  figures.matched = report.value("matched_rows", std::uint64_t{0});
  figures.match_percent = percent(figures.matched, figures.rows);
  const json measured = report.value("measurements", json::object());
  figures.rows_per_second = measured.value("rows_per_second", 0.0);
  figures.peak_memory_bytes = measured.value("peak_rss_bytes", std::uint64_t{0});
  for (const json& stage : measured.value("stages", json::array())) {
    if (stage.value("name", "") == "consolidate") figures.consolidated = stage.value("rows", std::uint64_t{0});
  }
  const json inputs = report.value("inputs", json::array());
  if (!inputs.empty()) figures.original_columns = inputs[0].value("columns", json::array()).size();
  figures.spilled_bytes = measured.value("spilled_bytes", std::uint64_t{0});
  return figures;
}

}  // namespace crm
