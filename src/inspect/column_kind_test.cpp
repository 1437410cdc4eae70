#include "inspect/column_kind.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

InputProfile file(std::vector<std::string> header, std::vector<std::vector<std::string>> rows) {
  InputProfile profile;
  profile.columns = std::move(header);
  profile.sample = std::move(rows);
  return profile;
}

std::string kind_of(const std::string& header, std::vector<std::string> values) {
  InputProfile profile = file({header}, {});
  for (std::string& value : values) profile.sample.push_back({std::move(value)});
  KeyMaker keys{KeyOptions{}};
  return column_kinds(profile, keys, BlankRule()).front().name;
}

TEST(ColumnKind, GoesByTheHeaderWhereItIdentifies) {
  EXPECT_EQ(kind_of("Work Email", {"nonsense"}), "email");
  EXPECT_EQ(kind_of("Record ID", {"17"}), "record id");
  EXPECT_EQ(kind_of("Company Phone", {"+1 415 555 0100"}), "phone, not the person's");
  EXPECT_EQ(kind_of("Contact owner", {"Ada"}), "owner");
}

TEST(ColumnKind, GoesByTheValuesWhereTheHeaderSaysNothing) {
  EXPECT_EQ(kind_of("x", {"ada@x.com", "bob@y.org"}), "email");
  EXPECT_EQ(kind_of("x", {"2024-01-05", "", "2023-12-31"}), "date");
  EXPECT_EQ(kind_of("x", {"1", "-2.5", "1,000"}), "number");
  EXPECT_EQ(kind_of("x", {"Yes", "no", "yes"}), "yes/no");
  EXPECT_EQ(kind_of("x", {"blue", "7"}), "text");
  EXPECT_EQ(kind_of("x", {"", " "}), "empty");
}

TEST(ColumnKind, ALeadingZeroIsNoNumbers) {
  EXPECT_EQ(kind_of("Zip", {"02134", "10999"}), "text");
  EXPECT_EQ(kind_of("Share", {"0", "0.5"}), "number");
}

TEST(ColumnKind, NamesTheFieldThatAHeaderSpells) {
  KeyMaker keys{KeyOptions{}};
  const auto kinds = column_kinds(file({"Title", "Shoe size"}, {}), keys, BlankRule());
  EXPECT_FALSE(kinds[0].field.empty());
  EXPECT_EQ(kinds[1].field, "");
}

}  // namespace
}  // namespace crm
