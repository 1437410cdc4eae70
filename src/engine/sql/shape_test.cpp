// How a wide plan is cut into parts.
#include "engine/sql/shape.h"

#include <gtest/gtest.h>

#include "engine/sql/every_rule.h"

namespace crm {
namespace {

TEST(SqlShape, IsOnePartWhereAllColumnsFit) {
  const MergePlan plan = test::plan_with_every_rule();
  const std::vector<SqlShape> parts = SqlShape::parts_of(plan, 1000);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].columns, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(parts[0].part_table(Side::original, "hit", 1).name(), "hit_2");
}

TEST(SqlShape, PartsHaveEachColumnOnceAndFilesOnlyWhereTheyHaveColumns) {
  const MergePlan plan = test::plan_with_every_rule();
  const std::vector<SqlShape> parts = SqlShape::parts_of(plan, 1);
  ASSERT_EQ(parts.size(), 4u);
  for (int part = 0; part < 4; ++part) EXPECT_EQ(parts[part].columns, std::vector<int>{part});
  EXPECT_TRUE(parts[0].joins(0) && parts[0].joins(1));
  EXPECT_FALSE(parts[1].joins(0)) << "only the second file has an industry";
  EXPECT_TRUE(parts[1].joins(1));
  EXPECT_TRUE(parts[0].has_hits(0)) << "the first part has all files: their rows are counted there";
  EXPECT_FALSE(parts[1].has_hits(0));
  EXPECT_EQ(parts[1].part_table(Side::unmatched, "hit", 1).name(), "unmatched_hit_2_part_2");
}

TEST(SqlShape, TheFirstPartMakesWhatNoMergedColumnMakes) {
  const MergePlan plan = test::plan_with_every_rule();
  const std::vector<SqlShape> parts = SqlShape::parts_of(plan, 1);
  for (const OutputColumn& output : plan.output) {
    int makers = 0;
    for (const SqlShape& part : parts) makers += part.makes(output) ? 1 : 0;
    EXPECT_EQ(makers, 1) << output.name;
    EXPECT_EQ(parts[0].makes(output), output.column <= 0) << output.name;
  }
}

}  // namespace
}  // namespace crm
