#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "compare/comparison.h"
#include "ingest/input.h"
#include "match/keys.h"

namespace crm {

class OutputFile;  // output/output_file.h
class RejectSink;  // ingest/rejects.h
class TempSpace;   // base/temp_space.h

/// The parts of a comparison, in their order.
enum class ComparePart { read_a, read_b, pair_rows, compare_cells };

struct CompareProgress {
  ComparePart part = ComparePart::read_a;
  double share = 0;         ///< of the part
  std::uint64_t rows = 0;   ///< done in the part
};

struct CompareOptions {
  KeyOptions keys;
  int threads = 1;
  std::uint64_t memory_bytes = 512'000'000;  ///< peak of the whole process
  std::uint64_t resident_bytes = 0;          ///< what it takes already
  /// Tests make them small, so that small files take the paths of large ones; 0: of the memory limit.
  std::uint64_t sort_bytes = 0, block_bytes = 0;
  TempSpace* temp = nullptr;
  RejectSink* rejects = nullptr;
  OutputFile* differences = nullptr;         ///< takes every difference as CSV; null: none is listed
  char delimiter = ',';                      ///< of that file
  std::stop_token stop;
  std::function<void(const CompareProgress&)> progress;  ///< from one thread at a time
};

/// Bytes that go to temporary files where few rows differ: what of the rows' hashes memory does not hold. An estimate.
std::uint64_t estimated_hash_spill_bytes(std::uint64_t rows, std::uint64_t memory_bytes);

/// Compares two opened files by key: rows with the same key are partners, the first with the first, the second with the
/// second. The result does not depend on threads or memory.
///
/// How: of each row a hash of its key and one of its compared cells (128 bits each) are sorted, on disk where memory does
/// not hold them, and joined; only rows that differ are read again, in A's order. Two different rows count as equal if
/// their hashes collide, which is less likely than a fault of the machine.
///
/// Errors: as Input::scan; limit_exceeded if memory or disk does not do.
Comparison compare_files(Input& a, Input& b, const ColumnPairs& columns, const CompareOptions& options);

}  // namespace crm
