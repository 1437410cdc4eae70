#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "ingest/input.h"

namespace crm {

/// A row that is to be read again; `number` is the visitor's own.
struct WantedRow {
  std::uint64_t row = 0, number = 0;
  bool operator<(const WantedRow& other) const { return row < other.row; }
};

using MapWanted = std::function<std::unique_ptr<Input::Mapped>(const RecordBatch&, std::span<const WantedRow>)>;
using CommitWanted = std::function<void(std::unique_ptr<Input::Mapped>)>;

/// Reads the batches that hold `wanted`, which are ascending, of an input that was scanned before with this block size:
/// `map` is called with each batch and what is wanted of it, on several threads; `commit` in order.
void visit_rows(Input& input, const ScanOptions& scan, std::span<const WantedRow> wanted, const MapWanted& map,
                const CommitWanted& commit);

}  // namespace crm
