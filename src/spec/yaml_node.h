#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

// A YAML (or JSON, which is a subset) document as a tree in which every scalar is still the text that was written.
namespace crm {

/// Where something stands in a spec file; both count from 1, columns in code points.
struct SpecPlace {
  int line = 1;
  int column = 1;
};

struct YamlEntry;

/// A node of the document. Copies are deep.
struct YamlNode {
  enum class Kind { scalar, list, map };
  Kind kind = Kind::scalar;
  std::string text;        ///< scalar: what it says, quotes and escapes resolved; no types: `no` is "no"
  bool is_plain = false;   ///< scalar: written without quotes
  SpecPlace place;
  std::vector<YamlNode> items;     ///< list
  std::vector<YamlEntry> entries;  ///< map, in the file's order; no key twice

  /// Nothing was written, or `~` or `null` without quotes.
  bool is_nothing() const;
};

/// One `key: value`. Keys are scalars.
struct YamlEntry {
  YamlNode key;
  YamlNode value;
};

/// A spec file may not be larger, nested deeper, or (aliases written out) have more nodes.
inline constexpr std::size_t kMaxSpecBytes = 8u << 20;
inline constexpr int kMaxSpecDepth = 16;
inline constexpr std::size_t kMaxSpecNodes = 400'000;

/// The one document of `text`; `name` is the file's, for messages. An empty text is an empty map.
///
/// Errors: invalid_config, "NAME:LINE:COLUMN: why", for text that is no YAML, for duplicate keys, further documents,
/// tags other than !!str, and what is beyond the limits.
YamlNode parse_yaml(std::string_view text, std::string_view name);

/// The error that something at `place` of the file `name` causes.
Error spec_error(std::string_view name, SpecPlace place, std::string_view what);

}  // namespace crm
