#include "base/error_code.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(ErrorCode, EveryNameReadsBackAndNoTwoAreTheSame) {
  for (int number = 0; number <= static_cast<int>(ErrorCode::internal); ++number) {
    const auto code = static_cast<ErrorCode>(number);
    EXPECT_EQ(error_code_of_name(error_code_name(code)), code);
  }
  EXPECT_EQ(error_code_of_name("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace crm
