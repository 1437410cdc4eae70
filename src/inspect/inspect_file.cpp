#include "inspect/inspect_file.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <xxhash.h>

#include "base/error.h"
#include "base/text.h"
#include "ingest/damage.h"
#include "ingest/detection.h"
#include "inspect/distinct_count.h"

namespace crm {
namespace {

/// For the counts of different values of all columns of a file together.
constexpr std::uint64_t kDistinctBytes = 64u << 20;
constexpr std::uint64_t kBlockBytes = 512u << 10;

std::uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

/// Code points of valid UTF-8: bytes that begin one.
std::uint64_t length_of(std::string_view text) {
  std::uint64_t count = 0;
  for (const char c : text) count += static_cast<signed char>(c) >= -0x40;
  return count;
}

/// What one column of one batch, or of the whole file so far, adds up to.
struct ColumnCounts {
  std::uint64_t filled = 0;
  std::uint64_t shortest = std::numeric_limits<std::uint64_t>::max(), longest = 0;
  DamageSigns damage;

  ColumnCounts& operator+=(const ColumnCounts& other) {
    filled += other.filled;
    shortest = std::min(shortest, other.shortest);
    longest = std::max(longest, other.longest);
    damage += other.damage;
    return *this;
  }
};

struct CountedBatch : Input::Mapped {
  std::vector<ColumnCounts> columns;
  std::vector<std::uint64_t> hashes;             // of filled cells: column c from c * rows on
  std::vector<std::vector<std::uint64_t>> keys;  // of each WantedKeys
};

class FirstRejects final : public RejectSink {
 public:
  void add(const Reject& reject) override {
    if (closed) return;
    ++count;
    if (first.size() >= kShownRejects) return;
    first.push_back({reject.input, reject.line, reject.reason, reject.text.substr(0, kKeptSampleBytes)});
  }
  std::uint64_t count = 0;
  std::vector<Reject> first;
  bool closed = false;  ///< hears of no more
};

/// One reading of one file.
class Reading {
 public:
  Reading(Input& input, const std::vector<WantedKeys>& wanted, const InspectOptions& options)
      : input_(input), wanted_(wanted), options_(options), totals_(input.profile().columns.size()) {
    const int precision = distinct_precision(totals_.size(), kDistinctBytes);
    distinct_.assign(totals_.size(), DistinctCount(precision));
    for (int thread = 0; thread < std::max(options.threads, 1); ++thread) makers_.emplace_back(options.keys);
  }

  FileFindings run() {
    FileFindings findings;
    const std::stop_callback forward(options_.stop, [this] { end_.request_stop(); });
    ScanOptions scan;
    scan.all_columns = true;
    scan.threads = options_.threads;
    scan.block_bytes = kBlockBytes;
    scan.rejects = &rejects_;
    scan.stop = end_.get_token();
    try {
      findings.account = input_.scan(
          scan, [this](const RecordBatch& batch, int thread) { return count(batch, thread); },
          [this](std::unique_ptr<Input::Mapped> mapped, const BatchPosition& position) {
            add(static_cast<const CountedBatch&>(*mapped), position);
          });
    } catch (const Error& error) {
      if (error.code() != ErrorCode::cancelled || !enough_ || options_.stop.stop_requested()) throw;
    }
    if (enough_) {  // the scan may have come to its end all the same, before it heard of it
      findings.whole = false;
      findings.account = {};
      findings.account.rows = rows_;
      findings.account.rejected = rejects_.count;
      findings.account.records = rows_ + rejects_.count;
    }
    findings.first_rejects = std::move(rejects_.first);
    describe_columns(findings);
    return findings;
  }

 private:
  std::unique_ptr<Input::Mapped> count(const RecordBatch& batch, int thread) {
    auto counted = std::make_unique<CountedBatch>();
    const std::size_t rows = batch.rows(), columns = batch.columns();
    counted->columns.resize(columns);
    counted->hashes.resize(rows * columns);
    std::string scratch;
    const BlankRule& blank = options_.keys.blank;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        if (batch.field(row, column).size == 0) continue;
        const std::string_view cell = batch.cell(row, column, scratch);
        if (blank.is_blank(cell)) continue;
        ColumnCounts& counts = counted->columns[column];
        counted->hashes[column * rows + counts.filled++] = hash_of(cell);
        const std::uint64_t length = length_of(cell);
        counts.shortest = std::min(counts.shortest, length);
        counts.longest = std::max(counts.longest, length);
        counts.damage.look_at(cell);
      }
    }
    make_keys(batch, makers_[static_cast<std::size_t>(thread)], *counted);
    return counted;
  }

  void make_keys(const RecordBatch& batch, KeyMaker& maker, CountedBatch& counted) const {
    counted.keys.resize(wanted_.size());
    std::string scratch;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        for (const int column : wanted_[i].columns) {
          const std::string_view cell = batch.cell(row, static_cast<std::size_t>(column), scratch);
          for (const std::string_view key : maker.keys(wanted_[i].kind, cell)) counted.keys[i].push_back(hash_of(key));
        }
      }
    }
  }

  void add(const CountedBatch& batch, const BatchPosition& position) {
    if (enough_) return;
    for (std::size_t column = 0; column < totals_.size(); ++column) {
      const std::uint64_t* const hashes = batch.hashes.data() + column * position.rows;
      for (std::uint64_t i = 0; i < batch.columns[column].filled; ++i) distinct_[column].add(hashes[i]);
      totals_[column] += batch.columns[column];
    }
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      for (const std::uint64_t hash : batch.keys[i]) wanted_[i].sample->add(hash);
    }
    rows_ = position.first_row + position.rows;
    if (options_.progress) options_.progress(position.bytes_done, rows_);
    if (options_.most_rows && rows_ >= *options_.most_rows && position.bytes_done < input_.text_bytes()) {
      enough_ = rejects_.closed = true;  // batches that are ready may still come; they do not count
      end_.request_stop();
    }
  }

  void describe_columns(FileFindings& findings) {
    const InputProfile& profile = input_.profile();
    KeyMaker& maker = makers_.front();
    const std::vector<ColumnKind> kinds = column_kinds(profile, maker, options_.keys.blank);
    for (std::size_t column = 0; column < totals_.size(); ++column) {
      const ColumnCounts& total = totals_[column];
      ColumnFindings found;
      found.filled = total.filled;
      found.distinct = std::min(distinct_[column].estimate(), total.filled);
      found.distinct_is_exact = distinct_[column].exact();
      found.shortest = total.filled == 0 ? 0 : total.shortest;
      found.longest = total.longest;
      found.kind = kinds[column];
      found.samples = first_values(column);
      found.damage = damage_texts(profile.columns[column], total.damage, "values");
      findings.columns.push_back(std::move(found));
    }
    if (!distinct_.empty()) findings.distinct_error = distinct_.front().standard_error();
  }

  std::vector<std::string> first_values(std::size_t column) const {
    std::vector<std::string> values;
    for (const auto& row : input_.profile().sample) {
      if (values.size() == kShownSamples) break;
      if (options_.keys.blank.is_blank(row[column])) continue;
      std::string_view text = trim(row[column]);
      text = text.substr(0, utf8_prefix(text.substr(0, kKeptSampleBytes)));
      if (std::find(values.begin(), values.end(), text) == values.end()) values.emplace_back(text);
    }
    return values;
  }

  Input& input_;
  const std::vector<WantedKeys>& wanted_;
  const InspectOptions& options_;
  std::vector<KeyMaker> makers_;  // of each thread
  std::stop_source end_;
  // Used by add only, until the scan is over:
  std::vector<ColumnCounts> totals_;
  std::vector<DistinctCount> distinct_;
  FirstRejects rejects_;
  std::uint64_t rows_ = 0;
  bool enough_ = false;
};

}  // namespace

FileFindings inspect_file(Input& input, const std::vector<WantedKeys>& wanted, const InspectOptions& options) {
  const InputProfile& profile = input.profile();
  FileFindings findings;
  if (!profile.empty) findings = Reading(input, wanted, options).run();
  const std::vector<std::string> of_sample = damage_warnings(profile.columns, profile.sample);
  for (const std::string& warning : profile.warnings) {
    const bool told = std::any_of(of_sample.begin(), of_sample.end(),
                                  [&](const std::string& damage) { return warning.ends_with(damage); });
    if (!told) findings.warnings.push_back(warning);
  }
  return findings;
}

}  // namespace crm
