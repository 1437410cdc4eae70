#include "compare/compare_files.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/temp_space.h"
#include "compare/differences.h"
#include "compare/external_sort.h"
#include "compare/fetched_rows.h"
#include "compare/join.h"
#include "compare/memory_share.h"
#include "compare/row_hashes.h"
#include "compare/spilled_list.h"
#include "compare/visit_rows.h"
#include "output/output_file.h"

namespace crm {
namespace {

MemoryShare memory_for(const CompareOptions& options) {
  MemoryShare share = share_memory(options.memory_bytes, options.resident_bytes, options.threads);
  if (options.sort_bytes != 0) share_sorting(static_cast<std::size_t>(options.sort_bytes), share);
  if (options.block_bytes != 0) share.block = options.block_bytes;
  return share;
}

/// One comparison on its way.
class Work {
 public:
  Work(Input& a, Input& b, const ColumnPairs& pairs, const CompareOptions& options)
      : a_(a),
        b_(b),
        options_(options),
        memory_(memory_for(options)),
        columns_a_(side_columns(pairs, Side::a)),
        columns_b_(side_columns(pairs, Side::b)),
        writer_(columns_a_, {&a.profile().columns, options.differences != nullptr, options.delimiter, options.keys.blank}),
        lone_b_(*options.temp, memory_.lone, options.stop),
        listed_(*options.temp) {
    result_.columns = pairs;
    result_.a.profile = a.profile();
    result_.b.profile = b.profile();
    result_.by_column.resize(pairs.pairs.size());
    for (std::size_t i = 0; i < pairs.pairs.size(); ++i) {
      if (pairs.pairs[i].compared) compared_pairs_.push_back(i);
    }
  }

  Comparison run() {
    {
      ExternalSort<RowPair> pairs(*options_.temp, memory_.pairs, options_.stop);
      join(pairs);
      list_differing(pairs);
    }
    if (options_.differences) options_.differences->append(writer_.header());
    compare_listed();
    tell_lone_of_b();
    result_.spilled_bytes = options_.temp->spilled_bytes();
    return std::move(result_);
  }

 private:
  void join(ExternalSort<RowPair>& pairs) {
    ExternalSort<HashedRow> rows_a(*options_.temp, memory_.rows_a, options_.stop);
    const HashedFile file_a = hash_rows(a_, columns_a_, options_, memory_.block, ComparePart::read_a, rows_a);
    rows_a.finish();
    ExternalSort<HashedRow> rows_b(*options_.temp, memory_.rows_b, options_.stop);
    const HashedFile file_b = hash_rows(b_, columns_b_, options_, memory_.block, ComparePart::read_b, rows_b);
    rows_b.finish();
    report({ComparePart::pair_rows, 0, 0});
    const JoinCounts counts = join_rows(rows_a, rows_b, pairs, lone_b_);
    result_.paired_rows = counts.paired;
    result_.equal_rows = counts.equal;
    take_side(file_a, counts.lone_a, counts.repeated_a, result_.a);
    take_side(file_b, counts.lone_b, counts.repeated_b, result_.b);
  }

  static void take_side(const HashedFile& file, std::uint64_t lone, const RepeatedKeys& repeated, ComparedFile& side) {
    side.account = file.account;
    side.blank_keys = file.blank_keys;
    side.lone_rows = lone;
    side.repeated_keys = repeated.keys;
    side.rows_of_repeated_keys = repeated.rows;
  }

  /// Goes through all rows of A in order: is B's order the same? Lists those that must be looked at again, in portions
  /// whose partners fit in memory.
  void list_differing(ExternalSort<RowPair>& pairs) {
    report({ComparePart::pair_rows, 0.6, result_.paired_rows});
    pairs.finish();
    RowPair pair;
    std::optional<std::uint64_t> partner_before;
    std::uint64_t lone_listed = 0;
    while (pairs.next(pair)) {
      if (pair.fate() != Fate::lone) {
        result_.steps_back += partner_before && pair.b().row() < *partner_before;
        partner_before = pair.b().row();
      }
      if (pair.fate() == Fate::equal) continue;
      if (pair.fate() == Fate::lone && !options_.differences && lone_listed++ >= kShownExamples) continue;
      list(pair);
    }
  }

  void list(const RowPair& pair) {
    const std::uint64_t bytes = FetchedRows::overhead_bytes(columns_b_.compared.size()) +
                                (pair.fate() == Fate::changed ? pair.b().size_bytes() : 0);
    if (portions_.empty() || portion_bytes_ + bytes > memory_.cells) {
      portions_.push_back({listed_.size(), 0});
      portion_bytes_ = 0;
    }
    portion_bytes_ += bytes;
    ++portions_.back().count;
    listed_.add(pair);
  }

  ScanOptions scan_options(const SideColumns& columns) const {
    ScanOptions scan;
    scan.columns = columns.projection;
    scan.threads = options_.threads;
    scan.block_bytes = memory_.block;
    scan.stop = options_.stop;
    return scan;
  }

  void compare_listed() {
    work_rows_ = 2 * listed_.size() + lone_b_.size();
    FetchedRows partners(*options_.temp, portions_, memory_.window);
    fetch_partners(partners);
    for (std::size_t portion = 0; portion < portions_.size(); ++portion) compare_portion(portion, partners);
  }

  struct FetchedBatch : Input::Mapped {
    std::vector<std::pair<std::uint64_t, std::string>> rows;
  };

  /// Reads the partners of the listed rows from B, in B's order.
  void fetch_partners(FetchedRows& partners) {
    ExternalSort<WantedRow> wanted(*options_.temp, memory_.rows_a, options_.stop);
    for (const Portion& portion : portions_) {
      const std::vector<RowPair> pairs = listed_.read(portion.first, portion.count);
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (pairs[i].fate() == Fate::changed) wanted.add({pairs[i].b().row(), portion.first + i});
      }
    }
    wanted.finish();
    const auto map = [this](const RecordBatch& batch, std::span<const WantedRow> rows) -> std::unique_ptr<Input::Mapped> {
      auto fetched = std::make_unique<FetchedBatch>();
      std::string scratch;
      for (const WantedRow& row : rows) {
        const auto at = static_cast<std::size_t>(row.row - batch.first_row);
        std::string& text = fetched->rows.emplace_back(row.number, "").second;
        FetchedRow::append(batch.first_line + batch.line_offset(at), text);
        for (const std::size_t column : columns_b_.compared_at) {
          FetchedRow::append_cell(batch.cell(at, column, scratch), text);
        }
      }
      return fetched;
    };
    const auto commit = [&](std::unique_ptr<Input::Mapped> mapped) {
      const auto& fetched = static_cast<const FetchedBatch&>(*mapped);
      for (const auto& [number, text] : fetched.rows) partners.put(number, text);
      done(fetched.rows.size());
    };
    in_windows(wanted, [&](std::span<const WantedRow> window) { visit_rows(b_, scan_options(columns_b_), window, map, commit); });
  }

  /// Hands on what is sorted, so much at once as may be in memory.
  template <class Visit>
  void in_windows(ExternalSort<WantedRow>& sorted, Visit&& visit) const {
    const std::size_t most = std::max<std::size_t>(memory_.window / 2 / sizeof(WantedRow), 1);
    std::vector<WantedRow> window;
    WantedRow row;
    bool more = true;
    while (more) {
      window.clear();
      while (window.size() < most && (more = sorted.next(row))) window.push_back(row);
      if (!window.empty()) visit(std::span<const WantedRow>(window));
    }
  }

  void compare_portion(std::size_t number, FetchedRows& partners) {
    const Portion portion = portions_[number];
    partners.load(number);
    const std::vector<RowPair> pairs = listed_.read(portion.first, portion.count);
    std::vector<WantedRow> wanted(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) wanted[i] = {pairs[i].row_a(), i};
    const auto map = [&](const RecordBatch& batch, std::span<const WantedRow> rows) -> std::unique_ptr<Input::Mapped> {
      auto found = std::make_unique<FoundDifferences>();
      for (const WantedRow& row : rows) {
        const auto at = static_cast<std::size_t>(row.row - batch.first_row);
        if (pairs[row.number].fate() == Fate::lone) writer_.add_lone(Side::a, batch, at, columns_a_.key_at, *found);
        else writer_.compare(batch, at, partners.row(portion.first + row.number), *found);
      }
      found->rows = rows.size();
      return found;
    };
    visit_rows(a_, scan_options(columns_a_), wanted, map,
               [&](std::unique_ptr<Input::Mapped> mapped) { take(static_cast<FoundDifferences&>(*mapped), result_.a); });
  }

  void tell_lone_of_b() {
    lone_b_.finish();
    ExternalSort<WantedRow> wanted(*options_.temp, memory_.rows_a, options_.stop);
    RowPlace place;
    while (lone_b_.next(place)) {
      if (!options_.differences && wanted.size() >= kShownExamples) break;
      wanted.add({place.row(), 0});
    }
    wanted.finish();
    const auto map = [&](const RecordBatch& batch, std::span<const WantedRow> rows) -> std::unique_ptr<Input::Mapped> {
      auto found = std::make_unique<FoundDifferences>();
      for (const WantedRow& row : rows) {
        writer_.add_lone(Side::b, batch, static_cast<std::size_t>(row.row - batch.first_row), columns_b_.key_at, *found);
      }
      found->rows = rows.size();
      return found;
    };
    in_windows(wanted, [&](std::span<const WantedRow> window) {
      visit_rows(b_, scan_options(columns_b_), window, map,
                 [&](std::unique_ptr<Input::Mapped> mapped) { take(static_cast<FoundDifferences&>(*mapped), result_.b); });
    });
  }

  void take(FoundDifferences& found, ComparedFile& side) {
    for (auto& [compared, differences] : found.columns) {
      ColumnDifferences& total = result_.by_column[compared_pairs_[compared]];
      total.cells += differences.cells;
      total.only_in_a += differences.only_in_a;
      total.only_in_b += differences.only_in_b;
      result_.differing_cells += differences.cells;
      for (CellExample& example : differences.examples) {
        if (total.examples.size() < kShownExamples) total.examples.push_back(std::move(example));
      }
    }
    for (LoneRow& lone : found.lone) {
      if (side.lone_examples.size() < kShownExamples) side.lone_examples.push_back(std::move(lone));
    }
    if (!found.csv.empty()) options_.differences->append(found.csv);
    done(found.rows);
  }

  void done(std::uint64_t rows) {
    rows_done_ += rows;
    const auto all = static_cast<double>(std::max<std::uint64_t>(work_rows_, 1));
    report({ComparePart::compare_cells, static_cast<double>(rows_done_) / all, rows_done_});
  }

  void report(const CompareProgress& progress) const {
    if (options_.progress) options_.progress(progress);
  }

  Input& a_;
  Input& b_;
  const CompareOptions& options_;
  const MemoryShare memory_;
  const SideColumns columns_a_, columns_b_;
  const DifferenceWriter writer_;
  std::vector<std::size_t> compared_pairs_;  // places in ColumnPairs::pairs
  ExternalSort<RowPlace> lone_b_;
  SpilledList<RowPair> listed_;              // in A's order
  std::vector<Portion> portions_;            // of listed_
  std::uint64_t portion_bytes_ = 0;
  std::uint64_t rows_done_ = 0, work_rows_ = 0;
  Comparison result_;
};

}  // namespace

bool Comparison::columns_differ() const {
  const bool renamed = std::any_of(columns.pairs.begin(), columns.pairs.end(),
                                   [](const ColumnPair& pair) { return pair.renamed && pair.compared; });
  return renamed || !columns.only_a.empty() || !columns.only_b.empty();
}

bool Comparison::order_differs() const {
  return steps_back > 0 || std::any_of(columns.pairs.begin(), columns.pairs.end(), [](const ColumnPair& pair) { return pair.moved; });
}

std::uint64_t estimated_hash_spill_bytes(std::uint64_t rows, std::uint64_t memory_bytes) {
  const std::uint64_t hashes = rows * sizeof(HashedRow), kept = memory_bytes / 2;
  return hashes > kept ? hashes - kept : 0;
}

Comparison compare_files(Input& a, Input& b, const ColumnPairs& columns, const CompareOptions& options) {
  return Work(a, b, columns, options).run();
}

}  // namespace crm
