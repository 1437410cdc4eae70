#include "compare/row_hashes.h"

#include <algorithm>
#include <memory>
#include <string>

#include <xxhash.h>

namespace crm {
namespace {

/// Between the values of a row: a byte that UTF-8 does not have, so that no two rows look alike joined.
constexpr char kBetween = '\xFF';

Hash128 hash_of(const std::string& text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.high64, hash.low64};
}

struct HashedBatch : Input::Mapped {
  std::vector<HashedRow> rows;  ///< with places from 0 on
  std::vector<std::size_t> sizes;
  std::uint64_t blank_keys = 0;
};

/// Hashes the rows of batches. One per thread.
class RowHasher {
 public:
  RowHasher(const SideColumns& columns, const KeyOptions& keys) : columns_(&columns), maker_(keys), blank_(keys.blank) {}

  std::unique_ptr<Input::Mapped> hash(const RecordBatch& batch) {
    auto hashed = std::make_unique<HashedBatch>();
    hashed->rows.resize(batch.rows());
    hashed->sizes.resize(batch.rows());
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      HashedRow& entry = hashed->rows[row];
      if (!join_key(batch, row)) ++hashed->blank_keys;
      entry.key = hash_of(joined_);
      join_cells(batch, row);
      entry.cells = hash_of(joined_);
      hashed->sizes[row] = batch.raw(row).size();
    }
    return hashed;
  }

 private:
  /// False if all of the key is blank.
  bool join_key(const RecordBatch& batch, std::size_t row) {
    joined_.clear();
    bool filled = false;
    for (std::size_t k = 0; k < columns_->key_at.size(); ++k) {
      const std::string_view cell = batch.cell(row, columns_->key_at[k], scratch_);
      filled = filled || !blank_.is_blank(cell);
      const std::optional<Kind> kind = columns_->key_kinds[k];
      if (kind) joined_ += maker_.comparison_key(*kind, cell);
      else joined_ += cell;
      joined_ += kBetween;
    }
    return filled;
  }

  void join_cells(const RecordBatch& batch, std::size_t row) {
    joined_.clear();
    for (const std::size_t column : columns_->compared_at) {
      joined_ += batch.cell(row, column, scratch_);
      joined_ += kBetween;
    }
  }

  const SideColumns* columns_;
  KeyMaker maker_;
  BlankRule blank_;
  std::string joined_, scratch_;
};

std::size_t place_in(std::vector<int>& projection, int column) {
  const auto found = std::find(projection.begin(), projection.end(), column);
  if (found != projection.end()) return static_cast<std::size_t>(found - projection.begin());
  projection.push_back(column);
  return projection.size() - 1;
}

}  // namespace

SideColumns side_columns(const ColumnPairs& pairs, Side side) {
  SideColumns columns;
  for (const KeyColumn& key : pairs.key) {
    columns.key.push_back(side == Side::a ? key.a : key.b);
    columns.key_kinds.push_back(key.kind);
  }
  for (const ColumnPair& pair : pairs.pairs) {
    if (pair.compared) columns.compared.push_back(side == Side::a ? pair.a : pair.b);
  }
  columns.projection = columns.compared;
  for (std::size_t i = 0; i < columns.compared.size(); ++i) columns.compared_at.push_back(i);
  for (const int column : columns.key) columns.key_at.push_back(place_in(columns.projection, column));
  return columns;
}

HashedFile hash_rows(Input& input, const SideColumns& columns, const CompareOptions& options, std::uint64_t block_bytes,
                     ComparePart part, ExternalSort<HashedRow>& rows) {
  std::vector<RowHasher> hashers;
  for (int thread = 0; thread < std::max(options.threads, 1); ++thread) hashers.emplace_back(columns, options.keys);
  HashedFile file;
  ScanOptions scan;
  scan.columns = columns.projection;
  scan.threads = options.threads;
  scan.block_bytes = block_bytes;
  scan.rejects = options.rejects;
  scan.stop = options.stop;
  const auto all_bytes = static_cast<double>(std::max<std::uint64_t>(input.text_bytes(), 1));
  file.account = input.scan(
      scan,
      [&](const RecordBatch& batch, int thread) { return hashers[static_cast<std::size_t>(thread)].hash(batch); },
      [&](std::unique_ptr<Input::Mapped> mapped, const BatchPosition& position) {
        auto& batch = static_cast<HashedBatch&>(*mapped);
        for (std::size_t i = 0; i < batch.rows.size(); ++i) {
          batch.rows[i].place = RowPlace(position.first_row + i, batch.sizes[i]);
          rows.add(batch.rows[i]);
        }
        file.blank_keys += batch.blank_keys;
        if (options.progress) {
          options.progress({part, static_cast<double>(position.bytes_done) / all_bytes, position.first_row + position.rows});
        }
      });
  return file;
}

}  // namespace crm
