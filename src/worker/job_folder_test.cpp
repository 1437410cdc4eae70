#include "worker/job_folder.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/temp_space.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

class JobFolderTest : public testing::Test {
 protected:
  TempSpace temp_{fs::temp_directory_path()};
  fs::path root_ = temp_.named_folder() / "work";
};

TEST_F(JobFolderTest, BelongsToOneOwnerAtATime) {
  auto first = JobFolder::open(root_, "7");
  ASSERT_TRUE(first);
  EXPECT_FALSE(JobFolder::open(root_, "7"));
  EXPECT_TRUE(JobFolder::open(root_, "8"));
  first.reset();
  EXPECT_TRUE(JobFolder::open(root_, "7"));
}

TEST_F(JobFolderTest, KeepsSmallFilesForTheNextOwner) {
  JobFolder::open(root_, "7")->write("state.json", "a");
  const auto folder = JobFolder::open(root_, "7");
  EXPECT_EQ(folder->read("state.json"), "a");
  EXPECT_EQ(folder->read("other"), std::nullopt);
  folder->write("state.json", "b");
  EXPECT_EQ(folder->read("state.json"), "b");
}

TEST_F(JobFolderTest, ClearsWhatAMergeMadeAndKeepsItsInputs) {
  const auto folder = JobFolder::open(root_, "7");
  fs::create_directories(folder->inputs());
  std::ofstream(folder->inputs() / "0.csv") << "a";
  folder->clear_outputs();
  std::ofstream(folder->outputs() / "merged.csv") << "b";
  folder->clear_outputs();
  EXPECT_TRUE(fs::exists(folder->inputs() / "0.csv"));
  EXPECT_TRUE(fs::is_empty(folder->outputs()));
  EXPECT_TRUE(fs::is_empty(folder->temp()));
}

TEST_F(JobFolderTest, LeavesNothingWhenItIsRemoved) {
  auto folder = JobFolder::open(root_, "7");
  folder->write("state.json", "a");
  EXPECT_EQ(JobFolder::jobs_in(root_), std::vector<JobId>{"7"});
  folder->remove();
  EXPECT_TRUE(fs::is_empty(root_));
  EXPECT_TRUE(JobFolder::jobs_in(root_).empty());
}

}  // namespace
}  // namespace crm
