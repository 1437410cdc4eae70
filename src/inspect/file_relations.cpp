#include "inspect/file_relations.h"

#include <algorithm>

#include "base/error.h"
#include "plan/header_meaning.h"
#include "plan/identifier_detection.h"
#include "plan/planner.h"

namespace crm {
namespace {

/// The column of an enriched file that is the original's record id: one of the same name, as a vendor's own ids mean
/// nothing here.
std::vector<int> same_record_id(const HeaderMap& headers, std::size_t file, int record_id) {
  const std::vector<MappedColumn>& columns = headers.inputs[file];
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].target < 0 || columns[c].reason == MapReason::synonym) continue;
    if (headers.columns[static_cast<std::size_t>(columns[c].target)].original_column == record_id) {
      return {static_cast<int>(c)};
    }
  }
  return {};
}

bool is_shared(const SharedIdentifier& identifier) {
  return !identifier.columns.front().empty() &&
         std::any_of(identifier.columns.begin() + 1, identifier.columns.end(), [](const auto& c) { return !c.empty(); });
}

std::vector<SharedIdentifier> find_shared(const std::vector<InputProfile>& files, const HeaderMap& headers,
                                          KeyMaker& keys, const BlankRule& blank) {
  std::vector<SharedIdentifier> shared;
  if (const auto record_id = detect_record_id(files.front().columns)) {
    SharedIdentifier id{Kind::id, {{*record_id}}};
    for (std::size_t file = 0; file + 1 < files.size(); ++file) {
      id.columns.push_back(same_record_id(headers, file, *record_id));
    }
    if (is_shared(id)) shared.push_back(std::move(id));
  }
  for (const Kind kind : {Kind::email, Kind::linkedin, Kind::phone, Kind::domain}) {
    SharedIdentifier identifier{kind, {}};
    for (const InputProfile& file : files) {
      identifier.columns.push_back(detect_columns(file, kind, keys, blank).columns);
    }
    if (is_shared(identifier)) shared.push_back(std::move(identifier));
  }
  return shared;
}

}  // namespace

FileRelations relate_files(const MergeSpec& spec, const std::vector<InputProfile>& files) {
  FileRelations relations;
  const std::vector<InputProfile> enriched(files.begin() + 1, files.end());
  PlanNotes notes;
  relations.headers = map_headers(spec, files.front(), enriched, notes);
  const BlankRule blank(spec.blank);
  KeyMaker keys({spec.region, spec.email_aliases, blank});
  relations.identifiers = find_shared(files, relations.headers, keys, blank);
  try {
    for (const PlanIdentifier& identifier : plan_merge(spec, files.front(), enriched).identifiers) {
      relations.merge_by.push_back(identifier.label);
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_config) throw;
    relations.no_merge = error.message();
  }
  return relations;
}

}  // namespace crm
