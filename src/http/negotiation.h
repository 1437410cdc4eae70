#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What a client would like, as its headers say it. Source: RFC 9110.
namespace crm {

/// True if `Accept-Encoding` takes gzip (12.5.3): it is named, or `*` is, with a q above 0.
bool accepts_gzip(std::string_view accept_encoding);

/// True if the list of `If-None-Match` (13.1.2) has `etag` (in quotes, as sent), or is `*`. Compared weakly.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

/// The bytes first to last of a file.
struct HttpRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

enum class RangeVerdict {
  whole,  ///< no range, several, another unit, or nonsense: the whole file is sent (14.2)
  part,
  unsatisfiable,  ///< 416
};

/// Reads the header `Range` for a file of `size` bytes.
RangeVerdict parse_range(std::string_view header, std::uint64_t size, HttpRange& range);

}  // namespace crm
