#include "merge/output_formats.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "export/table_output.h"

namespace crm {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

bool is_page(const std::string& path) {
  const std::string lowered = lower(path);
  for (const std::string_view suffix : {".html", ".htm", ".html.gz", ".htm.gz", ".html.zst", ".htm.zst"}) {
    if (lowered.ends_with(suffix)) return true;
  }
  return false;
}

}  // namespace

void check_table_format(const char* option, const std::string& path) {
  static constexpr std::string_view kOthers[] = {".xlsx", ".xls", ".ods", ".json", ".html", ".zip", ".bz2", ".xz"};
  const std::string lowered = lower(path);
  if (table_format(path) == TableFormat::parquet && !lowered.ends_with(".parquet")) {
    refuse(fmt::format("{} {}: Parquet files are compressed inside; give a file that ends in .parquet", option, path));
  }
  for (std::string_view suffix : kOthers) {
    if (!lowered.ends_with(suffix)) continue;
    refuse(fmt::format("{} {}: {} files are not written; give a file that ends in .csv, .tsv, .jsonl (.gz or .zst on top) or "
                       ".parquet",
                       option, path, suffix));
  }
}

void check_output_formats(const OutputPaths& out) {
  const std::pair<const char*, const std::string&> tables[] = {
      {"-o", out.merged},           {"--excel-safe", out.excel_safe},
      {"--changes", out.changes},
      {"--provenance", out.provenance}, {"--conflicts", out.conflicts},
      {"--unmatched-enriched", out.unmatched_enriched}, {"--rejects", out.rejects}};
  for (const auto& [option, path] : tables) {
    check_table_format(option, path);
    if (path == "-" && &path != &out.merged) {
      refuse(fmt::format("{}: only the merged file and the report can go to standard output; give a file", option));
    }
  }
  if (table_format(out.excel_safe) != TableFormat::text) {
    refuse(fmt::format("--excel-safe {}: give a file that ends in .csv or .tsv", out.excel_safe));
  }
  if (!out.excel_safe.empty() && out.merged.empty()) refuse("--excel-safe is a copy of the merged file: give -o FILE too");
  if (is_page(out.report)) refuse(fmt::format("--report {}: this report is JSON; give a file that ends in .json", out.report));
  if (!out.report_html.empty() && !is_page(out.report_html)) {
    refuse(fmt::format("--report {}: this report is a page; give a file that ends in .html", out.report_html));
  }
  const std::string save_spec = lower(out.save_spec);
  if (!save_spec.empty() && save_spec != "-" && !save_spec.ends_with(".yaml") && !save_spec.ends_with(".yml")) {
    refuse(fmt::format("--save-spec {}: a spec is YAML; give a file that ends in .yaml", out.save_spec));
  }
}

}  // namespace crm
