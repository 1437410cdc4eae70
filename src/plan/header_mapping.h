#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/profile.h"
#include "model/spec.h"
#include "plan/plan_notes.h"

namespace crm {

/// Why an enriched column goes where it goes.
enum class MapReason {
  rule,      ///< `--map` says so
  name,      ///< its name folds to an original column's
  synonym,   ///< the shipped table says so
  fresh,     ///< the original has no such column: a new one
  left_out,  ///< a blank name, or another column of the file is used for the same one
};

/// Where one enriched column goes: an index into HeaderMap::columns, or -1.
struct MappedColumn {
  int target = -1;
  MapReason reason = MapReason::left_out;
};

/// One column that some enriched file has.
struct SharedColumn {
  std::string name;
  std::optional<int> original_column;
  std::vector<int> sources;  ///< per enriched file: its column, or -1
};

/// Which enriched column is which column of the merged file (contract, section 3).
struct HeaderMap {
  std::vector<SharedColumn> columns;  ///< original columns by index, then new ones by first appearance
  std::vector<std::vector<MappedColumn>> inputs;  ///< per enriched file, per column of it
};

/// Every column that is left out is a warning, every use of a synonym or a rule a decision.
///
/// Errors: invalid_config for a rule that names an unknown or ambiguous column or file, or contradicts
/// another.
HeaderMap map_headers(const MergeSpec& spec, const InputProfile& original,
                      const std::vector<InputProfile>& enriched, PlanNotes& notes);

}  // namespace crm
