#include "server/uploaded_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "server/stored_json.h"

namespace crm {

std::uint64_t UploadedFile::bytes_of_part(int number) const {
  const std::uint64_t begin = static_cast<std::uint64_t>(number - 1) * part_size;
  return std::min(part_size, size - begin);
}

std::string kept_suffix(std::string_view name) {
  static constexpr std::string_view kFormats[] = {".csv",  ".tsv",   ".txt",    ".tab", ".parquet",
                                                  ".json", ".jsonl", ".ndjson", ".xlsx"};
  std::string rest = lower(name), compression;
  for (const std::string_view suffix : {".gz", ".zst"}) {
    if (!rest.ends_with(suffix)) continue;
    compression = suffix;
    rest.resize(rest.size() - suffix.size());
    break;
  }
  for (const std::string_view format : kFormats) {
    if (rest.ends_with(format)) return std::string(format) + compression;
  }
  return ".csv" + compression;
}

std::string record_key(std::string_view id) { return std::string(kUploadPrefix) + std::string(id) + ".json"; }

void save_upload(ObjectStore& store, const UploadedFile& file) {
  save_record(store, record_key(file.id),
              {{"id", file.id},
               {"name", file.name},
               {"kind", file.kind},
               {"size", file.size},
               {"part_size", file.part_size},
               {"upload", file.upload.id},
               {"key", file.upload.key}});
}

UploadedFile load_upload(ObjectStore& store, const std::string& id) {
  const auto record = load_record(store, record_key(id));
  if (!record)
    throw Error(ErrorCode::not_found, "there is no such upload; it was given up, deleted or has expired");
  UploadedFile file;
  file.id = id;
  file.name = record->value("name", "");
  file.kind = record->value("kind", "enriched");
  file.size = record->value("size", std::uint64_t{0});
  file.part_size = std::max<std::uint64_t>(1, record->value("part_size", std::uint64_t{1}));
  file.upload = {record->value("upload", ""), record->value("key", "")};
  return file;
}

std::optional<std::string> upload_id_of_key(std::string_view key) {
  if (!key.starts_with(kUploadPrefix)) return std::nullopt;
  key.remove_prefix(kUploadPrefix.size());
  const std::size_t slash = key.find('/');
  constexpr std::size_t kIdBytes = 32;
  if (slash != kIdBytes) return std::nullopt;
  return std::string(key.substr(0, slash));
}

}  // namespace crm
