#include "plan/column_names.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"

namespace crm {
namespace {

using Names = std::vector<std::string>;
using Columns = std::vector<int>;

std::string error_of(const Names& names, std::string_view typed) {
  try {
    resolve_column(names, typed, {"--id", "the original"});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "no error";
}

TEST(ColumnNames, AnExactNameIsFoundBeforeOneThatFoldsAlike) {
  EXPECT_EQ(find_columns({"e-mail", "Email", "EMAIL"}, "Email"), Columns{1});
}

TEST(ColumnNames, ANameIsFoundByFoldingWhenNoneIsExact) {
  EXPECT_EQ(find_columns({"First Name", "Last_Name"}, "lastname"), Columns{1});
}

TEST(ColumnNames, APositionCountsFromOne) {
  EXPECT_EQ(find_columns({"a", "b", "c"}, "#3"), Columns{2});
  EXPECT_TRUE(find_columns({"a", "b", "c"}, "#4").empty());
  EXPECT_TRUE(find_columns({"a", "b", "c"}, "#0").empty());
}

TEST(ColumnNames, AHeaderThatLooksLikeAPositionIsAHeader) {
  EXPECT_EQ(find_columns({"a", "b", "#1"}, "#1"), Columns{2});
}

TEST(ColumnNames, APositionIsFoundBeforeANameThatFoldsLikeIt) {
  EXPECT_EQ(find_columns({"a", "# 1"}, "#1"), Columns{0});
}

TEST(ColumnNames, ANameThatFoldsToNothingIsOnlyItself) {
  EXPECT_EQ(find_columns({"-", "_", ""}, "_"), Columns{1});
  EXPECT_TRUE(find_columns({"-", "__"}, "_").empty());
}

TEST(ColumnNames, TheKeyOfANameIsEqualExactlyForNamesThatAreTheSame) {
  const Names names = {"", " ", "-", "--", "a", "A ", "a-b", "ab", "=", "~", "~a"};
  for (const std::string& a : names) {
    for (const std::string& b : names)
      EXPECT_EQ(name_key(a) == name_key(b), same_name(a, b)) << a << "|" << b;
  }
}

TEST(ColumnNames, AnUnknownNameListsTheCandidatesNearestFirst) {
  EXPECT_EQ(
      error_of({"Record ID", "Phone", "Email"}, "Emial"),
      "--id: there is no column \"Emial\" in the original. Its columns: \"Email\", \"Phone\", \"Record ID\"");
}

TEST(ColumnNames, AnAmbiguousNameListsThePositions) {
  EXPECT_EQ(error_of({"Email", "x", "Email"}, "Email"),
            "--id: \"Email\" is ambiguous in the original: #1 \"Email\", #3 \"Email\"; write the exact name, "
            "or the position (#1)");
  EXPECT_NE(error_of({"E-Mail", "E Mail"}, "email").find("is ambiguous"), std::string::npos);
}

TEST(ColumnNames, AHeaderIsShownOnOneShortLine) {
  EXPECT_EQ(shown("a\nb\t\x01"), "\"a\\nb\\t\\x01\"");
  EXPECT_EQ(shown(std::string(61, 'x')), "\"" + std::string(60, 'x') + "…\"");
  EXPECT_EQ(shown(std::string(60, 'x')), "\"" + std::string(60, 'x') + "\"");
  EXPECT_EQ(shown("é"), "\"é\"");
}

TEST(ColumnNames, ALongListIsCut) {
  EXPECT_EQ(shown_list({"a", "b", "c"}, 2), "\"a\", \"b\" and 1 more");
  EXPECT_EQ(shown_list({}), "none");
}

TEST(ColumnNames, DistanceCountsASwapOfNeighboursOnce) {
  EXPECT_EQ(edit_distance("emial", "email"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(ColumnNames, AWordIsProbablyMeantOnlyIfItIsNear) {
  EXPECT_EQ(probably_meant("most_recnt", {"most_frequent", "most_recent"}), "most_recent");
  EXPECT_EQ(probably_meant("zebra", {"most_frequent", "most_recent"}), std::nullopt);
}

TEST(ColumnNames, AFileIsFoundByItsNameThenItsRankThenFolding) {
  EXPECT_EQ(find_input({"apollo", "zoom_info"}, "apollo"), 0);
  EXPECT_EQ(find_input({"apollo", "zoom_info"}, "2"), 1);
  EXPECT_EQ(find_input({"apollo", "zoom_info"}, "ZoomInfo"), 1);
  EXPECT_EQ(find_input({"2", "1"}, "2"), 0);  // a name is stronger than a rank
  EXPECT_EQ(find_input({"apollo"}, "3"), std::nullopt);
  EXPECT_EQ(find_input({"a-b", "a_b"}, "ab"), std::nullopt);
}

TEST(ColumnNames, AnUnknownFileListsTheFiles) {
  try {
    resolve_input({"apollo", "linkedin"}, "linkdin", "--prefer");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "--prefer: no enriched file is called \"linkdin\"; they are: \"linkedin\", \"apollo\" (or the "
              "rank, 1 to 2)");
  }
}

}  // namespace
}  // namespace crm
