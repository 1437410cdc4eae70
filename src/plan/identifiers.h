#pragma once

#include <optional>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"
#include "model/spec.h"
#include "plan/header_mapping.h"
#include "plan/plan_notes.h"

namespace crm {

/// The cascade, and where each file has it.
struct Identifiers {
  std::vector<PlanIdentifier> cascade;
  /// Per enriched file, per identifier: the file's columns.
  std::vector<std::vector<std::vector<int>>> input_columns;
};

/// What the planner knows when identifiers are resolved.
struct IdentifierSources {
  const MergeSpec& spec;
  const InputProfile& original;
  const std::vector<InputProfile>& enriched;
  const HeaderMap& headers;
  std::optional<int> record_id;  ///< of the original
};

/// Resolves `--on`, or the default identifiers, and `--max-shared` (contract, sections 4 and 5).
///
/// Errors: invalid_config for an identifier that only one side has, a file that has none, a column that is
/// not there.
Identifiers resolve_identifiers(const IdentifierSources& sources, PlanNotes& notes);

}  // namespace crm
