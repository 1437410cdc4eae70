#pragma once

#include <string>
#include <string_view>

namespace crm {

/// The script with which a shell completes `crm-merge`: sub-commands, their options, and what may follow each. Made from
/// the option table.
///
/// Errors: invalid_config for another shell than bash, zsh and fish.
std::string completion_script(std::string_view shell);

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// `text` as one word of a shell, in single quotes.
std::string shell_quoted(std::string_view text);

}  // namespace crm
