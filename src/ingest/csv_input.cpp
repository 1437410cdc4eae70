#include "ingest/csv_input.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "ingest/ordered_work.h"

namespace crm {
namespace {

/// A window that one long record made larger than this is given back at once: not every thread may keep so much.
std::size_t idle_window_bytes(std::uint64_t block_bytes) { return 2 * block_bytes + 2 * kLookaheadBytes; }

}  // namespace

/// Takes ranges in their order: numbers rows and lines, hands batches and rejects on, adds up the account.
class CsvInput::Committer {
 public:
  /// `index`: what to append to; null if it stands already.
  Committer(const Parts& parts, const ScanOptions& options, const CommitBatch& commit, Index* index)
      : parts_(parts), options_(options), commit_(commit), index_(index) {}

  /// The next batch is the `batch`-th, at this row and line.
  void start_at(std::uint64_t batch, std::uint64_t row, std::uint64_t line) {
    batch_ = batch;
    row_ = row;
    line_ = line;
  }

  void take(ScannedRange& range) {
    for (std::size_t i = 0; i < range.units.size(); ++i) {
      take(range.units[i], i + 1 < range.units.size() ? range.units[i + 1].begin : range.end);
    }
  }

  InputAccount account() const {
    InputAccount account;
    account.rows = counts_.rows;
    account.rejected = counts_.rejected;
    account.records = counts_.rows + counts_.rejected;
    account.padded = counts_.padded;
    account.empty_lines = counts_.empty_lines;
    account.bytes = parts_.text->size();
    return account;
  }

 private:
  void take(ScannedUnit& unit, std::uint64_t end) {
    for (Reject& reject : unit.rejects) {
      reject.input = parts_.profile.path;
      reject.line += line_;
      options_.rejects->add(reject);
    }
    if (counts_.quote_restarts == 0 && unit.counts.quote_restarts != 0) note_open_quote(unit.rejects);
    counts_ += unit.counts;
    if (counts_.quote_restarts > kMaxQuoteRestarts) {
      throw Error(ErrorCode::invalid_input,
                  fmt::format("{}: more than {} quotes are never closed, the first in line {}; name the right --delimiter, or "
                              "mend the quotes",
                              parts_.profile.path, kMaxQuoteRestarts, first_open_quote_line_));
    }
    BatchPosition position;
    position.index = batch_;
    position.first_row = row_;
    position.first_line = line_;
    position.rows = unit.counts.rows;
    position.bytes_done = end;
    if (index_ != nullptr) add_to_index(unit, position);
    row_ += unit.counts.rows;
    line_ += unit.counts.lines;
    if (unit.counts.rows == 0) return;
    ++batch_;
    commit_(std::move(unit.mapped), position);
  }

  void note_open_quote(const std::vector<Reject>& rejects) {
    const std::string reason = reject_reason_text(RejectReason::open_quote, parts_.format, 0);
    const auto found = std::find_if(rejects.begin(), rejects.end(), [&](const Reject& r) { return r.reason == reason; });
    if (found != rejects.end()) first_open_quote_line_ = found->line;
  }

  void add_to_index(const ScannedUnit& unit, const BatchPosition& position) {
    std::vector<Stretch>& stretches = index_->stretches;
    // Neighbours without a row go together, or a file of rejects would have an index as long as itself.
    if (position.rows == 0 && !stretches.empty() && stretches.back().rows == 0) return;
    stretches.push_back({unit.begin, position.first_row, position.first_line, position.rows});
    if (position.rows == 0) return;
    index_->stretch_of_batch.push_back(stretches.size() - 1);
    index_->batches.push_back(position);
  }

  const Parts& parts_;
  const ScanOptions& options_;
  const CommitBatch& commit_;
  Index* index_;
  ScanCounts counts_;
  std::uint64_t batch_ = 0, row_ = 0, line_ = 0;
  std::uint64_t first_open_quote_line_ = 0;
};

/// The scan that finds where records start.
class CsvInput::FirstScan {
 public:
  FirstScan(const Parts& parts, const ScanOptions& options, const RangeScanner::Options& range_options,
            const MapBatch& map, const CommitBatch& commit, Index& index)
      : parts_(parts),
        options_(options),
        block_bytes_(index.block_bytes),
        committer_(parts, options, commit, &index),
        hash_(XXH3_createState(), &XXH3_freeState),
        expected_(parts.data_begin) {
    committer_.start_at(0, 0, parts.data_first_line);
    XXH3_64bits_reset(hash_.get());
    for (int thread = 0; thread < options.threads; ++thread) {
      scanners_.push_back(std::make_unique<RangeScanner>(
          *parts.text, range_options, [&map, thread](const RecordBatch& batch) { return map(batch, thread); }));
    }
  }

  InputAccount run() {
    const std::uint64_t blocks = (parts_.text->size() + block_bytes_ - 1) / block_bytes_;
    OrderedWorkers<Block> workers(
        {blocks, options_.threads, options_.stop},
        [this](std::uint64_t number, int thread) { return scan_block(number, thread); },
        [this](std::uint64_t number, Block block, int thread) { commit_block(number, std::move(block), thread); });
    workers.run();
    InputAccount account = committer_.account();
    account.xxh3 = parts_.text->file_hash().value_or(XXH3_64bits_digest(hash_.get()));
    return account;
  }

 private:
  struct Block {
    ScannedRange range;
    TextWindow window;  // holds the block's bytes, for the hash
  };

  std::uint64_t begin_of(std::uint64_t number) const { return number * block_bytes_; }
  std::uint64_t end_of(std::uint64_t number) const {
    return std::min(begin_of(number) + block_bytes_, parts_.text->size());
  }

  Block scan_block(std::uint64_t number, int thread) {
    RangeScanner& scanner = *scanners_[static_cast<std::size_t>(thread)];
    const std::uint64_t begin = begin_of(number), end = end_of(number);
    scanner.load(begin == 0 ? 0 : begin - 1, end);
    Block block{{}, take_window()};
    std::optional<std::uint64_t> start = known_start(number);
    const bool exact = start.has_value();
    if (!exact) start = scanner.guess_start(begin);
    if (start && *start < end) {
      RangeRequest request;
      request.begin = *start;
      request.end = end;
      request.exact = exact;
      block.range = scanner.scan(request);
    } else if (start) {
      block.range.begin = block.range.end = *start;
      block.range.finished = true;
    }
    std::swap(block.window, scanner.window());
    return block;
  }

  void commit_block(std::uint64_t number, Block block, int thread) {
    const std::uint64_t begin = begin_of(number), end = end_of(number);
    if (!parts_.text->file_hash()) {
      if (block.window.begin() > begin || block.window.end() < end) block.window.load(begin, end);
      XXH3_64bits_update(hash_.get(), block.window.at(begin), static_cast<std::size_t>(end - begin));
    }
    give_back(std::move(block.window));
    if (expected_ < end) {
      if (!block.range.finished || block.range.begin != expected_) {
        block.range = {};
        RangeScanner& scanner = *scanners_[static_cast<std::size_t>(thread)];
        scanner.load(expected_, end);
        RangeRequest request;
        request.begin = expected_;
        request.end = end;
        block.range = scanner.scan(request);
        scanner.window().trim(idle_window_bytes(block_bytes_));
      }
      committer_.take(block.range);
      expected_ = block.range.end;
    }
    const std::lock_guard lock(mutex_);
    known_block_ = number + 1;
    known_start_ = expected_;
  }

  /// Where the first record of the block begins, if that is known by now: nothing has to be guessed with one thread.
  std::optional<std::uint64_t> known_start(std::uint64_t number) {
    if (begin_of(number) <= parts_.data_begin) return parts_.data_begin;
    const std::lock_guard lock(mutex_);
    if (known_block_ == number || known_start_ >= end_of(number)) return known_start_;
    return std::nullopt;
  }

  TextWindow take_window() {
    const std::lock_guard lock(mutex_);
    if (windows_.empty()) return TextWindow(*parts_.text);
    TextWindow window = std::move(windows_.back());
    windows_.pop_back();
    return window;
  }

  void give_back(TextWindow window) {
    if (window.capacity() > 2 * block_bytes_ + parts_.lookahead_bytes) return;  // one long record made it large
    const std::lock_guard lock(mutex_);
    windows_.push_back(std::move(window));
  }

  const Parts& parts_;
  const ScanOptions& options_;
  std::uint64_t block_bytes_;
  std::vector<std::unique_ptr<RangeScanner>> scanners_;  // of each thread
  // Used by commit_block only:
  Committer committer_;
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> hash_;
  std::uint64_t expected_;
  std::mutex mutex_;  // of all below
  std::uint64_t known_block_ = 0, known_start_ = 0;
  std::vector<TextWindow> windows_;
};

RangeScanner::Options CsvInput::range_options(const ScanOptions& options) const {
  RangeScanner::Options range_options;
  range_options.format = parts_.format;
  if (!options.all_columns) {
    for (const int column : options.columns) {
      if (column < 0 || static_cast<std::size_t>(column) >= parts_.format.columns) {
        throw Error(ErrorCode::internal, fmt::format("{} has no column {}", parts_.profile.path, column));
      }
    }
    range_options.columns = options.columns;
  }
  range_options.lookahead_bytes = parts_.lookahead_bytes;
  range_options.keep_rejects = options.rejects != nullptr;
  range_options.stop = options.stop;
  return range_options;
}

InputAccount CsvInput::scan(const ScanOptions& options, const MapBatch& map, const CommitBatch& commit) {
  const std::uint64_t block_bytes = std::clamp<std::uint64_t>(options.block_bytes, 1, kMaxBlockBytes);
  if (index_.complete && index_.block_bytes == block_bytes) {
    InputAccount account = scan_stretches(options, 0, index_.stretches.size(), map, commit);
    account.xxh3 = index_.account.xxh3;
    return account;
  }
  ScanOptions used = options;
  const std::uint64_t blocks = parts_.text->size() / block_bytes + 1;
  used.threads = static_cast<int>(std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max(options.threads, 1)), 1, blocks));
  parts_.text->check_unchanged();
  index_ = {};
  index_.block_bytes = block_bytes;
  FirstScan first(parts_, used, range_options(used), map, commit, index_);
  index_.account = first.run();
  parts_.text->check_unchanged();
  index_.complete = true;
  return index_.account;
}

void CsvInput::scan_range(const ScanOptions& options, std::size_t first, std::size_t last, const MapBatch& map,
                          const CommitBatch& commit) {
  if (!index_.complete || first > last || last > index_.batches.size()) {
    throw Error(ErrorCode::internal, "scan_range needs batches of an earlier scan");
  }
  if (first == last) return;
  scan_stretches(options, index_.stretch_of_batch[first], index_.stretch_of_batch[last - 1] + 1, map, commit);
}

InputAccount CsvInput::scan_stretches(const ScanOptions& options, std::size_t first, std::size_t last,
                                      const MapBatch& map, const CommitBatch& commit) {
  const int threads = std::clamp<int>(options.threads, 1, static_cast<int>(std::clamp<std::size_t>(last - first, 1, 1024)));
  std::vector<std::unique_ptr<RangeScanner>> scanners;
  for (int thread = 0; thread < threads; ++thread) {
    scanners.push_back(std::make_unique<RangeScanner>(
        *parts_.text, range_options(options), [&map, thread](const RecordBatch& batch) { return map(batch, thread); }));
  }
  const auto end_of = [&](std::size_t stretch) {
    return stretch + 1 < index_.stretches.size() ? index_.stretches[stretch + 1].begin : parts_.text->size();
  };
  Committer committer(parts_, options, commit, nullptr);
  if (first < last) {
    const auto batch = std::lower_bound(index_.stretch_of_batch.begin(), index_.stretch_of_batch.end(), first);
    committer.start_at(static_cast<std::uint64_t>(batch - index_.stretch_of_batch.begin()),
                       index_.stretches[first].first_row, index_.stretches[first].first_line);
  }
  parts_.text->check_unchanged();
  OrderedWorkers<ScannedRange> workers(
      {last - first, threads, options.stop},
      [&](std::uint64_t ticket, int thread) {
        const std::size_t number = first + static_cast<std::size_t>(ticket);
        const Stretch& stretch = index_.stretches[number];
        RangeRequest request;
        request.begin = stretch.begin;
        request.end = end_of(number);
        request.first_row = stretch.first_row;
        request.first_line = stretch.first_line;
        // Stretches of long records are scanned one at a time, each when all before it is done: memory is that of one.
        if (request.end - request.begin > 2 * index_.block_bytes) workers.await_turn(ticket);
        RangeScanner& scanner = *scanners[static_cast<std::size_t>(thread)];
        scanner.load(request.begin, request.end);
        ScannedRange range = scanner.scan(request);
        scanner.window().trim(idle_window_bytes(index_.block_bytes));
        return range;
      },
      [&](std::uint64_t, ScannedRange range, int) { committer.take(range); });
  workers.run();
  parts_.text->check_unchanged();
  return committer.account();
}

}  // namespace crm
