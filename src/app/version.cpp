#include "app/version.h"

#include <CLI/Version.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crm {

std::string program_version() { return CRM_MERGE_VERSION; }

std::string program_date() { return CRM_MERGE_DATE; }

std::vector<std::pair<std::string, std::string>> library_versions() {
  std::vector<std::pair<std::string, std::string>> versions = {
      {"CLI11", CLI11_VERSION},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"ICU", CRM_MERGE_ICU},
      {"libpsl", CRM_MERGE_PSL},
      {"nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                    NLOHMANN_JSON_VERSION_PATCH)},
      {"xxHash", CRM_MERGE_XXHASH},
      {"zlib", CRM_MERGE_ZLIB},
      {"zstd", CRM_MERGE_ZSTD},
      {"compiler", __VERSION__}};
  std::erase_if(versions, [](const auto& library) { return library.second.empty(); });
  return versions;
}

std::string version_text(bool verbose) {
  std::string out = fmt::format("crm-merge {}\n", CRM_MERGE_VERSION);
  if (!verbose) return out;
  for (const auto& [name, version] : library_versions()) out += fmt::format("  {:<14} {}\n", name, version);
  return out;
}

}  // namespace crm
