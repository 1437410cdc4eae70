#include "export/record_cutter.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "export/table_names.h"

namespace crm {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records cut(std::string_view text, std::size_t piece) {
  Records records;
  RecordCutter cutter(',', [&](const std::vector<std::string_view>& cells) { records.emplace_back(cells.begin(), cells.end()); });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) cutter.append(text.substr(0, piece));
  cutter.finish();
  return records;
}

TEST(RecordCutter, CutsTextHoweverItComes) {
  const std::string_view text = "a,b,c\n1,\"x\n\"\"y\"\"\",\n,,\n\"\r\",é,\n";
  const Records expected = {{"a", "b", "c"}, {"1", "x\n\"y\"", ""}, {"", "", ""}, {"\r", "é", ""}};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(cut(text, piece), expected) << piece;
}

TEST(RecordCutter, TheEmptyOnlyFieldIsARecord) {
  EXPECT_EQ(cut("a\n\"\"\nb\n", 3), (Records{{"a"}, {""}, {"b"}}));
}

TEST(RecordCutter, HalfARecordAtTheEndIsAFault) {
  RecordCutter cutter(',', [](const std::vector<std::string_view>&) {});
  cutter.append("a,b\n1,");
  EXPECT_THROW(cutter.finish(), Error);
}

TEST(TableNames, AreThereOnceAndNeverBlank) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(table_names({"a", "", "a", " ", "A"}, NameCase::counts), (Names{"a", "column_2", "a_2", "column_4", "A"}));
  EXPECT_EQ(table_names({"a", "A", "a"}, NameCase::does_not_count), (Names{"a", "A_2", "a_3"}));
  EXPECT_EQ(table_names({"a", "a", "a_2"}, NameCase::counts), (Names{"a", "a_3", "a_2"}));
  EXPECT_EQ(table_names({"column_2", ""}, NameCase::counts), (Names{"column_2", "column_2_2"}));
}

}  // namespace
}  // namespace crm
