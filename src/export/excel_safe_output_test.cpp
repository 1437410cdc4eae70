#include "export/excel_safe_output.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(ExcelSafe, GuardsWhatASpreadsheetWouldRun) {
  for (const char* cell : {"=1+1", "=HYPERLINK(\"x\")", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "-", "=", "+", "- item", " =1+1",
                           "\t=1+1", "\r\n@x", "-1-1", "+1 (415) 555-0100 x", "@handle", "--5", "=\"02134\"", "+49+30"}) {
    EXPECT_TRUE(is_formula(cell)) << cell;
  }
}

TEST(ExcelSafe, LeavesNumbersPhonesAndTextsAlone) {
  for (const char* cell : {"-5", "+5", "-1,234.50", "-12%", "-1e5", "+1.5E+10", "-.5", "+14155550100", "+1 (415) 555-0100",
                           "+49 30/123456", "+1.415.555.0100", "", " ", "a=b", "a@x.com", "1-2", "'=1", "\xC2\xA0"}) {
    EXPECT_FALSE(is_formula(cell)) << cell;
  }
}

}  // namespace
}  // namespace crm
