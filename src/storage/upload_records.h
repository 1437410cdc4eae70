#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/object.h"

// The small files in the folder of an upload.
namespace crm::upload_records {

struct UploadRecord {
  std::string key;
  std::uint64_t part_size = 0;
  std::optional<std::uint64_t> size;
  bool if_absent = false;
  WallTime begun{};
};

struct PartRecord {
  PartInfo part;
  WallTime at{};
  std::string boot;  ///< the machine's boot id when it was written
};

/// Left behind by an upload that was completed, so that completing it again can be answered.
struct CompletedRecord {
  std::string etag;
  WallTime at{};
};

/// Identifies this start of the machine; empty where the system does not tell, which equals no other.
const std::string& boot_id();

void write_upload(int folder, const UploadRecord& record);
std::optional<UploadRecord> read_upload(int folder);

void write_completed(int folder, const CompletedRecord& record);
std::optional<CompletedRecord> read_completed(int folder);

void write_part(int folder, const PartRecord& record);
void remove_part(int folder, int number);
/// By number.
std::vector<PartRecord> read_parts(int folder);

}  // namespace crm::upload_records
