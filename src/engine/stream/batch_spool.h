#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stream/mapped_array.h"

namespace crm {

class SpillFile;
class TempSpace;

/// One blob per batch of an input, in the batches' order: in memory up to a budget, the rest in a spill file.
/// Every pass of the engine leaves what the next needs in one of these.
///
/// Threads: `append` from one; after the last append `read` from any.
class BatchSpool {
 public:
  BatchSpool(TempSpace& temp, std::uint64_t memory_bytes);
  BatchSpool(const BatchSpool&) = delete;
  BatchSpool& operator=(const BatchSpool&) = delete;
  ~BatchSpool();

  /// `first_row`: of the batch, ascending; empty batches may share it.
  void append(std::uint64_t first_row, std::string_view blob);

  std::size_t size() const { return blobs_.size(); }
  std::uint64_t first_row(std::size_t batch) const { return blobs_[batch].first_row; }
  /// The blob; `scratch` holds it where it must be read from the spill file.
  std::string_view read(std::size_t batch, std::string& scratch) const;
  /// The batch that begins with this row and is not empty. Errors: internal if there is none.
  std::size_t find(std::uint64_t first_row) const;

 private:
  struct Blob {
    std::uint64_t first_row = 0;
    const char* memory = nullptr;  // or else
    std::uint64_t offset = 0;      // in the spill file
    std::uint32_t size = 0;
  };
  char* reserve(std::size_t size);

  TempSpace& temp_;
  std::uint64_t memory_bytes_;
  std::uint64_t used_bytes_ = 0;
  std::vector<Blob> blobs_;
  std::vector<MappedArray<char>> segments_;
  std::size_t segment_used_ = 0;
  std::unique_ptr<SpillFile> spill_;
};

}  // namespace crm
