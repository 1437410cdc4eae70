#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/spec.h"

// What will be done, fully resolved: no name is looked up and no default is taken after this. Plain data that any
// engine, and any machine, can carry out.
namespace crm {

/// One identifier of the cascade.
struct PlanIdentifier {
  Kind kind = Kind::exact;
  std::string label;                    ///< as `matched_on` and reports name it: "email", "email (Email 2)"
  std::vector<int> original_columns;    ///< in column order; their keys in this order
  std::uint64_t max_shared = 0;         ///< 0: no limit
  /// The match of a company in a cascade with a person: it fills only `fills` of the merged columns.
  /// For Kind::domain every key is a company's; for Kind::linkedin those that begin with "company/".
  bool company_fills_only = false;
  std::vector<int> fills;               ///< indices into MergePlan::columns

  bool operator==(const PlanIdentifier&) const = default;
};

/// One enriched file, in rank order.
struct PlanInput {
  std::string name;
  int column_count = 0;
  /// Per identifier: this file's columns of it, in column order; empty: takes no part on it.
  std::vector<std::vector<int>> identifier_columns;
  /// Per column of the file: index into MergePlan::columns, or -1 where it is left out.
  std::vector<int> targets;
  std::optional<int> recency_column;

  bool operator==(const PlanInput&) const = default;
};

/// One merged column: an original column that some enriched file has, or a new column.
struct PlanColumn {
  std::string name;
  std::optional<int> original_column;
  Kind kind = Kind::exact;              ///< how its values are compared (formatting conflicts, most_frequent, concat)
  bool is_identifier = false;           ///< keeps a non-blank original value, has no alternate
  Strategy strategy = Strategy::first;
  ConflictPolicy policy = ConflictPolicy::keep_original;
  std::vector<int> rank;                ///< per enriched file its rank for this column, 0 is highest (a permutation)
  std::vector<int> sources;             ///< per enriched file: its column for this one, or -1

  bool operator==(const PlanColumn&) const = default;
};

/// What one column of the merged file holds.
struct OutputColumn {
  enum class Role { original, alternate, fresh, matched_on, match_score, enriched_from, match_quality };
  Role role = Role::original;
  std::string name;
  int original_column = -1;  ///< original: its index
  int column = -1;           ///< original (if merged), alternate, fresh: index into MergePlan::columns; else -1

  bool operator==(const OutputColumn&) const = default;
};

/// A fully resolved merge.
struct MergePlan {
  int original_column_count = 0;
  std::vector<std::string> original_header;
  MatchMode match = MatchMode::any;
  std::vector<PlanIdentifier> identifiers;
  std::vector<PlanInput> inputs;
  std::vector<PlanColumn> columns;
  std::vector<OutputColumn> output;
  /// Columns of the unmatched-enriched file, as indices into `columns`: identifiers, shared, new.
  std::vector<int> unmatched_columns;
  std::optional<int> record_id_column;  ///< of the original

  std::string region = "US";
  bool email_aliases = false;
  std::vector<std::string> blank_tokens;
  std::string separator = "; ";
  std::optional<std::string> recency_format;

  /// Which side outputs the engine must produce.
  bool want_changes = false, want_provenance = false, want_conflicts = false, want_unmatched = false;
  bool dry_run = false;

  std::vector<std::string> decisions;   ///< one line each, for people: what was detected and chosen
  std::vector<std::string> warnings;    ///< one line each

  bool operator==(const MergePlan&) const = default;
};

/// A cell of a consolidated column may not be larger than this (contract, section 6).
inline constexpr std::uint64_t kMaxConsolidatedCellBytes = 64u << 20;

}  // namespace crm
