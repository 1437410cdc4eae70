#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// A record that could not become a row.
struct Reject {
  std::string input;      ///< path as given
  std::uint64_t line = 0; ///< 1-based physical line where the record begins
  std::string reason;     ///< one of the fixed wordings of the scanner
  std::string text;       ///< raw text; undecodable bytes as \xHH, backslash doubled
};

/// Hears of rejects, in the order of the input.
///
/// Threads: called by one thread at a time.
class RejectSink {
 public:
  virtual ~RejectSink() = default;
  virtual void add(const Reject& reject) = 0;
};

}  // namespace crm
