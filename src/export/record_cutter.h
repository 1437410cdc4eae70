#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/record_parser.h"

namespace crm {

/// Cuts the text of the one writer, as it comes in pieces, into records again.
///
/// Threads: one.
class RecordCutter {
 public:
  using Take = std::function<void(const std::vector<std::string_view>& cells)>;

  /// `take` hears of each record; the cells hold as long as the call.
  RecordCutter(char delimiter, Take take) : parser_(delimiter), take_(std::move(take)) {}

  /// The next piece, cut anywhere.
  void append(std::string_view text);
  /// Errors: internal if a record has no end.
  void finish() const;

 private:
  std::size_t cut(std::string_view text);
  void hand_over(const char* text, const ParsedRecord& record);

  RecordParser parser_;
  Take take_;
  std::string rest_;  // a record whose end has not come yet
  std::vector<Field> fields_;
  std::vector<std::string> unescaped_;
  std::vector<std::string_view> cells_;
};

}  // namespace crm
