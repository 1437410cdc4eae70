#include "ingest/range_scanner.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "ingest/record_start.h"
#include "ingest/table_text.h"

namespace crm {
namespace {

// A guessed start whose last record is still open so far behind the range is most likely a wrong one.
constexpr std::uint64_t kSpeculativeBytes = 1u << 20;
// Up to here a long record's window doubles; a longer one grows by an eighth, as all of it counts as memory.
constexpr std::uint64_t kDoublingBytes = 4u << 20;
constexpr std::uint64_t kLongGrowth = 8;
constexpr std::size_t kSearchChunkBytes = 256 * 1024;

/// Behind the first line end at or after `from`, however far that is.
std::uint64_t find_next_line(const TextStore& store, std::uint64_t from, const std::stop_token& stop) {
  std::vector<char> chunk(kSearchChunkBytes);
  while (from < store.size()) {
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), store.size() - from));
    store.read_at(from, chunk.data(), size);
    const bool at_end = from + size == store.size();
    if (const auto next = next_line(chunk.data(), size, at_end, 0)) return from + *next;
    // Either there is no line end, or the last byte is CR: then it is looked at again, with what follows.
    from += chunk[size - 1] == '\r' && !at_end ? size - 1 : size;
  }
  return store.size();
}

std::uint64_t count_line_ends(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    count += text[i] == '\r' || (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'));
  }
  return count;
}

}  // namespace

RangeScanner::RangeScanner(const TextStore& store, const Options& options, Map map)
    : store_(store),
      options_(options),
      map_(std::move(map)),
      window_(store),
      scanner_(options_.format, options_.columns) {}

void RangeScanner::load(std::uint64_t begin, std::uint64_t end) {
  window_.load(begin, std::min(end, begin + kMaxBlockBytes) + options_.lookahead_bytes);
}

std::optional<std::uint64_t> RangeScanner::guess_start(std::uint64_t begin) {
  const char* const text = window_.at(begin - 1);
  const std::size_t size = static_cast<std::size_t>(window_.end() - (begin - 1));
  const auto start = guess_record_start(text, size, window_.at_end(), options_.format);
  if (!start) return std::nullopt;
  return begin - 1 + *start;
}

ScannedRange RangeScanner::scan(const RangeRequest& request) {
  range_ = {};
  range_.begin = request.begin;
  row_ = request.first_row;
  line_ = request.first_line;
  positions_known_ = request.first_line != 0;
  range_end_ = request.end;
  open_batch(request.begin);
  for (;;) {
    const Scanner::Stop stop = scanner_.run(static_cast<std::size_t>(
        std::max(request.end, unit_.begin) - unit_.begin));
    switch (stop) {
      case Scanner::Stop::boundary:
        range_.end = unit_.begin + scanner_.position();
        close_unit();
        range_.finished = true;
        return std::move(range_);
      case Scanner::Stop::full: {
        const std::uint64_t next = unit_.begin + scanner_.position();
        close_unit();
        open_batch(next);
        break;
      }
      case Scanner::Stop::rejected:
        add_reject();
        break;
      case Scanner::Stop::need_more:
        if (!extend(request)) return std::move(range_);
        break;
      case Scanner::Stop::too_long: {
        // In a unit of its own, so that units do not depend on how far a window reaches.
        const std::uint64_t long_record = unit_.begin + scanner_.position();
        if (scanner_.position() != 0) {
          close_unit();
          open_batch(long_record);
          break;
        }
        const auto next = skip_long_record(request);
        if (!next) return std::move(range_);
        range_.units.push_back(std::move(unit_));
        open_batch(*next);
        break;
      }
    }
  }
}

void RangeScanner::open_batch(std::uint64_t begin) {
  unit_ = {};
  unit_.begin = begin;
  if (begin >= range_end_) {  // nothing left to look at
    scanner_.start_batch("", 0, false);
    return;
  }
  if (!window_.contains(begin)) load(begin, range_end_);
  scanner_.start_batch(window_.at(begin), static_cast<std::size_t>(window_.end() - begin), window_.at_end());
}

void RangeScanner::close_unit() {
  if (scanner_.position() == 0) return;
  unit_.counts = scanner_.counts();
  if (unit_.counts.rows != 0) {
    RecordBatch& batch = scanner_.batch();
    if (positions_known_) {
      batch.first_row = row_;
      batch.first_line = line_;
    }
    unit_.mapped = map_(batch);
  }
  row_ += unit_.counts.rows;
  line_ += unit_.counts.lines;
  range_.units.push_back(std::move(unit_));
}

void RangeScanner::add_reject() {
  if (!options_.keep_rejects) return;
  const ScanReject& found = scanner_.reject();
  Reject reject;
  reject.line = found.line;
  const std::string_view raw(window_.at(unit_.begin + found.begin), found.size);
  if (found.reason == RejectReason::stated) {
    StatedReject stated = read_stated_reject(raw, options_.format);
    reject.reason = std::move(stated.reason);
    reject.text = reject_text(stated.raw, options_.format);
  } else {
    reject.reason = reject_reason_text(found.reason, options_.format, found.fields);
    reject.text = reject_text(raw, options_.format);
  }
  unit_.rejects.push_back(std::move(reject));
}

bool RangeScanner::extend(const RangeRequest& request) {
  if (options_.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
  if (!request.exact && window_.end() >= request.end + kSpeculativeBytes) return false;
  const std::uint64_t record = unit_.begin + scanner_.position();
  const std::uint64_t have = window_.end() - record;
  const std::uint64_t range_left = std::min(std::max(request.end, record) - record, kMaxBlockBytes);
  const std::uint64_t larger = have + (have < kDoublingBytes ? have : have / kLongGrowth);
  std::uint64_t wanted = std::max(larger, range_left + options_.lookahead_bytes);
  // A later scan knows that the range's last record ends with it.
  if (positions_known_ && request.end > window_.end()) wanted = std::min(wanted, request.end - record);
  // Two bytes behind the limit tell whether the record is longer than it may be.
  window_.extend(record + std::min(wanted, std::max(options_.format.max_record_bytes, range_left) + 2));
  scanner_.extend(window_.at(unit_.begin), static_cast<std::size_t>(window_.end() - unit_.begin), window_.at_end());
  return true;
}

std::optional<std::uint64_t> RangeScanner::skip_long_record(const RangeRequest& request) {
  const std::uint64_t begin = unit_.begin;
  const char* const text = window_.at(begin);
  const std::size_t size = static_cast<std::size_t>(window_.end() - begin);
  const LongRecord judged = judge_long_record(text, options_.format);
  std::uint64_t next;
  if (const auto here = next_line(text, size, window_.at_end(), static_cast<std::size_t>(judged.search_from))) {
    next = begin + *here;
  } else if (request.exact) {
    next = find_next_line(store_, begin + judged.search_from, options_.stop);
  } else {
    return std::nullopt;
  }
  unit_.counts.rejected = 1;
  unit_.counts.quote_restarts = judged.open_quote;
  const std::size_t searched = static_cast<std::size_t>(judged.search_from);
  unit_.counts.lines = 1 + count_line_ends({text, searched});
  if (options_.keep_rejects) {
    // No more of it than any other reject may have.
    std::string_view raw(text, static_cast<std::size_t>(std::min(next - begin, options_.format.max_record_bytes)));
    if (judged.open_quote) raw = raw.substr(0, raw.find_first_of("\r\n"));
    Reject reject;
    reject.reason = reject_reason_text(judged.reason, options_.format, 0);
    reject.text = reject_text(raw, options_.format);
    unit_.rejects.push_back(std::move(reject));
  }
  row_ += unit_.counts.rows;
  line_ += unit_.counts.lines;
  return next;
}

}  // namespace crm
