#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/spec.h"

namespace crm {

/// One item of `--key`: a column, and the kind by which its values are normalized; without one bytes must be equal.
struct KeyItem {
  std::string column;
  std::optional<Kind> kind;
};

/// `--key "Record ID,Email:email"`. What stands behind the last colon is a kind only if it is one.
std::vector<KeyItem> parse_key_items(const std::string& option, const std::string& text);

/// Which columns the user wants compared; names as typed.
struct ColumnChoice {
  std::vector<KeyItem> key;             ///< empty: the record id, if both files have the same
  std::vector<std::string> only;        ///< empty: all
  std::vector<std::string> ignored;
};

/// A column that both files have.
struct ColumnPair {
  int a = -1, b = -1;
  bool compared = true;
  bool renamed = false;                 ///< the names fold alike, and are not the same
  bool moved = false;                   ///< stands elsewhere among the columns that both have
};

struct KeyColumn {
  int a = -1, b = -1;
  std::optional<Kind> kind;
};

/// How the columns of two files go together.
struct ColumnPairs {
  std::vector<ColumnPair> pairs;        ///< in A's order
  std::vector<int> only_a, only_b;      ///< without those that are ignored
  std::vector<KeyColumn> key;
  bool key_was_detected = false;
  std::vector<std::string> ignored;     ///< names of columns that are not compared
};

/// Pairs columns of the same name (the second of a name with the second), then those whose names fold alike.
/// `path_a` and `path_b` are for messages.
///
/// Errors: invalid_config for an unknown or ambiguous name, or where no key is named and none can be detected.
ColumnPairs pair_columns(const std::vector<std::string>& a, const std::vector<std::string>& b, const ColumnChoice& choice,
                         const std::string& path_a, const std::string& path_b);

}  // namespace crm
