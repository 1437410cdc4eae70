#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/profile.h"
#include "plan/header_mapping.h"

namespace crm {

/// The columns that a rule may name: all of the original's, and the new ones.
class MergedNames {
 public:
  MergedNames(const InputProfile& original, const std::vector<InputProfile>& enriched,
              const HeaderMap& headers);

  /// What a name means: a column of the header map, or one of the original that no enriched file has
  /// (`shared` is -1).
  struct Meaning {
    int shared = -1;
    int original = -1;  ///< the original's column, or -1 for a new one
  };

  /// Errors: invalid_config for an unknown or ambiguous name; it says so if an enriched file's column of that
  /// name goes into another column.
  Meaning resolve(std::string_view typed, const std::string& option) const;

  /// Index into HeaderMap::columns. Errors: as `resolve`, and if the column is the original's, which are
  /// always there.
  int resolve_new(std::string_view typed, const std::string& option) const;

 private:
  std::string hint(std::string_view typed) const;

  const InputProfile& original_;
  const std::vector<InputProfile>& enriched_;
  const HeaderMap& headers_;
  std::vector<std::string> names_;  ///< the original's, then the new ones
  std::vector<Meaning> meanings_;
  std::size_t first_new_ = 0;
};

}  // namespace crm
