#include "model/blank.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(BlankRule, EmptyAndWhiteCellsAreBlank) {
  const BlankRule rule;
  for (const char* cell : {"", " ", "\t\r\n", "\u00A0", " \u3000 "}) EXPECT_TRUE(rule.is_blank(cell)) << cell;
  for (const char* cell : {"x", " x ", "-", "0", "N/A", "\u200B", "é"}) EXPECT_FALSE(rule.is_blank(cell)) << cell;
}

TEST(BlankRule, TokensAreComparedTrimmedAndCaseSensitive) {
  const BlankRule rule({"N/A", " null ", "-"});
  for (const char* cell : {"N/A", " N/A ", "null", "\u00A0-", ""}) EXPECT_TRUE(rule.is_blank(cell)) << cell;
  for (const char* cell : {"n/a", "Null", "--", "N/A x"}) EXPECT_FALSE(rule.is_blank(cell)) << cell;
}

}  // namespace
}  // namespace crm
