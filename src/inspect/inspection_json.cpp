#include <nlohmann/json.hpp>

#include "inspect/inspection.h"
#include "model/rule_names.h"
#include "report/profile_json.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// Bumped when a key changes its meaning or goes; new keys leave it.
constexpr int kInspectVersion = 1;

ordered_json column_json(const std::string& name, const ColumnFindings& column) {
  ordered_json json = {{"name", name}, {"kind", column.kind.name}};
  if (!column.kind.field.empty()) json["field"] = column.kind.field;
  json["filled"] = column.filled;
  json["distinct"] = column.distinct;
  json["distinct_is_exact"] = column.distinct_is_exact;
  json["shortest"] = column.shortest;
  json["longest"] = column.longest;
  json["samples"] = column.samples;
  json["damage"] = column.damage;
  return json;
}

void add_profile(const InputProfile& profile, ordered_json& json) {
  json["bytes"] = profile.file_bytes;
  add_detection(profile, json);
  json["empty"] = profile.empty;
}

void add_findings(const InputProfile& profile, const FileFindings& findings, ordered_json& json) {
  json["whole"] = findings.whole;
  if (!findings.whole) json["estimated_rows"] = profile.estimated_rows;
  json["records"] = findings.account.records;
  json["rows"] = findings.account.rows;
  json["rejected"] = findings.account.rejected;
  if (findings.whole) {
    json["padded"] = findings.account.padded;
    json["empty_lines"] = findings.account.empty_lines;
  }
  json["rejects"] = ordered_json::array();
  for (const Reject& reject : findings.first_rejects) {
    json["rejects"].push_back({{"line", reject.line}, {"reason", reject.reason}, {"text", reject.text}});
  }
  json["distinct_standard_error"] = rounded(findings.distinct_error);
  json["columns"] = ordered_json::array();
  for (std::size_t c = 0; c < findings.columns.size(); ++c) {
    json["columns"].push_back(column_json(profile.columns[c], findings.columns[c]));
  }
  json["warnings"] = findings.warnings;
}

ordered_json file_json(const InspectedFile& file) {
  ordered_json json = {{"name", file.name}, {"path", file.path}};
  if (!file.profile) {
    json["problem"] = file.problem;
    return json;
  }
  add_profile(*file.profile, json);
  add_findings(*file.profile, file.findings, json);
  return json;
}

ordered_json mapping_json(const Inspection& inspection, std::size_t file) {
  const HeaderMap& headers = inspection.relations->headers;
  const InspectedFile& inspected = inspection.files[inspection.related[file + 1]];
  ordered_json list = ordered_json::array();
  for (std::size_t c = 0; c < headers.inputs[file].size(); ++c) {
    const MappedColumn& mapped = headers.inputs[file][c];
    ordered_json entry = {{"column", inspected.profile->columns[c]}, {"reason", map_reason_name(mapped.reason)}};
    if (mapped.target >= 0) entry["goes_to"] = headers.columns[static_cast<std::size_t>(mapped.target)].name;
    list.push_back(std::move(entry));
  }
  return {{"file", inspected.name}, {"columns", std::move(list)}};
}

ordered_json identifier_json(const Inspection& inspection, std::size_t index) {
  const SharedIdentifier& identifier = inspection.relations->identifiers[index];
  ordered_json files = ordered_json::array();
  for (std::size_t f = 0; f < inspection.related.size(); ++f) {
    if (identifier.columns[f].empty()) continue;
    const InspectedFile& file = inspection.files[inspection.related[f]];
    ordered_json names = ordered_json::array();
    for (const int column : identifier.columns[f]) names.push_back(file.profile->columns[static_cast<std::size_t>(column)]);
    const KeyFindings& keys = inspection.keys[index][f];
    ordered_json entry = {{"file", file.name}, {"columns", std::move(names)}, {"keys", keys.keys},
                          {"keys_are_exact", keys.keys_are_exact}};
    if (f > 0) {
      entry["in_first"] = keys.in_first;
      entry["in_first_is_exact"] = keys.in_first_is_exact;
    }
    files.push_back(std::move(entry));
  }
  return {{"kind", kind_name(identifier.kind)}, {"files", std::move(files)}};
}

}  // namespace

std::string_view map_reason_name(MapReason reason) {
  switch (reason) {
    case MapReason::rule: return "rule";
    case MapReason::name: return "name";
    case MapReason::synonym: return "synonym";
    case MapReason::fresh: return "new";
    case MapReason::left_out: return "left out";
  }
  return "";
}

std::string inspection_json(const Inspection& inspection) {
  ordered_json json = {{"version", kInspectVersion}, {"files", ordered_json::array()}};
  for (const InspectedFile& file : inspection.files) json["files"].push_back(file_json(file));
  if (inspection.relations) {
    ordered_json relations = {{"first", inspection.files.front().name}, {"mappings", ordered_json::array()}};
    for (std::size_t f = 0; f + 1 < inspection.related.size(); ++f) {
      relations["mappings"].push_back(mapping_json(inspection, f));
    }
    relations["identifiers"] = ordered_json::array();
    for (std::size_t i = 0; i < inspection.relations->identifiers.size(); ++i) {
      relations["identifiers"].push_back(identifier_json(inspection, i));
    }
    relations["merge_by"] = inspection.relations->merge_by;
    if (!inspection.relations->no_merge.empty()) relations["no_merge"] = inspection.relations->no_merge;
    json["relations"] = std::move(relations);
  }
  // A path may hold bytes that are not UTF-8.
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace crm
