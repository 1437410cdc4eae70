#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the user asked for, before any file was looked at. Plain data.
namespace crm {

/// The kind of an identifier, or of a column whose values are compared (contract, section 4).
enum class Kind { exact, id, email, phone, linkedin, domain };

/// How one value is chosen among the enriched rows of an original row (section 6).
enum class Strategy { first, last, longest, most_complete, most_recent, most_frequent, concat };

/// The original's cell against the enriched value (section 7).
enum class ConflictPolicy { keep_original, use_enriched, create_alternate, original_only };

enum class MatchMode { any, all };

enum class EngineKind { stream, sql };

/// An input as named on the command line: `NAME=PATH`, or a path whose stem is the name; `-` is standard input.
struct InputRef {
  std::string path;
  std::string name;             ///< the file's stem unless given; unique among the enriched (`a`, `a_2`)
  bool name_given = false;
  std::string sheet;            ///< of a workbook, as in `FILE.xlsx#SHEET`; empty: its first

  std::string shown_as;         ///< what messages and reports call the file; empty: its path

  /// The path with the sheet, as it is typed.
  std::string location() const { return sheet.empty() ? path : path + "#" + sheet; }
};

/// One item of `--on`: a kind (columns empty: detected), or columns of the original with a kind.
struct OnItem {
  Kind kind = Kind::exact;
  std::vector<std::string> columns;  ///< as typed; empty means: detect this kind's columns
  std::string text;                  ///< as typed, for messages
  /// Per enriched file (name or rank) its columns, instead of detection; a spec file alone says this. An empty list: the
  /// file takes no part.
  std::map<std::string, std::vector<std::string>> enriched_columns = {};
};

/// `--map NAME:THEIRS=OURS`; without NAME it holds for every enriched file that has THEIRS.
struct MapRule {
  std::optional<std::string> input;  ///< enriched file's name or rank
  std::string theirs;                ///< header, or `#3` (1-based position)
  std::string ours;                  ///< header of the original, `#3`, or a new column's name
  bool left_out = false;             ///< of a spec file, only with `input`: the column goes nowhere (`ours` is empty)
};

/// Rules that name columns.
struct ColumnRules {
  std::vector<MapRule> maps;
  std::vector<std::pair<std::string, Strategy>> strategy_for;
  std::vector<std::pair<std::string, std::vector<std::string>>> prefer;  ///< column → names, first is highest
  std::vector<std::pair<std::string, ConflictPolicy>> on_conflict_for;
};

/// Overrides of what detection would find, for the original ("original"), one enriched file, or all (key "").
struct InputOverrides {
  std::optional<std::string> encoding;
  std::optional<char> delimiter;
  std::optional<bool> has_header;
};

/// Where each output goes; an empty path: not wanted; "-" is standard output (merged only).
struct OutputPaths {
  std::string merged;
  std::string report;              ///< .json, for programs
  std::string report_html;         ///< .html, for people
  std::string changes;
  std::string provenance;
  std::string conflicts;
  std::string unmatched_enriched;
  std::string rejects;
  std::string save_spec;           ///< .yaml: the spec as resolved
  std::string excel_safe;          ///< a second copy of `merged`
};

/// Everything that a user can ask of a merge, defaults included.
struct MergeSpec {
  InputRef original;
  std::vector<InputRef> enriched;
  std::map<std::string, InputOverrides> overrides;

  std::vector<OnItem> on;                                 ///< empty: the default identifiers
  MatchMode match = MatchMode::any;
  std::map<Kind, std::uint64_t> max_shared;               ///< 0: off; the default phone=5 is set by the planner
  std::vector<std::pair<std::string, std::vector<std::string>>> columns_for;  ///< kind (domain, linkedin) → columns
  std::string region = "US";
  bool email_aliases = false;

  std::vector<MapRule> maps;
  bool auto_map = true;
  std::optional<std::vector<std::string>> columns;        ///< new columns chosen, in this order
  std::vector<std::string> drop;                          ///< new columns left out

  Strategy strategy = Strategy::first;
  std::vector<std::pair<std::string, Strategy>> strategy_for;
  std::vector<std::pair<std::string, std::vector<std::string>>> prefer;  ///< column → names, first is highest
  std::string separator = "; ";
  std::optional<std::string> recency;
  std::optional<std::string> recency_format;              ///< strptime-like; unset: ISO 8601

  ConflictPolicy on_conflict = ConflictPolicy::keep_original;
  std::vector<std::pair<std::string, ConflictPolicy>> on_conflict_for;
  std::string alternate_suffix = "_enriched";

  std::vector<std::string> blank;                         ///< extra blank tokens, compared trimmed and case-sensitive
  std::optional<std::string> id;                          ///< the record-id column for changes and provenance
  std::optional<std::string> match_column;                ///< unset: match_quality; "none": left out
  bool explain_columns = false;

  OutputPaths outputs;
  bool dry_run = false;
  /// Of a spec file: each holds where the rules above say nothing of its column.
  ColumnRules weaker;
  /// Of a spec file, per input ("original" too): the columns that it knew. Others, and missing ones, are a warning.
  std::map<std::string, std::vector<std::string>> known_columns;

  std::optional<std::uint64_t> max_rejects;               ///< only with outputs.rejects; unset: no limit
  std::uint64_t max_record_bytes = 64u << 20;
};

}  // namespace crm
