#include "plan/merged_names.h"

#include <fmt/format.h>

#include "base/error.h"
#include "plan/column_names.h"

namespace crm {

MergedNames::MergedNames(const InputProfile& original, const std::vector<InputProfile>& enriched,
                         const HeaderMap& headers)
    : original_(original), enriched_(enriched), headers_(headers), first_new_(original.columns.size()) {
  for (std::size_t i = 0; i < original.columns.size(); ++i) {
    names_.push_back(original.columns[i]);
    meanings_.push_back({-1, static_cast<int>(i)});
  }
  for (std::size_t i = 0; i < headers.columns.size(); ++i) {
    const SharedColumn& column = headers.columns[i];
    if (column.original_column) {
      meanings_[*column.original_column].shared = static_cast<int>(i);
    } else {
      names_.push_back(column.name);
      meanings_.push_back({static_cast<int>(i), -1});
    }
  }
}

std::string MergedNames::hint(std::string_view typed) const {
  for (std::size_t file = 0; file < enriched_.size(); ++file) {
    for (int column : find_columns(enriched_[file].columns, typed)) {
      const int target = headers_.inputs[file][column].target;
      if (target < 0 || typed.starts_with('#')) continue;
      return fmt::format("{} of {} goes into {}: name that.", shown(enriched_[file].columns[column]),
                         enriched_[file].name, shown(headers_.columns[target].name));
    }
  }
  return "";
}

MergedNames::Meaning MergedNames::resolve(std::string_view typed, const std::string& option) const {
  return meanings_[resolve_column(names_, typed, {option, "the merged file", hint(typed)})];
}

int MergedNames::resolve_new(std::string_view typed, const std::string& option) const {
  const std::vector<std::string> fresh(names_.begin() + static_cast<std::ptrdiff_t>(first_new_),
                                       names_.end());
  const std::vector<int> found = find_columns(names_, typed);
  if (found.empty()) throw_unknown_column(fresh, typed, {option, "the new columns", hint(typed)});
  // New names never fold like each other or like an original's: several are the original's.
  const Meaning& meaning = meanings_[found[0]];
  if (meaning.original < 0) return meaning.shared;
  throw Error(
      ErrorCode::invalid_config,
      fmt::format(
          "{}: {} is a column of the original, which are all kept; it chooses among the new columns: {}",
          option, shown(typed), shown_list(fresh)));
}

}  // namespace crm
