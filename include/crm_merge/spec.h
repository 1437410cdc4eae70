#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crm_merge {

/// What kind of identifier a column holds, and so how its values are compared.
enum class Kind { exact, id, email, phone, linkedin, domain };

/// How one value is chosen among several enriched ones.
enum class Strategy { first, last, longest, most_complete, most_recent, most_frequent, concat };

/// The original's value against the enriched one.
enum class ConflictPolicy { keep_original, use_enriched, create_alternate, original_only };

/// A file to read: CSV in any common dialect and encoding, plain, gzip or zstd; JSON lines, Parquet, .xlsx. What is not said
/// is detected.
struct InputFile {
  std::string location;                 ///< a path, or file://…
  std::string name = {};                ///< what reports and rules call it; empty: the file's name without its suffixes
  std::optional<std::string> encoding = {};   ///< `--encoding`: "utf-8", "windows-1252"…
  std::optional<char> delimiter = {};         ///< `--delimiter`
  std::string sheet = {};                     ///< of a workbook; empty: the first
  std::optional<bool> has_header = {};        ///< false: columns are called column_1, column_2… (`--no-header`)
};

/// An item of `--on`.
struct MatchBy {
  Kind kind = Kind::email;
  std::vector<std::string> columns = {};  ///< of the original; empty: those of this kind are detected
};

/// `--map`: their column is our column.
struct ColumnMapping {
  std::string theirs;     ///< a header, or `#3`: the third column
  std::string ours;       ///< a header of the original, `#3`, or a new column's name
  std::string file = {};  ///< name of the enriched file; empty: every one that has the column
};

/// Rules of one column, over those of all.
struct ColumnRule {
  std::optional<Strategy> strategy = {};         ///< `--strategy-for`
  std::optional<ConflictPolicy> on_conflict = {};  ///< `--on-conflict-for`
  std::vector<std::string> prefer = {};          ///< names of enriched files, the highest first (`--prefer`)
};

/// Where each output goes: a path or file://…, empty: not wanted. The suffix tells what a table is written as: `.csv`,
/// `.tsv`, `.jsonl`, with `.gz` or `.zst` on top, or `.parquet`. Each appears whole or not at all, the merged file last.
struct OutputFiles {
  std::string merged = {};
  std::string report = {};              ///< JSON
  std::string report_html = {};         ///< a page for people
  std::string changes = {};
  std::string provenance = {};
  std::string conflicts = {};
  std::string unmatched_enriched = {};
  std::string excel_safe = {};          ///< a second copy of the merged file, for spreadsheets (`--excel-safe`)
  std::string rejects = {};             ///< without it a record that cannot be read ends the merge
};

/// Everything that can be asked of a merge; the defaults are those of `crm-merge merge`. Each rule is the option that its
/// comment names, and does what `crm-merge merge --help` says of it. Names of columns are found exactly, then without
/// regard to case, spaces, _, - and dots.
struct MergeSpec {
  InputFile original;
  std::vector<InputFile> enriched;                          ///< the first ranks highest

  std::vector<MatchBy> on = {};                             ///< `--on`; empty: record id, e-mail, LinkedIn
  bool match_all = false;                                   ///< `--match all`
  std::map<Kind, std::uint64_t> max_shared = {};            ///< `--max-shared`, rows; 0: no limit
  std::map<Kind, std::vector<std::string>> columns_for = {};  ///< `--columns-for`: domain, linkedin
  std::string region = "US";                                ///< `--region`: two letters
  bool email_aliases = false;                               ///< `--email-aliases`

  std::vector<ColumnMapping> map = {};                      ///< `--map`
  bool auto_map = true;                                     ///< `--no-auto-map`
  std::optional<std::vector<std::string>> columns = {};     ///< `--columns`: the new ones, in this order
  std::vector<std::string> drop = {};                       ///< `--drop`
  std::optional<std::string> record_id = {};                ///< `--id`
  std::optional<std::string> match_column = {};             ///< `--match-column`; "none" leaves it out
  bool explain_columns = false;                             ///< `--explain-columns`
  std::vector<std::string> blank = {};                      ///< `--blank`

  Strategy strategy = Strategy::first;                      ///< `--strategy`
  ConflictPolicy on_conflict = ConflictPolicy::keep_original;  ///< `--on-conflict`
  std::map<std::string, ColumnRule> rules = {};             ///< by column
  std::string separator = "; ";                             ///< `--separator`
  std::optional<std::string> recency = {};                  ///< `--recency`
  std::optional<std::string> recency_format = {};           ///< `--recency-format`
  std::string alternate_suffix = "_enriched";               ///< `--alternate-suffix`

  OutputFiles outputs = {};
  bool dry_run = false;                                     ///< `--dry-run`
  std::optional<std::uint64_t> max_rejects = {};            ///< `--max-rejects`
  std::uint64_t max_record_bytes = 64u << 20;               ///< `--max-record-bytes`
};

}  // namespace crm_merge
