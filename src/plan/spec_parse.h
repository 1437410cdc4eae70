#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/spec.h"

// From the text of an option's value to the plain data of a MergeSpec. Names of columns and files are kept as
// typed: the planner resolves them. Every error is invalid_config, one line that begins with `option`.
namespace crm {

/// The items of a list as a record of CSV: `A,"B, with a comma",C`. White space around an item without quotes
/// is not part of it. An empty text is an empty list; an empty item among others is an error.
std::vector<std::string> parse_list(std::string_view option, std::string_view text);

/// `--blank "N/A,null,-"`: as parse_list, but empty items mean nothing (blank cells are blank anyway).
std::vector<std::string> parse_blank_list(std::string_view option, std::string_view text);

/// `--on "email,Email 2|Email 3:email,Record ID:id"`. The kind stands after the last colon.
std::vector<OnItem> parse_on(std::string_view option, std::string_view text);

/// One item of `--on`.
OnItem parse_on_item(std::string_view option, std::string_view text);

/// `COLUMN=VALUE`, split at the last `=`. Neither side may be blank.
std::pair<std::string, std::string> parse_assignment(std::string_view option, std::string_view text,
                                                     std::string_view form);

/// `[NAME:]THEIRS=OURS`. What stands before a colon is a NAME only if it is one of `input_names` or a rank
/// among them, as a header may have a colon itself.
MapRule parse_map(std::string_view option, std::string_view text,
                  const std::vector<std::string>& input_names);

Kind parse_kind(std::string_view option, std::string_view text);
Strategy parse_strategy(std::string_view option, std::string_view text);
ConflictPolicy parse_policy(std::string_view option, std::string_view text);
MatchMode parse_match_mode(std::string_view option, std::string_view text);

std::pair<std::string, Strategy> parse_strategy_for(std::string_view option, std::string_view text);
std::pair<std::string, ConflictPolicy> parse_policy_for(std::string_view option, std::string_view text);
/// `COLUMN=NAME,NAME`.
std::pair<std::string, std::vector<std::string>> parse_prefer(std::string_view option, std::string_view text);
/// `domain=A,B` or `linkedin=A,B`. The kind ends at the first `=`: it has none itself, but a column may.
std::pair<std::string, std::vector<std::string>> parse_columns_for(std::string_view option,
                                                                   std::string_view text);
/// `KIND=N`, or `KIND=off` for 0.
std::pair<Kind, std::uint64_t> parse_max_shared(std::string_view option, std::string_view text);

/// A whole number, digits only.
std::uint64_t parse_count(std::string_view option, std::string_view text);
/// `512MB` (10^6), `512MiB` (2^20), `1.5GB`, or plain bytes.
std::uint64_t parse_size(std::string_view option, std::string_view text);

/// A country by its two letters, in any case; returned in capitals.
std::string parse_region(std::string_view option, std::string_view text);

/// `[NAME=]PATH`: the name as given, else the path's file name without its suffixes (`.csv`, `.tsv.gz`…); "-"
/// is "stdin".
InputRef parse_input(std::string_view text);

/// Makes the names of the enriched files unique: `a`, `a_2`; `original` is the original's own. Errors: two
/// files that were given the same name.
void make_names_unique(std::vector<InputRef>& enriched);

}  // namespace crm
