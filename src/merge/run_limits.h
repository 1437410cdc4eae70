#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Limits of a merge that its doors, the command line and the library, keep to alike. The least memory is the engine's:
// kLeastMemoryBytes in engine/memory_division.h.
namespace crm {

inline constexpr std::uint64_t kDefaultMemoryBytes = 512'000'000;
inline constexpr int kMostThreads = 64;
inline constexpr int kMostDefaultThreads = 16;
/// Of --max-record-bytes.
inline constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 30;

/// A size, and the text that a person gave it by.
struct GivenSize {
  std::uint64_t bytes = 0;
  std::string text;
};

// Each throws Error(invalid_config), one line that begins with `option`.
void check_memory_bytes(std::string_view option, const GivenSize& size);
void check_threads(std::string_view option, std::uint64_t threads);
void check_record_bytes(std::string_view option, std::uint64_t bytes);
/// A --max-record-bytes that was asked for must leave room: a few records are in memory at once.
void check_records_fit(const GivenSize& record, std::uint64_t memory_bytes);

}  // namespace crm
