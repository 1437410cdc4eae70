#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tables/row_sink.h"

namespace crm {

/// Arrays and objects within a value may be nested so deep.
inline constexpr int kMaxJsonDepth = 256;

/// Makes rows of JSON lines: one object a line. The columns are the union of all keys by first appearance, so a row has
/// as many cells as there were columns when it came.
///
/// A string becomes its text; numbers, true and false keep their own spelling; null and a missing key are empty; arrays
/// and objects keep their JSON text. A line without an object is a reject, an empty one is skipped.
///
/// Threads: one.
class JsonLinesReader {
 public:
  /// `max_columns`, `max_record_bytes`: of the file and of a line. `name` is for messages.
  struct Options {
    std::size_t max_columns = 0;
    std::uint64_t max_record_bytes = 0;
    std::string name;
  };

  JsonLinesReader(Options options, RowSink& sink);
  ~JsonLinesReader();

  /// The next part of the text, cut anywhere. Errors: invalid_input for more than max_columns keys.
  void append(std::string_view text);
  /// Nothing follows.
  void finish();
  /// The keys so far, by first appearance.
  const std::vector<std::string>& columns() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True if `head`, the beginning of a text, has as its first line that is not empty a JSON object, whole, or cut off
/// where `head` ends.
bool looks_like_json_lines(std::string_view head, bool whole);

}  // namespace crm
