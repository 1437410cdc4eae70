#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// What the value of a key looks like. The reader and the JSON Schema both go by this.
enum class SpecShape {
  original,      ///< a path, or {path, columns}
  enriched,      ///< a list of paths, NAME=PATH, or {name, path, columns}
  text,          ///< as after the flag
  path,          ///< a file or folder; a relative one is relative to the spec file
  number,        ///< a count or a size: as after the flag
  word,          ///< one of `words`
  on_off,        ///< true or false: a switch
  list,          ///< a list of texts, or a text as after the flag
  per_input,     ///< a text for all files, or a map from an input's name
  no_header,     ///< true for all files, or a list of the inputs' names
  identifiers,   ///< a list of texts as in --on or {kind, columns, enriched}, or a text as after the flag
  column_map,    ///< map THEIRS: OURS for all files, or NAME: {THEIRS: OURS}; null leaves a column out
  column_words,  ///< a map from a column to one of `words`
  column_lists,  ///< a map from a column to a list
  kind_numbers,  ///< a map from a kind of identifier to a number, or off
  kind_lists,    ///< a map from domain or linkedin to a list of columns
};

/// One key of a spec file: an option of the command line without its dashes, or the files.
struct SpecKey {
  std::string_view name;
  SpecShape shape;
  std::vector<std::string> (*words)() = nullptr;  ///< word and column_words alone
};

/// Every key, in the order in which a spec is written. The command line's option table has the same names (a test holds
/// the two against each other); what its options are for is told there.
std::span<const SpecKey> spec_keys();

/// Nothing if there is no such key.
const SpecKey* find_spec_key(std::string_view name);

}  // namespace crm
