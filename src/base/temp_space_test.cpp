#include "base/temp_space.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/fd.h"

namespace {

namespace fs = std::filesystem;

class TempSpaceTest : public testing::Test {
 protected:
  TempSpaceTest() {
    std::string name = (fs::temp_directory_path() / "crm-merge-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~TempSpaceTest() override { fs::remove_all(folder_); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

TEST_F(TempSpaceTest, ASpillFileHasNoNameAndGivesBackWhatWasAppended) {
  crm::TempSpace temp(folder_);
  const auto spill = temp.create_spill();
  EXPECT_EQ(entries(), 0u);
  EXPECT_EQ(spill->append("hello "), 0u);
  EXPECT_EQ(spill->append("world"), 6u);
  std::string text(5, '\0');
  spill->read_at(4, text.data(), text.size());
  EXPECT_EQ(text, "o wor");
  EXPECT_EQ(spill->size(), 11u);
  EXPECT_EQ(temp.spilled_bytes(), 11u);
  EXPECT_THROW(spill->read_at(8, text.data(), 5), crm::Error);
}

TEST_F(TempSpaceTest, TheNamedFolderGoesWithItsOwner) {
  {
    crm::TempSpace temp(folder_);
    std::ofstream(temp.named_folder() / "database") << "x";
    EXPECT_EQ(temp.named_folder(), temp.named_folder());
    EXPECT_EQ(entries(), 1u);
  }
  EXPECT_EQ(entries(), 0u);
}

TEST_F(TempSpaceTest, WhatADeadOwnerLeftIsRemovedAndNothingElse) {
  fs::create_directory(folder_ / "crm-merge-run-dead");
  std::ofstream(folder_ / "crm-merge-run-dead" / "database") << "x";
  std::ofstream(folder_ / "crm-merge-spill-dead") << "x";
  std::ofstream(folder_ / "somebody's file") << "x";
  crm::TempSpace living(folder_);
  const fs::path kept = living.named_folder();
  crm::TempSpace next(folder_);
  EXPECT_EQ(entries(), 2u);
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_TRUE(fs::exists(folder_ / "somebody's file"));
}

TEST_F(TempSpaceTest, AFolderThatCannotBeUsedIsAUsageError) {
  try {
    crm::TempSpace temp(folder_ / "nowhere");
    FAIL() << "no error";
  } catch (const crm::Error& error) {
    EXPECT_EQ(error.code(), crm::ErrorCode::invalid_config);
    EXPECT_EQ(error.message(), "cannot use " + (folder_ / "nowhere").string() +
                                   " for temporary files: No such file or directory; name another folder with --temp-dir");
  }
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THROW(crm::TempSpace temp(folder_ / "file"), crm::Error);
}

TEST_F(TempSpaceTest, FreeSpaceIsTold) { EXPECT_GT(crm::TempSpace(folder_).free_bytes(), 0u); }

TEST(FileDescriptors, AFullDiskIsALimitAndAClosedPipeAnOutputThatIsClosed) {
  const crm::UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  try {
    crm::write_all(full.get(), "x", "out.csv");
    FAIL() << "no error";
  } catch (const crm::Error& error) {
    EXPECT_EQ(error.code(), crm::ErrorCode::limit_exceeded);
    EXPECT_EQ(error.message(), "cannot write out.csv: No space left on device; free some space or choose another place");
  }
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const crm::UniqueFd broken(ends[1]);
  try {
    crm::write_all(broken.get(), "x", "standard output");
    FAIL() << "no error";
  } catch (const crm::Error& error) {
    EXPECT_EQ(error.code(), crm::ErrorCode::output_closed);
  }
  std::signal(SIGPIPE, previous);
}

}  // namespace
