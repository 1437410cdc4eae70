#pragma once

#include <string>
#include <vector>

#include "match/keys.h"
#include "model/profile.h"
#include "model/spec.h"

namespace crm {

/// The columns of one file that hold an identifier of one kind, in column order.
struct DetectedColumns {
  std::vector<int> columns;
  bool by_content = false;  ///< no header says so, but the values do
};

/// By header alone. Kind::id: the record id (at most one); Kind::exact: none.
std::vector<int> columns_named_for(const InputProfile& file, Kind kind);

/// By content alone: columns of which 80 % of the first 1,000 non-blank sample values give a key of the kind
/// (email, phone, linkedin, domain; none for others). A column whose header says something else is not taken.
std::vector<int> columns_filled_with(const InputProfile& file, Kind kind, KeyMaker& keys,
                                     const BlankRule& blank);

/// By header; only where no header says so, by content.
DetectedColumns detect_columns(const InputProfile& file, Kind kind, KeyMaker& keys, const BlankRule& blank);

/// What a person could name in `--on` for this file: `"Phone" (phone)`, in column order.
std::vector<std::string> usable_columns(const InputProfile& file, KeyMaker& keys, const BlankRule& blank);

}  // namespace crm
