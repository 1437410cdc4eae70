#include "server/file_profile.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/temp_space.h"
#include "ingest/damage.h"
#include "inspect/column_kind.h"
#include "match/keys.h"
#include "model/rule_names.h"
#include "plan/identifier_detection.h"
#include "server/problem.h"
#include "server/stored_json.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownRows = 20;
constexpr std::size_t kShownCellBytes = 2000;

double rounded(double share) { return std::round(share * 1e6) / 1e6; }

ordered_json certain(ordered_json value, const Certainty& certainty) {
  return {{"value", std::move(value)},
          {"certainty", rounded(certainty.share)},
          {"given", certainty.given},
          {"reason", certainty.reason}};
}

ordered_json sample_json(const InputProfile& profile) {
  ordered_json rows = ordered_json::array();
  for (const auto& row : profile.sample) {
    if (rows.size() >= kShownRows) break;
    ordered_json cells = ordered_json::array();
    for (const std::string& cell : row) cells.push_back(shown_cell(cell));
    rows.push_back(std::move(cells));
  }
  return rows;
}

ordered_json columns_json(const InputProfile& profile) {
  const BlankRule blank;
  KeyMaker keys({});
  std::vector<ordered_json> identifiers(profile.columns.size());
  for (const Kind kind : {Kind::id, Kind::domain, Kind::phone, Kind::linkedin, Kind::email}) {
    for (const int column : detect_columns(profile, kind, keys, blank).columns) {
      identifiers[static_cast<std::size_t>(column)] = kind_name(kind);
    }
  }
  const std::vector<ColumnKind> kinds = column_kinds(profile, keys, blank);
  ordered_json columns = ordered_json::array();
  for (std::size_t c = 0; c < profile.columns.size(); ++c) {
    std::size_t filled = 0;
    DamageSigns signs;
    for (const auto& row : profile.sample) {
      if (c >= row.size()) continue;
      filled += blank.is_blank(row[c]) ? 0 : 1;
      signs.look_at(row[c]);
    }
    const double rows = static_cast<double>(std::max<std::size_t>(1, profile.sample.size()));
    columns.push_back({{"name", profile.columns[c]},
                       {"position", c + 1},
                       {"identifier", identifiers[c]},
                       {"kind", kinds[c].name},
                       {"fill_rate", rounded(static_cast<double>(filled) / rows)},
                       {"damage", damage_texts(profile.columns[c], signs, "sampled values")}});
  }
  return columns;
}

}  // namespace

std::string shown_cell(const std::string& cell) {
  if (cell.size() <= kShownCellBytes) return cell;
  std::size_t end = kShownCellBytes;
  while (end > 0 && (static_cast<unsigned char>(cell[end]) & 0xC0) == 0x80) --end;
  return cell.substr(0, end) + "…";
}

std::filesystem::path local_file(ObjectStore& store, const std::string& key, TempSpace& temp) {
  const std::string name = key.substr(key.find_last_of('/') + 1);
  const std::filesystem::path path = temp.named_folder() / (random_id() + "-" + name);
  store.fetch(key, path, {}, {});
  return path;
}

ordered_json profile_json(const InputProfile& profile) {
  return {{"encoding", certain(profile.encoding, profile.encoding_certainty)},
          {"delimiter", certain(std::string(1, profile.dialect.delimiter), profile.delimiter_certainty)},
          {"header", certain(profile.dialect.has_header, profile.header_certainty)},
          {"compression", profile.compression},
          {"bom", profile.has_bom},
          {"preamble_lines", profile.preamble_lines},
          {"bytes", profile.file_bytes},
          {"estimated_rows", profile.estimated_rows},
          {"empty", profile.empty},
          {"columns", columns_json(profile)},
          {"sample", sample_json(profile)},
          {"sampled_rows", profile.sample.size()},
          {"sample_is_whole_file", profile.sample_is_whole_file},
          {"warnings", profile.warnings}};
}

std::string with_name_for_path(std::string message, const std::string& path, const std::string& name) {
  for (std::size_t at = 0; (at = message.find(path, at)) != std::string::npos; at += name.size()) {
    message.replace(at, path.size(), name);
  }
  return message;
}

ordered_json profile_of(const Api& api, const UploadedFile& file, const InputOverrides& overrides) {
  TempSpace temp(api.options.temp_dir);
  OpenOptions options;
  options.temp = &temp;
  options.overrides = overrides;
  options.is_original = file.kind == "original";
  InputRef ref;
  ref.name = file.name;
  ref.path = local_file(api.parts.store, file.upload.key, temp);
  try {
    InputProfile profile = open_input(ref, options)->profile();
    for (std::string& warning : profile.warnings) warning = with_name_for_path(warning, ref.path, file.name);
    return profile_json(profile);
  } catch (const Error& error) {
    throw Error(error.code(), with_name_for_path(error.message(), ref.path, file.name));
  }
}

ordered_json file_json(const Api& api, const UploadedFile& file) {
  ordered_json json = {{"file_id", file.id},
                       {"uri", api.parts.store.uri(file.upload.key)},
                       {"name", file.name},
                       {"kind", file.kind},
                       {"size", file.size}};
  try {
    json["profile"] = profile_of(api, file, {});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_input) throw;
    json["profile_problem"] =
        ordered_json::parse(problem_response(422, "invalid_input", error.message()).body);
  }
  return json;
}

}  // namespace crm
