#pragma once

#include <cstdint>

namespace crm {

/// What of --memory-limit goes where in the stream engine. One place knows it, so that the sum is the limit.
///
/// The parts live at different times; the largest sum is that of the scan of the enriched files (table +
/// spools + hits) or that of the merge (spools + hits + units), the table's hashes being given back in
/// between.
struct MemoryDivision {
  std::uint64_t base =
      0;  ///< the process as it is before the first scan: code, ICU and phone metadata, profiles
  std::uint64_t scan = 0;   ///< batches in flight: text, fields, what is made of them
  std::uint64_t table = 0;  ///< keys of the original and what is known of each, as much as is there at once
  std::uint64_t spool = 0;  ///< each of the spools between passes (three at a time) before it goes to disk
  std::uint64_t hits = 0;   ///< hits before they go to disk
  std::uint64_t unit = 0;   ///< stored bytes of hits that are consolidated at once; three times that is held
  std::uint64_t block = 0;  ///< text of one batch
  int threads = 1;          ///< that scan and map: fewer than asked for where the limit does not hold so many
  std::uint64_t largest_unit = 0;  ///< memory that one unit may take where no other stands beside it
};

/// Text of one batch where the limit does not ask for less.
inline constexpr std::uint64_t kBlockBytes = 512u << 10;
/// The least limit that is accepted.
inline constexpr std::uint64_t kLeastMemoryBytes = 96'000'000;

/// Divides what is known before the first scan (the table is not): base, scan, block, threads, spool.
/// Errors: limit_exceeded if the limit is below kLeastMemoryBytes, or the process is near it already.
MemoryDivision divide_memory(std::uint64_t limit_bytes, int threads);

/// What the keys of the original take.
struct TableBytes {
  std::uint64_t hashes = 0;  ///< to find keys by; may be there in parts
  std::uint64_t flags = 0;   ///< what is known of each key; always there
};

/// Divides the rest, once the table's size is known. Returns in how many parts the hashes must be
/// (`least_parts` or more). Errors: limit_exceeded if that does not help, saying what would.
int divide_rest(std::uint64_t limit_bytes, const TableBytes& table, int least_parts,
                MemoryDivision& division);

}  // namespace crm
