#include "duckdb/rows_copy.h"

#include <gtest/gtest.h>

#include <string>

#include "duckdb/database.h"

namespace crm::duck {
namespace {

TEST(RowsCopy, HoldsTheRowsOfManyChunksWithTheirListsAndNulls) {
  Database database(":memory:", {});
  Connection connection = database.connect();
  Result result = connection.query(
      "SELECT i, CASE WHEN i % 3 > 0 THEN repeat('text ', i % 7) || i END, CAST(i % 5 AS UTINYINT),"
      " CASE WHEN i % 4 > 0 THEN [{'text': 'long enough, number ' || i, 'row': i}, {'text': 's', 'row': -i}] END"
      " FROM range(5000) t(i) ORDER BY i");
  RowsCopy copy;
  Chunk chunk;
  while (result.next(chunk)) copy.append(chunk);
  std::vector<Column> columns;
  copy.add_columns(columns);
  ASSERT_EQ(columns.size(), 4u);
  ASSERT_EQ(copy.rows(), 5000u);
  for (std::size_t row = 0; row < copy.rows(); ++row) {
    EXPECT_EQ(columns[0].bigint(row), static_cast<std::int64_t>(row));
    ASSERT_EQ(columns[1].is_null(row), row % 3 == 0);
    std::string text;
    for (std::size_t i = 0; i < row % 7; ++i) text += "text ";
    if (row % 3 > 0) {
      EXPECT_EQ(columns[1].text(row), text + std::to_string(row));
    }
    EXPECT_EQ(columns[2].utinyint(row), row % 5);
    ASSERT_EQ(columns[3].is_null(row), row % 4 == 0);
    if (row % 4 == 0) continue;
    const ListEntry list = columns[3].list(row);
    ASSERT_EQ(list.size, 2u);
    EXPECT_EQ(columns[3].elements().member(0).text(list.offset), "long enough, number " + std::to_string(row));
    EXPECT_EQ(columns[3].elements().member(1).bigint(list.offset + 1), -static_cast<std::int64_t>(row));
  }
}

}  // namespace
}  // namespace crm::duck
