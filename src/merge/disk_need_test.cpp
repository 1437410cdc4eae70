#include "merge/disk_need.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::uint64_t kExabyte = 1'000'000'000'000'000'000;

TEST(DiskNeed, IsTheSumOfWhatGoesToOneFileSystem) {
  const std::string folder = std::filesystem::temp_directory_path().string();
  try {
    check_disk({{folder, "the merged file", kExabyte}, {folder, "temporary files", 5'000'000'000}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
    const std::string message = error.message();
    EXPECT_TRUE(message.starts_with(folder + ": not enough disk space: 1000000005.0 GB needed (the merged file about "
                                             "1000000000.0 GB, temporary files about 5.0 GB), "))
        << message;
    EXPECT_TRUE(message.ends_with(" free; free some, or choose other places with -o and --temp-dir")) << message;
  }
}

TEST(DiskNeed, LetsWhatFitsPass) {
  EXPECT_NO_THROW(check_disk({{std::filesystem::temp_directory_path().string(), "the merged file", 1}}));
  EXPECT_NO_THROW(check_disk({{"/no/such/folder", "the merged file", kExabyte}})) << "that is another error's to tell";
}

TEST(DiskNeed, SpillsOnlyWhatMemoryDoesNotHold) {
  EXPECT_EQ(estimated_spill_bytes({.original_bytes = 1000, .enriched_bytes = 1000, .memory_bytes = 2000}), 0u);
  EXPECT_EQ(estimated_spill_bytes({.original_bytes = 1000, .enriched_bytes = 8000, .memory_bytes = 2000}), 3000u);
  EXPECT_EQ(estimated_spill_bytes({.original_bytes = 8000, .enriched_bytes = 8000, .memory_bytes = 2000, .sql = true}),
            7000u);
}

}  // namespace
}  // namespace crm
