#pragma once

#include <string_view>

#include "match/key_buffer.h"

namespace crm {

/// Adds the registrable domain (public suffix list, in its ASCII form) of the URL, address or host in `cell`. None for
/// IP addresses, public suffixes, names without a dot and free mail providers.
void add_domain_key(std::string_view cell, KeyBuffer& keys);

/// True if anyone can have an address at this registrable domain, so that it names no company.
bool is_free_mail_domain(std::string_view domain);

}  // namespace crm
