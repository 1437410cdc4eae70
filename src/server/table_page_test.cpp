#include "server/table_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "storage/folder_store.h"

namespace crm {
namespace {

class TablePageTest : public testing::Test {
 protected:
  TablePageTest() {
    char name[] = "/var/tmp/table-page-XXXXXX";
    folder_ = ::mkdtemp(name);
    store_ = open_folder_store(folder_);
  }
  ~TablePageTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void put(const std::string& text) {
    const auto writer = store_->put("t.csv", {});
    writer->write(text);
    writer->commit();
  }
  TablePage page(TablePageQuery query) { return read_table_page(*store_, "t.csv", ',', query); }

  std::filesystem::path folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(TablePageTest, PagesMeetWithoutGapOrOverlap) {
  std::string text = "n,text\n";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",\"two\nlines, \"\"" + std::string(static_cast<std::size_t>(i), 'x') + "\"\"\"\n";
  put(text);
  int expected = 0;
  for (TablePageQuery query{0, 7, {}};;) {
    const TablePage got = page(query);
    EXPECT_EQ(got.columns, (TableRow{"n", "text"}));
    for (const TableRow& row : got.rows) {
      ASSERT_EQ(row[0], std::to_string(expected));
      ASSERT_EQ(row[1], "two\nlines, \"" + std::string(static_cast<std::size_t>(expected), 'x') + "\"");
      ++expected;
    }
    if (!got.next) break;
    query.offset = *got.next;
  }
  EXPECT_EQ(expected, 1000);
}

TEST_F(TablePageTest, RowsThatAreNotWantedAreLeftOut) {
  put("n\n1\n2\n3\n4\n");
  const TablePage got = page({0, 10, [](const TableRow& header, const TableRow& row) { return header[0] == "n" && row[0] > "2"; }});
  EXPECT_EQ(got.rows, (std::vector<TableRow>{{"3"}, {"4"}}));
  EXPECT_FALSE(got.next);
}

TEST_F(TablePageTest, AFileWithoutRowsHasOneEmptyPage) {
  put("n,text\n");
  EXPECT_TRUE(page({}).rows.empty());
  EXPECT_FALSE(page({}).next);
}

TEST_F(TablePageTest, ACursorBeyondTheEndIsRefused) {
  put("n\n1\n");
  EXPECT_THROW(page({99, 10, {}}), Error);
}

}  // namespace
}  // namespace crm
