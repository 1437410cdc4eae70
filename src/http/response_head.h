#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "http/message.h"

namespace crm {

/// How a response's end is told.
struct Framing {
  std::optional<std::uint64_t> length;  ///< nothing: chunks, or the end of the connection
  bool chunked = false;
  bool keep_alive = true;
};

/// The status line and headers with the empty line after them. A header whose value has control characters is
/// left out: it could end the head.
std::string response_head(const Response& response, const Framing& framing);

/// "Not Found"
std::string_view reason_phrase(int status);

/// The time of the header `Date`: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_seconds);

}  // namespace crm
