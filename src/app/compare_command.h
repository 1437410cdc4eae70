#pragma once

#include <string>

#include "app/merge_command.h"
#include "app/options.h"
#include "compare/column_pairs.h"

namespace crm {

/// What `crm-merge compare` was asked.
struct CompareRun {
  RunOptions run;             ///< `spec.enriched`: A and B
  ColumnChoice columns;
  std::string differences;    ///< where they are listed; empty: nowhere
  bool ordered = false;       ///< another order of rows or columns is a difference too
  bool json = false;
};

/// Errors: invalid_config.
CompareRun resolve_compare(const TypedOptions& typed, const Machine& machine);

/// `crm-merge compare`: compares two files by key and prints what differs on standard output.
///
/// Returns the exit status: 0 where they are equal, 6 where they differ. Errors: Error, as the contract's section 9.
int run_compare(const CompareRun& compare, const CommandContext& context);

}  // namespace crm
