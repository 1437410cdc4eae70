#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How a column, a file or a word that a person typed is found among those there are, and what is said if it
// is not.
namespace crm {

/// A header as messages show it: in double quotes, control characters escaped, cut after 60 code points.
std::string shown(std::string_view name);

/// The first `limit` names as `shown`, with commas, then "and 12 more"; "none" for no names.
std::string shown_list(const std::vector<std::string>& names, std::size_t limit = 12);

/// Equal for two headers exactly when `same_name` holds for them.
std::string name_key(std::string_view name);

/// Edits (insert, delete, replace, swap neighbours) from one folded name to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// `names`, the ones most like `typed` first; equally near ones keep their order.
std::vector<std::string> nearest_first(std::string_view typed, std::vector<std::string> names);

/// The name so near to `typed` that it is probably meant.
std::optional<std::string> probably_meant(std::string_view typed, const std::vector<std::string>& names);

/// The columns that `typed` can mean: those of exactly this name; else the one at position `#3` (1-based);
/// else those that fold alike. Several: ambiguous.
std::vector<int> find_columns(const std::vector<std::string>& names, std::string_view typed);

/// Where a name comes from, for messages: `option` is "--id", `place` "the original".
struct NameContext {
  std::string option;
  std::string place;
  std::string hint = {};  ///< a further sentence for an unknown name
};

/// The one column that `typed` means. Errors: invalid_config, if it is unknown (the candidates, nearest
/// first) or ambiguous (their positions).
int resolve_column(const std::vector<std::string>& names, std::string_view typed, const NameContext& context);

/// Throws the error of `resolve_column` for a name that is nowhere in `names`.
[[noreturn]] void throw_unknown_column(const std::vector<std::string>& names, std::string_view typed,
                                       const NameContext& context);

/// Throws the error of `resolve_column` for a name that several columns have.
[[noreturn]] void throw_ambiguous_column(const std::vector<std::string>& names, const std::vector<int>& found,
                                         std::string_view typed, const NameContext& context);

/// The enriched file that `typed` means: its name, else its rank (`1`…), else a name that folds alike;
/// nothing if none.
std::optional<int> find_input(const std::vector<std::string>& names, std::string_view typed);

/// Errors: invalid_config with the names there are.
int resolve_input(const std::vector<std::string>& names, std::string_view typed, std::string_view option);

}  // namespace crm
