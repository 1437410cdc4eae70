#include "engine/changes.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/temp_space.h"
#include "output/text_output.h"

namespace crm {
namespace {

MergePlan plan_of_three_columns() {
  MergePlan plan;
  plan.original_header = {"Id", "City"};
  plan.record_id_column = 0;
  using Role = OutputColumn::Role;
  plan.output = {{Role::original, "Id", 0, -1},
                 {Role::original, "City", 1, 0},
                 {Role::fresh, "Zip", -1, 1},
                 {Role::fresh, "Title", -1, 2}};
  return plan;
}

std::string written(std::uint64_t memory_bytes, int rows) {
  const MergePlan plan = plan_of_three_columns();
  TempSpace temp(std::filesystem::temp_directory_path());
  ChangesWriter writer(plan, temp, memory_bytes);
  for (int i = 0; i < rows; ++i) {
    ChangesBatch batch;
    const std::string id = "r" + std::to_string(i), city(static_cast<std::size_t>(i % 700), 'x');
    batch.add_row(id, std::vector<ChangedCell>{{1, city}});
    batch.add_row(id + "b", std::vector<ChangedCell>{{3, "a, b"}});
    writer.append(batch);
  }
  TextOutput file;
  writer.write(file);
  return file.text;
}

TEST(Changes, NameOnlyColumnsThatChangedAnywhere) {
  EXPECT_EQ(written(1 << 20, 2), "Id,City,Title\nr0,,\nr0b,,\"a, b\"\nr1,x,\nr1b,,\"a, b\"\n");
}

TEST(Changes, AreTheSameFromASpillFile) {
  const std::string in_memory = written(1 << 30, 2000);
  EXPECT_GT(in_memory.size(), 500'000u);
  EXPECT_EQ(written(0, 2000), in_memory);
  EXPECT_EQ(written(100'000, 2000), in_memory);
}

TEST(Changes, WithoutAnyAreAHeaderOfTheRecordId) { EXPECT_EQ(written(0, 0), "Id\n"); }

}  // namespace
}  // namespace crm
