#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "match/keys.h"
#include "model/plan.h"

namespace crm {

class RecordBatch;

/// A key as 128 bits of XXH3 with the run's seed. The table compares `id` and the place that the upper half
/// of `check` leads to; what was matched compares the lower half of `check` too (some 115 bits in all: see
/// HashCollision).
struct KeyHash {
  std::uint64_t id = 0;     ///< never 0
  std::uint64_t check = 0;  ///< its lowest bit is not hash: the key is a company's

  std::uint32_t short_check() const { return static_cast<std::uint32_t>(check); }
};

/// True if a short check is that of a company's key.
inline bool is_company_check(std::uint32_t check) { return (check & 1) != 0; }

/// Two keys met in one slot of the table (a chance of about 10^-11 in a merge of ten million rows): the merge
/// must start again with another seed.
class HashCollision : public std::exception {
 public:
  const char* what() const noexcept override { return "two keys have the same hash"; }
};

struct HashSeed {
  std::uint64_t seed = 0;
  int bits = 64;  ///< fewer only in tests
};

KeyHash hash_key(const HashSeed& seed, std::size_t identifier, bool company, std::string_view key);

/// One key of a row.
struct RowKey {
  int identifier = 0;  ///< of MergePlan::identifiers; always 0 with MatchMode::all
  KeyHash hash;
};

/// Makes the keys of rows, in the order in which the cascade tries them, each once.
///
/// Threads: one each.
class RowKeyMaker {
 public:
  /// `columns`: per identifier its columns, as positions in the batches' projection.
  RowKeyMaker(const MergePlan& plan, std::vector<std::vector<int>> columns, HashSeed seed);

  /// Replaces `keys` by the row's keys.
  void make(const RecordBatch& batch, std::size_t row, std::vector<RowKey>& keys);
  /// Text of the last row's key number `i`.
  const std::string& text(std::size_t i) const { return texts_[i]; }
  /// Of the last row, which had keys: the key that it is grouped by where it matches nobody, the first of its
  /// first identifier with one (with MatchMode::all, too).
  const RowKey& group_key() const { return group_key_; }

 private:
  void make_any(const RecordBatch& batch, std::size_t row, std::vector<RowKey>& keys);
  void make_all(const RecordBatch& batch, std::size_t row, std::vector<RowKey>& keys);
  void append_texts(const RecordBatch& batch, std::size_t row, std::size_t identifier,
                    std::vector<std::string>& texts);

  const MergePlan& plan_;
  std::vector<std::vector<int>> columns_;
  HashSeed seed_;
  KeyMaker maker_;
  std::vector<std::string> texts_, of_identifier_;
  std::string scratch_;
  RowKey group_key_;
};

KeyOptions key_options(const MergePlan& plan);

}  // namespace crm
