#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/spec.h"
#include "spec/yaml_node.h"

// A file of rules: the options of the command line under the same names, without dashes.
namespace crm {

/// A value that means what the same text means after the option.
struct SpecText {
  std::string text;
  std::string label;  ///< how messages name it: "rules.yaml:3:9: region"
};

/// One input that a spec names; its path may be empty, then the command line gives it.
struct SpecInput {
  InputRef ref;
  std::optional<std::vector<std::string>> columns;  ///< those that were known when the spec was saved
  SpecPlace place;
};

/// A spec file, read and checked by itself: what it says, not yet joined with the command line.
struct SpecFile {
  std::string path;
  std::optional<SpecInput> original;
  std::optional<std::vector<SpecInput>> enriched;

  /// Keys of the shapes text, path, number, word and on_off (those that are on); paths are resolved.
  std::map<std::string, std::vector<SpecText>, std::less<>> texts;
  std::vector<std::pair<std::string, SpecText>> delimiters, encodings;  ///< input's name ("" for all) → value
  std::vector<SpecText> no_header;                                      ///< inputs' names ("" for all)

  std::optional<std::vector<OnItem>> on;
  std::map<Kind, std::uint64_t> max_shared;
  std::vector<std::pair<std::string, std::vector<std::string>>> columns_for;
  std::optional<std::vector<std::string>> columns, drop, blank;
  ColumnRules rules;

  /// Where each key stands, and where each entry of a map: (key, "") and (key, entry).
  std::map<std::pair<std::string, std::string>, SpecPlace> places;
};

/// Reads and checks a spec; `path` is its file's, for messages and for relative paths in it.
///
/// Errors: invalid_config, "PATH:LINE:COLUMN: …", for what is no YAML, unknown keys (with the nearest known one), values
/// of a wrong shape or a wrong word.
SpecFile parse_spec(std::string_view text, const std::string& path);

/// The same from a file. Errors: also invalid_config if it is not there, cannot be read, or is larger than kMaxSpecBytes.
SpecFile read_spec_file(const std::string& path);

}  // namespace crm
