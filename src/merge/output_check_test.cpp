#include "merge/output_check.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test, with an original and an enriched file in it.
class OutputCheck : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "output_check_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    spec_.original.path = path("crm.csv");
    spec_.enriched.push_back({path("a.csv"), "a", false});
    std::ofstream(path("crm.csv")) << "x\n";
    std::ofstream(path("a.csv")) << "x\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  /// The refusal with the folder's path as DIR, or "".
  std::string refusal(const std::string& database = "") const {
    try {
      check_outputs(spec_, database);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_config);
      std::string message = error.message();
      const std::string dir = folder_.string();
      for (std::size_t at = message.find(dir); at != std::string::npos; at = message.find(dir)) message.replace(at, dir.size(), "DIR");
      return message;
    }
    return "";
  }

  fs::path folder_;
  MergeSpec spec_;
};

TEST_F(OutputCheck, AcceptsOutputsOfTheirOwn) {
  spec_.outputs.merged = path("out.csv");
  spec_.outputs.report = path("out.json");
  EXPECT_EQ(refusal(path("merge.db")), "");
  spec_.outputs.merged = "-";
  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputCheck, RefusesAnInput) {
  spec_.outputs.merged = path("crm.csv");
  EXPECT_EQ(refusal(), "-o DIR/crm.csv: this file is an input (DIR/crm.csv); write to another file");
}

TEST_F(OutputCheck, RefusesAnInputUnderAnotherName) {
  fs::create_hard_link(path("a.csv"), path("hard.csv"));
  spec_.outputs.conflicts = path("hard.csv");
  EXPECT_EQ(refusal(), "--conflicts DIR/hard.csv: this file is an input (DIR/a.csv); write to another file");
  fs::create_symlink(path("crm.csv"), path("soft.csv"));
  spec_.outputs.conflicts = path("soft.csv");
  EXPECT_EQ(refusal(), "--conflicts DIR/soft.csv: this file is an input (DIR/crm.csv); write to another file");
}

TEST_F(OutputCheck, RefusesOneFileForTwoOutputs) {
  spec_.outputs.merged = path("out.csv");
  spec_.outputs.changes = path("../" + folder_.filename().string() + "/out.csv");
  EXPECT_EQ(refusal(), "--changes and -o are the same file, DIR/out.csv; give each its own");
}

TEST_F(OutputCheck, RefusesStandardOutputTwice) {
  spec_.outputs.merged = "-";
  spec_.outputs.report = "-";
  EXPECT_EQ(refusal(), "--report and -o both write to standard output; give one of them a file");
}

TEST_F(OutputCheck, RefusesFoldersAndMissingFolders) {
  spec_.outputs.merged = folder_.string();
  EXPECT_EQ(refusal(), "-o DIR: this is a folder; give a file's name");
  spec_.outputs.merged = path("none/out.csv");
  EXPECT_EQ(refusal(), "-o DIR/none/out.csv: the folder DIR/none does not exist; create it first");
  spec_.outputs.merged = path("a.csv/out.csv");
  EXPECT_EQ(refusal(), "-o DIR/a.csv/out.csv: DIR/a.csv is not a folder");
}

TEST_F(OutputCheck, AllowsADeviceTwice) {
  spec_.outputs.merged = "/dev/null";
  spec_.outputs.report = "/dev/null";
  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputCheck, ListsTheMergedFileLast) {
  spec_.outputs.merged = "m";
  spec_.outputs.report = "r";
  spec_.outputs.rejects = "j";
  std::string order;
  for (const WantedOutput& output : wanted_outputs(spec_.outputs)) order += output.path;
  EXPECT_EQ(order, "jrm");
}

}  // namespace
}  // namespace crm
