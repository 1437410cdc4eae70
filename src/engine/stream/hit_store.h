#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stream/mapped_array.h"

namespace crm {

inline constexpr std::size_t kLongRecordBytes = 1u << 20;

class SpillFile;
class TempSpace;

/// Hits sorted into buckets (of consecutive original rows) as they come: in memory up to a budget, then
/// written to one spill file, all buckets in their order at each flush. So a range of buckets is one stretch
/// of each flush, and their hits keep the order in which they came.
///
/// Threads: one at a time.
class HitStore {
 public:
  HitStore(TempSpace& temp, std::size_t buckets, std::uint64_t memory_bytes);
  ~HitStore();

  /// Appends one record (its first four bytes are its size).
  void append(std::size_t bucket, std::string_view record);
  std::uint64_t bytes(std::size_t bucket) const { return bytes_[bucket]; }
  std::uint64_t bytes() const { return total_bytes_; }
  std::size_t buckets() const { return bytes_.size(); }

  /// Where records that are too long to be copied once more go.
  struct LongRecords {
    std::function<char*(std::size_t bytes)> room;
    std::function<void(char* record)> added;  ///< the record stands in the room that was given
  };

  /// Reads the records of buckets [first, last); `each` gets whole records, those of one bucket in their
  /// order; likewise `long_records`, where given, those of kLongRecordBytes and more.
  void read(std::size_t first, std::size_t last, const std::function<void(const char* record)>& each,
            const LongRecords& long_records = {}) const;
  /// Forgets what is kept in memory of the buckets [first, last).
  void drop(std::size_t first, std::size_t last);

 private:
  /// One writing of everything that was in memory (or of one record that does not fit there): buckets in
  /// their order.
  struct Flush {
    std::uint64_t offset = 0;
    std::size_t first_bucket = 0;
    std::vector<std::uint32_t> ends;  // of the buckets' bytes, from `offset`: a flush is smaller than 4 GiB
  };
  bool make_room(std::size_t bucket, std::size_t bytes);
  void flush();
  void spill_one(std::size_t bucket, std::string_view record);
  class Splitter;
  void read_flushed(const Flush& flush, std::size_t first, std::size_t last, Splitter& splitter) const;

  TempSpace& temp_;
  std::size_t chunk_bytes_;
  MappedArray<char> pool_;
  std::vector<std::uint32_t> free_;                 // chunks given back
  std::size_t fresh_ = 0;                           // chunks from here on were never used
  std::vector<std::vector<std::uint32_t>> chunks_;  // per bucket
  std::vector<std::uint64_t> in_memory_;            // bytes per bucket
  std::vector<std::uint64_t> bytes_;                // per bucket, in all
  std::uint64_t total_bytes_ = 0;
  std::unique_ptr<SpillFile> spill_;
  std::vector<Flush> flushes_;
};

}  // namespace crm
