#pragma once

#include <cstdint>

// Limits of a merge that its doors, the command line and the library, keep to alike. The least memory is the engine's:
// kLeastMemoryBytes in engine/memory_division.h.
namespace crm {

inline constexpr std::uint64_t kDefaultMemoryBytes = 512'000'000;
inline constexpr int kMostThreads = 64;
inline constexpr int kMostDefaultThreads = 16;
/// Of --max-record-bytes.
inline constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 30;

}  // namespace crm
