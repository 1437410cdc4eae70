#pragma once

#include <cstdint>
#include <string_view>

namespace crm {

/// Sizes that the stream engine derives from the memory limit and the inputs, and that tests force so that
/// small files take the paths of large ones. Zero: derived. No value changes a result.
struct StreamTuning {
  std::uint64_t block_bytes = 0;  ///< `block`: text of one batch
  std::uint64_t partition_rows =
      0;               ///< `partition_rows`: original rows of one bucket of hits; a unit is one bucket
  bool spill = false;  ///< `spill=1`: nothing is kept in memory that can go to a spill file
  int hash_bits = 64;  ///< `hash_bits`: of the first attempt's key hashes; fewer make keys collide
  bool late_collisions = false;   ///< `late_collisions=1`: collisions are found by the hits' checks only
  std::uint32_t prune_rows = 8;   ///< `prune_rows`: rows of one key and file kept before they are thinned out
  std::uint64_t heavy_bytes = 0;  ///< `heavy`: hits of a key from which on they stay in memory
  int key_ranges = 0;             ///< `ranges`: of the key table, one in memory at a time
  std::uint64_t seed = 0;         ///< `seed`: of the key hashes; 0: drawn for each run
};

/// Reads "block=64,partition_rows=3,spill=1"; words that it does not know are an Error(invalid_config).
StreamTuning parse_tuning(std::string_view text);

/// What the environment variable CRM_MERGE_TEST_TUNING asks for: tests of the whole program set it.
StreamTuning tuning_of_environment();

}  // namespace crm
