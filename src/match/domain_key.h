#pragma once

#include <memory>
#include <string_view>

#include "match/key_buffer.h"
#include "match/value_cache.h"

namespace crm {

/// Makes the key of a company's domain: the registrable domain by the public suffix list, in its ASCII form.
///
/// Threads: not shared (it has a cache).
class DomainKeys {
 public:
  /// Adds the key of the URL, address or host in `cell`. None for IP addresses, public suffixes, names without a dot and
  /// free mail providers.
  void add_key(std::string_view cell, KeyBuffer& keys);

 private:
  std::unique_ptr<ValueCache> cache_;  ///< host to key; made when first needed
};

/// True if anyone can have an address at this registrable domain, so that it names no company.
bool is_free_mail_domain(std::string_view domain);

}  // namespace crm
