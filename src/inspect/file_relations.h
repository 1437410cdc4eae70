#pragma once

#include <string>
#include <vector>

#include "match/keys.h"
#include "model/profile.h"
#include "model/spec.h"
#include "plan/header_mapping.h"
#include "plan/plan_notes.h"

namespace crm {

/// An identifier that the first file and at least one other have.
struct SharedIdentifier {
  Kind kind = Kind::email;
  std::vector<std::vector<int>> columns;  ///< per file, the first included; empty: it has none
};

/// How files would map onto the first of them, as a merge would do it.
struct FileRelations {
  HeaderMap headers;                           ///< `inputs` is of the files after the first
  std::vector<SharedIdentifier> identifiers;
  std::vector<std::string> merge_by;           ///< the identifiers that a merge without --on would match by
  std::string no_merge;                        ///< why it would refuse; then merge_by is empty
};

/// `files`: two or more that have columns, the original first. `spec` says what matters to mapping: maps, auto_map, blank,
/// region.
FileRelations relate_files(const MergeSpec& spec, const std::vector<InputProfile>& files);

}  // namespace crm
