#include "app/version.h"

#include <CLI/Version.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crm {

std::string program_version() { return CRM_MERGE_VERSION; }

std::string program_date() { return CRM_MERGE_DATE; }

std::string version_text(bool verbose) {
  std::string out = fmt::format("crm-merge {}\n", CRM_MERGE_VERSION);
  if (!verbose) return out;
  const auto line = [&](std::string_view name, const std::string& version) {
    if (!version.empty()) out += fmt::format("  {:<14} {}\n", name, version);
  };
  line("CLI11", CLI11_VERSION);
  line("fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100));
  line("ICU", CRM_MERGE_ICU);
  line("libpsl", CRM_MERGE_PSL);
  line("nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                    NLOHMANN_JSON_VERSION_PATCH));
  line("xxHash", CRM_MERGE_XXHASH);
  line("zlib", CRM_MERGE_ZLIB);
  line("zstd", CRM_MERGE_ZSTD);
  line("compiler", __VERSION__);
  return out;
}

}  // namespace crm
