#include "ingest/table_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "output/csv_writer.h"
#include "tables/json_lines.h"

namespace crm {
namespace {

constexpr std::size_t kBufferBytes = 1u << 20;
// Behind its quote a reject has a byte that no cell, which is UTF-8, can begin with, and its problem as a letter.
constexpr char kRejectMark = '\xFF';
constexpr std::size_t kRejectHeadBytes = 3;
// A record of the scanner is shorter than kMaxRecordBytesLimit, and every quote in it counts twice.
constexpr std::size_t kMaxRejectRawBytes = kMaxRecordBytesLimit / 2 - 16;

std::string problem_text(RowProblem problem, const ScanFormat& format) {
  switch (problem) {
    case RowProblem::bad_json:
      return "not valid JSON";
    case RowProblem::not_an_object:
      return "not a JSON object";
    case RowProblem::repeated_key:
      return "a key that is there twice";
    case RowProblem::bad_escape:
      return "an escape that means no character";
    case RowProblem::too_deep:
      return fmt::format("arrays and objects nested more than {} deep", kMaxJsonDepth);
    case RowProblem::bad_bytes:
      return reject_reason_text(RejectReason::undecodable, format, 0);
    case RowProblem::too_long:
      return reject_reason_text(RejectReason::too_long, format, 0);
  }
  return {};
}

}  // namespace

TableText::TableText(const Options& options) : options_(options) {
  if (options.temp == nullptr) throw Error(ErrorCode::internal, "rows need a temporary folder");
  file_ = options.temp->create_spill();
}

void TableText::row(std::span<const std::string_view> cells) {
  fields_.assign(cells.begin(), cells.end());
  if (fields_.empty()) fields_.emplace_back();
  const std::size_t begin = buffer_.size();
  append_record(fields_, ',', buffer_);
  if (buffer_.size() - begin - 1 > options_.max_record_bytes) {
    const std::string record = buffer_.substr(begin, options_.max_record_bytes);
    buffer_.resize(begin);
    return reject(RowProblem::too_long, record);
  }
  ++rows_;
  if (leading_.size() < options_.leading_rows) {
    const std::uint64_t written = file_->size();
    leading_.push_back({{fields_.begin(), fields_.end()}, lines_ + 1, written + begin, written + buffer_.size()});
  }
  end_record();
}

void TableText::reject(RowProblem problem, std::string_view raw) {
  const std::size_t most = std::min<std::uint64_t>(options_.max_record_bytes, kMaxRejectRawBytes);
  buffer_ += '"';
  buffer_ += kRejectMark;
  buffer_ += static_cast<char>('a' + static_cast<int>(problem));
  for (const char c : raw.substr(0, most)) {
    buffer_ += c;
    if (c == '"') buffer_ += c;
  }
  buffer_ += "\"\n";
  begins_with_reject_ = begins_with_reject_ || rows_ + rejected_ == 0;
  ++rejected_;
  end_record();
}

void TableText::skip(std::uint64_t lines) {
  for (; lines > 0; --lines) {
    buffer_ += '\n';
    end_record();
  }
}

void TableText::end_record() {
  ++lines_;
  if (buffer_.size() < kBufferBytes) return;
  if (options_.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
  file_->append(buffer_);
  buffer_.clear();
}

std::unique_ptr<SpillFile> TableText::take() {
  file_->append(buffer_);
  buffer_.clear();
  buffer_.shrink_to_fit();
  return std::move(file_);
}

bool is_stated_reject(std::string_view record) {
  return record.size() > kRejectHeadBytes && record[0] == '"' && record[1] == kRejectMark;
}

StatedReject read_stated_reject(std::string_view record, const ScanFormat& format) {
  StatedReject reject;
  reject.reason = problem_text(static_cast<RowProblem>(record[2] - 'a'), format);
  record.remove_prefix(kRejectHeadBytes);
  record.remove_suffix(1);
  for (std::size_t i = 0; i < record.size(); ++i) {
    reject.raw += record[i];
    if (record[i] == '"') ++i;  // in here quotes come in pairs
  }
  return reject;
}

}  // namespace crm
