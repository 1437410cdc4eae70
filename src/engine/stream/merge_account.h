#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/accounts.h"
#include "engine/stream/heavy_keys.h"
#include "model/report.h"

namespace crm {

/// What merging some rows adds to the report; one per batch, so that batches can be merged in parallel.
struct MergeAccount {
  explicit MergeAccount(const MergePlan& plan)
      : identifiers(plan.identifiers.size()), columns(plan.columns.size(), empty_column(plan)) {}

  std::uint64_t rows = 0, matched = 0, changed = 0;
  std::vector<IdentifierAccount> identifiers;
  std::vector<ColumnAccount> columns;
  /// Rows of enriched files that gave a value: (file, row). May name one more than once.
  std::vector<std::pair<int, std::uint64_t>> contributed;
  /// The same for outcomes that many rows share: per outcome the columns that changed a cell.
  std::map<std::shared_ptr<const SharedOutcomes>, std::set<int>> shared_contributed;
};

}  // namespace crm
