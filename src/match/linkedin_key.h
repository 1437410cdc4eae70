#pragma once

#include <string_view>

#include "match/key_buffer.h"
#include "model/blank.h"

namespace crm {

/// Adds `in/NAME`, `pub/…` or `company/NAME` for each LinkedIn address in `cell`, in any spelling: with or without
/// scheme, `www.` or another host of linkedin.com, or the path alone.
void add_linkedin_keys(std::string_view cell, const BlankRule& blank, KeyBuffer& keys);

}  // namespace crm
