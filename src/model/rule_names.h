#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/profile.h"
#include "model/spec.h"

// The words of the contract's tables, as options spell them and reports print them.
namespace crm {

std::string_view kind_name(Kind kind);
std::string_view strategy_name(Strategy strategy);
std::string_view policy_name(ConflictPolicy policy);
std::string_view match_mode_name(MatchMode mode);
/// "csv", "jsonl", "parquet", "xlsx"
std::string_view format_name(FileFormat format);

/// The value of exactly this name, in any case and with `-` for `_`; nothing for another word.
std::optional<Kind> kind_of_name(std::string_view name);
std::optional<Strategy> strategy_of_name(std::string_view name);
std::optional<ConflictPolicy> policy_of_name(std::string_view name);
std::optional<MatchMode> match_mode_of_name(std::string_view name);

std::vector<std::string> kind_names();
std::vector<std::string> strategy_names();
std::vector<std::string> policy_names();

}  // namespace crm
