#include "engine/stream/tuning.h"

#include <charconv>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace crm {
namespace {

[[noreturn]] void refuse(std::string_view item) {
  throw Error(ErrorCode::invalid_config, "CRM_MERGE_TEST_TUNING: cannot use \"" + std::string(item) + "\"");
}

void set(std::string_view name, std::uint64_t value, StreamTuning& tuning, std::string_view item) {
  if (name == "block") {
    tuning.block_bytes = value;
  } else if (name == "partition_rows") {
    tuning.partition_rows = value;
  } else if (name == "spill") {
    tuning.spill = value != 0;
  } else if (name == "hash_bits" && value >= 1 && value <= 64) {
    tuning.hash_bits = static_cast<int>(value);
  } else if (name == "late_collisions") {
    tuning.late_collisions = value != 0;
  } else if (name == "prune_rows" && value >= 2) {
    tuning.prune_rows = static_cast<std::uint32_t>(value);
  } else if (name == "heavy") {
    tuning.heavy_bytes = value;
  } else if (name == "ranges" && value <= 64) {
    tuning.key_ranges = static_cast<int>(value);
  } else if (name == "seed") {
    tuning.seed = value;
  } else {
    refuse(item);
  }
}

}  // namespace

StreamTuning parse_tuning(std::string_view text) {
  StreamTuning tuning;
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    text.remove_prefix(item.size() + (item.size() < text.size() ? 1 : 0));
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) refuse(item);
    std::uint64_t value = 0;
    const char* const end = item.data() + item.size();
    const auto parsed = std::from_chars(item.data() + equals + 1, end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) refuse(item);
    set(item.substr(0, equals), value, tuning, item);
  }
  return tuning;
}

StreamTuning tuning_of_environment() {
  const char* const text = std::getenv("CRM_MERGE_TEST_TUNING");
  return text == nullptr ? StreamTuning{} : parse_tuning(text);
}

}  // namespace crm
