#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/object_store.h"

namespace crm {

/// Below this prefix of the store lie uploads: `uploads/ID.json` is the record, `uploads/ID/file.csv` the
/// file. A janitor that removes one removes the other.
inline constexpr std::string_view kUploadPrefix = "uploads/";

/// An id of an upload, as a regular expression.
inline constexpr std::string_view kUploadIdPattern = "[0-9a-f]{32}";

/// What is known of an upload, and later of the file that it became.
struct UploadedFile {
  std::string id;
  std::string name;  ///< as the user's machine calls it; for people only
  std::string kind;  ///< "original" or "enriched"
  std::uint64_t size = 0;
  std::uint64_t part_size = 0;
  Upload upload;  ///< of the store; its key is the file's

  int part_count() const { return static_cast<int>((size + part_size - 1) / part_size); }
  /// Bytes that part `number`, from 1, must have.
  std::uint64_t bytes_of_part(int number) const;
};

/// The ending that a file keeps of its name, as reading goes by it: ".csv.gz", ".tsv"; ".csv" for any other.
std::string kept_suffix(std::string_view name);

std::string record_key(std::string_view id);
void save_upload(ObjectStore& store, const UploadedFile& file);
/// Errors: not_found.
UploadedFile load_upload(ObjectStore& store, const std::string& id);
/// The id of the upload that an object of the store is the file of; nothing for other keys.
std::optional<std::string> upload_id_of_key(std::string_view key);

}  // namespace crm
