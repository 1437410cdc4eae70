#pragma once

#include <string>

namespace crm {

/// crm-merge(1) in the macros of man(7), ASCII: made from what `--help` is made from.
std::string man_page();

}  // namespace crm
