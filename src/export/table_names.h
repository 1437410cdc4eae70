#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// Whether "Email" and "email" are one name.
enum class NameCase { counts, does_not_count };

/// The names of a table's columns where each must be there once and none may be blank (contract, section 2.3): a blank
/// one is `column_N`, N its position; a repeated one gets `_2`, `_3`, … with which no other column has it.
std::vector<std::string> table_names(const std::vector<std::string_view>& header, NameCase name_case);

}  // namespace crm
