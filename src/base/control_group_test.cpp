#include "base/control_group.h"

#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>

namespace crm {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;

/// A folder with files as the kernel shows them below /.
class CapturedRoot {
 public:
  explicit CapturedRoot(const Files& files) {
    std::string name = (fs::temp_directory_path() / "control-group-XXXXXX").string();
    root_ = mkdtemp(name.data());
    for (const auto& [path, text] : files) {
      fs::create_directories((root_ / path).parent_path());
      std::ofstream(root_ / path) << text;
    }
  }
  ~CapturedRoot() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  CapturedRoot(const CapturedRoot&) = delete;
  CapturedRoot& operator=(const CapturedRoot&) = delete;
  const fs::path& path() const { return root_; }

 private:
  fs::path root_;
};

TEST(ControlGroup, OfVersion2TakesTheLeastOfItsOwnLimitsAndThoseAbove) {
  const CapturedRoot root({{"proc/self/cgroup", "0::/system.slice/job.scope\n"},
                           {"sys/fs/cgroup/system.slice/memory.max", "1000000000\n"},
                           {"sys/fs/cgroup/system.slice/memory.current", "400000000\n"},
                           {"sys/fs/cgroup/system.slice/memory.stat", "anon 100000000\nfile 300000000\n"},
                           {"sys/fs/cgroup/system.slice/cpu.max", "max 100000\n"},
                           {"sys/fs/cgroup/system.slice/job.scope/memory.max", "max\n"},
                           {"sys/fs/cgroup/system.slice/job.scope/cpu.max", "150000 100000\n"}});
  const ControlGroup group = read_control_group(root.path());
  EXPECT_EQ(group.version, 2);
  EXPECT_EQ(group.path, "/system.slice/job.scope");
  EXPECT_EQ(group.memory_limit_bytes, 1'000'000'000u);
  EXPECT_EQ(group.memory_used_bytes, 400'000'000u);
  EXPECT_EQ(group.reclaimable_bytes, 300'000'000u);
  EXPECT_EQ(group.processors, 1.5);
}

TEST(ControlGroup, InAContainerTheMountItselfIsTheGroup) {
  const CapturedRoot root({{"proc/self/cgroup", "0::/docker/0123abcd\n"},
                           {"sys/fs/cgroup/memory.max", "268435456\n"},
                           {"sys/fs/cgroup/cpu.max", "50000 100000\n"}});
  const ControlGroup group = read_control_group(root.path());
  EXPECT_EQ(group.memory_limit_bytes, 268'435'456u);
  EXPECT_EQ(group.processors, 0.5);
}

TEST(ControlGroup, OfVersion1HasAFolderForEachController) {
  const CapturedRoot root({{"proc/self/cgroup", "11:memory:/user.slice\n4:cpu,cpuacct:/\n1:name=systemd:/x\n"},
                           {"sys/fs/cgroup/memory/user.slice/memory.limit_in_bytes", "536870912\n"},
                           {"sys/fs/cgroup/memory/user.slice/memory.usage_in_bytes", "104857600\n"},
                           {"sys/fs/cgroup/memory/user.slice/memory.stat", "cache 1\ntotal_cache 4194304\n"},
                           {"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
                           {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n"},
                           {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}});
  const ControlGroup group = read_control_group(root.path());
  EXPECT_EQ(group.version, 1);
  EXPECT_EQ(group.memory_limit_bytes, 536'870'912u);
  EXPECT_EQ(group.memory_used_bytes, 104'857'600u);
  EXPECT_EQ(group.reclaimable_bytes, 4'194'304u);
  EXPECT_EQ(group.processors, 2.0);
}

TEST(ControlGroup, NoLimitIsNone) {
  const CapturedRoot version_1({{"proc/self/cgroup", "2:memory:/\n3:cpu:/\n"},
                                {"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
                                {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                                {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}});
  EXPECT_EQ(read_control_group(version_1.path()).memory_limit_bytes, std::nullopt);
  EXPECT_EQ(read_control_group(version_1.path()).processors, std::nullopt);
  const CapturedRoot version_2(Files{{"proc/self/cgroup", "0::/\n"}});
  EXPECT_EQ(read_control_group(version_2.path()).version, 2);
  EXPECT_EQ(read_control_group(version_2.path()).memory_limit_bytes, std::nullopt);
  const CapturedRoot none(Files{});
  EXPECT_EQ(read_control_group(none.path()).version, 0);
}

}  // namespace
}  // namespace crm
