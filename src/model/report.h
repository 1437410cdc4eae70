#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"

// The truth about what happened. Plain data; equal for every engine but for the measurements.
namespace crm {

/// The account of one input: records = rows + rejected.
struct InputAccount {
  std::uint64_t records = 0;      ///< of data: without preamble, header and empty lines
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t padded = 0;       ///< of `rows`: had too few fields
  std::uint64_t empty_lines = 0;
  std::uint64_t bytes = 0;        ///< decoded
  std::uint64_t xxh3 = 0;         ///< of the file's bytes as they are on disk
};

/// What became of one enriched file's rows: rows = contributed + nothing_used + unmatched + without_key.
struct EnrichedAccount {
  std::uint64_t contributed = 0;   ///< at least one cell of the output was changed or made new with its value
  std::uint64_t nothing_used = 0;  ///< the original has one of its keys, but no value of the row was used
  std::uint64_t unmatched = 0;     ///< it has keys, none of which any row of the original has
  std::uint64_t without_key = 0;
  std::uint64_t without_recency = 0;  ///< reached rows without a usable recency value (most_recent only)
};

struct IdentifierAccount {
  std::uint64_t rows_matched = 0;  ///< original rows whose earliest used identifier this is
};

/// The cells of one merged column for which one enriched file has a value: each is counted as filled, replaced, agreeing
/// or overridden. A file's value of a cell is what its rows alone come to by the column's strategy (for concat: the first).
struct CellAccount {
  std::uint64_t filled = 0;        ///< an output cell (the alternate's, where there is one) that was blank or is new holds it
  std::uint64_t filled_alone = 0;  ///< of `filled`: no other file has any value; without the file the cell stays blank
  std::uint64_t replaced = 0;      ///< the output holds it in place of the original's value
  std::uint64_t agreeing = 0;      ///< not used, and the same as what the output holds, or different in formatting only
  std::uint64_t overridden = 0;    ///< not used, and different from what the output holds

  CellAccount& operator+=(const CellAccount& more);
};

struct ColumnAccount {
  std::uint64_t filled_before = 0;           ///< original rows with a non-blank cell
  std::uint64_t filled_after = 0;            ///< after the merge (for create_alternate: of the alternate column apart)
  std::uint64_t alternate_filled = 0;
  std::vector<std::uint64_t> filled_by;      ///< per enriched file: output cells changed or made new with its value
  std::vector<CellAccount> cells_by;         ///< per enriched file; filled + replaced = filled_by
  std::uint64_t changed = 0;                 ///< output cells whose text differs from the original's (new cells included)
  std::uint64_t conflicts_real = 0;          ///< cells with two non-blank values whose keys differ
  std::uint64_t conflicts_formatting = 0;    ///< cells whose non-blank values differ in spelling only
};

/// A key that --max-shared kept from matching. `where` is "original" or the enriched file's name.
struct SharedKey {
  std::string identifier;
  std::string key;
  std::string where;
  std::uint64_t rows = 0;
};

struct StageMeasure {
  std::string name;
  std::chrono::duration<double> wall{};
  std::uint64_t rows = 0;
  std::uint64_t spilled_bytes = 0;
};

struct MergeReport {
  std::vector<InputAccount> inputs;            ///< [0] is the original
  std::vector<EnrichedAccount> enriched;       ///< in rank order
  std::uint64_t matched_rows = 0, unmatched_rows = 0;
  std::vector<IdentifierAccount> identifiers;  ///< as MergePlan::identifiers
  std::vector<ColumnAccount> columns;          ///< as MergePlan::columns
  std::uint64_t output_rows = 0;
  std::uint64_t changed_rows = 0;              ///< rows with at least one changed or new non-blank cell
  std::uint64_t net_new_records = 0;           ///< lines of the unmatched-enriched file (0 if not wanted)
  std::uint64_t shared_keys_total = 0;         ///< keys that --max-shared kept from matching, per place
  /// The first kMaxListedSharedKeys of them, ordered by identifier, rows descending, key, where.
  std::vector<SharedKey> shared_keys;
  std::vector<std::string> warnings;

  // Measurements: exempt from "the same bytes".
  std::vector<StageMeasure> stages;
  std::chrono::duration<double> wall{};
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t spilled_bytes = 0;
};

inline constexpr std::size_t kMaxListedSharedKeys = 100;

/// What became of the cells of one enriched file (from 0), over all columns.
CellAccount cells_of(const MergeReport& report, std::size_t file);

/// Throws Error(internal) that names the account, if any sum of the contract's section 8 does not balance.
void check_accounts(const MergePlan& plan, const MergeReport& report);

}  // namespace crm
