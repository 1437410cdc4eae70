#include "merge/run_limits.h"

#include <fmt/format.h>

#include "base/error.h"
#include "engine/memory_division.h"

namespace crm {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

constexpr std::uint64_t kRecordsInMemory = 4;
constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

void check_memory_bytes(std::string_view option, const GivenSize& size) {
  if (size.bytes >= kLeastMemoryBytes) return;
  refuse(fmt::format("{}: {} is too little; give at least {}MB", option, size.text, kLeastMemoryBytes / kMegabyte));
}

void check_threads(std::string_view option, std::uint64_t threads) {
  if (threads >= 1 && threads <= kMostThreads) return;
  refuse(fmt::format("{}: give a number from 1 to {}", option, kMostThreads));
}

void check_record_bytes(std::string_view option, std::uint64_t bytes) {
  if (bytes >= 1 && bytes <= kMostRecordBytes) return;
  refuse(fmt::format("{}: give a size from 1 byte to 1GiB", option));
}

void check_records_fit(const GivenSize& record, std::uint64_t memory_bytes) {
  if (record.bytes <= memory_bytes / kRecordsInMemory) return;
  refuse(fmt::format("--max-record-bytes: {} is more than a quarter of the memory limit; give {}MB or less, or a "
                     "--memory-limit of {}MB",
                     record.text, memory_bytes / kRecordsInMemory / kMegabyte, record.bytes * kRecordsInMemory / kMegabyte + 1));
}

}  // namespace crm
