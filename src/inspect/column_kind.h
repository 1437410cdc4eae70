#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "match/keys.h"
#include "model/profile.h"

namespace crm {

/// What a column seems to hold.
struct ColumnKind {
  std::string name;   ///< "email", "record id", "owner", "date", "number", "yes/no", "text", "empty"
  std::string field;  ///< the field of a CRM that its header spells ("Job Title"), or ""
};

/// The kinds of a file's columns: by header and content where they identify a person, as the planner finds them; by
/// header where they are the CRM's own business; else by the values of the sample.
std::vector<ColumnKind> column_kinds(const InputProfile& file, KeyMaker& keys, const BlankRule& blank);

/// What 95 % of the values are: "date", "number", "yes/no", else "text"; "empty" where there are none.
/// Looks at the first 1,000 values that are not blank.
std::string_view kind_of_values(const InputProfile& file, std::size_t column, const BlankRule& blank);

}  // namespace crm
