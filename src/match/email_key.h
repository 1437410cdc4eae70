#pragma once

#include <string_view>

#include "match/key_buffer.h"
#include "model/blank.h"

namespace crm {

/// The bare address within one value: white space, a display name with `<…>` and `mailto:` (with its query) removed;
/// empty unless there is exactly one `@` between non-empty parts without spaces. A view into `value`, case kept.
std::string_view bare_address(std::string_view value);

/// Adds the key of each address in `cell`. A separator inside a quoted display name (`"Doe, Jane" <j@x.com>`) or a
/// quoted local part separates nothing.
void add_email_keys(std::string_view cell, bool aliases, const BlankRule& blank, KeyBuffer& keys);

}  // namespace crm
