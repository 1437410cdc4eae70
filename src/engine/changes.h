#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/plan.h"

namespace crm {

class OutputFile;
class SpillFile;
class TempSpace;

/// A changed cell of one row: index into MergePlan::output, and the new text.
struct ChangedCell {
  int output_column = 0;
  std::string_view text;
};

/// Changed rows in the making, in the original's order; one per batch, so that batches can be made in
/// parallel.
class ChangesBatch {
 public:
  /// `cells` go by output column. A row without cells must not be added.
  void add_row(std::string_view record_id, std::span<const ChangedCell> cells);
  /// The rows as they are kept. Who takes bytes away hands them to ChangesWriter::append_bytes, before the
  /// batch.
  std::string& bytes() { return bytes_; }

 private:
  friend class ChangesWriter;
  std::string bytes_;
  std::vector<bool> changed_;  // per output column seen so far
};

/// Writes the changes file in two steps, since its header names only the columns that changed anywhere: rows
/// are kept (in memory, then in a spill file) until the last is known.
///
/// Threads: one at a time.
class ChangesWriter {
 public:
  ChangesWriter(const MergePlan& plan, TempSpace& temp, std::uint64_t memory_bytes);
  ~ChangesWriter();

  void append(const ChangesBatch& batch);
  void append_bytes(std::string_view bytes);
  /// Header and rows: the record id column's name, then the columns with a changed cell, in output order.
  void write(OutputFile& file) const;

 private:
  const MergePlan& plan_;
  TempSpace& temp_;
  std::uint64_t memory_bytes_;
  std::string bytes_;                 // what has not been spilled
  std::unique_ptr<SpillFile> spill_;  // what came before it
  std::vector<bool> changed_;
};

}  // namespace crm
