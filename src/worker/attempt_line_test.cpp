#include "worker/attempt_line.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(AttemptLine, UnderstandsProgress) {
  const AttemptLine line = parse_attempt_line(
      R"({"stage":"import_enriched","file":"b","fraction":0.25,"stage_fraction":0.5,"rows":10,"total_rows":20,"rows_per_second":5})");
  const auto* progress = std::get_if<EngineProgress>(&line);
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->stage, "import_enriched");
  EXPECT_DOUBLE_EQ(progress->fraction, 0.25);
  EXPECT_EQ(progress->rows, 10u);
  EXPECT_EQ(progress->total_rows, 20u);
}

TEST(AttemptLine, KeepsOfAnErrorWhatIsNoDataOfTheUser) {
  const AttemptLine line =
      parse_attempt_line(R"({"error":{"code":"invalid_input","message":"1 record cannot be read\n  line 3: secret","exit_code":3}})");
  const auto* error = std::get_if<AttemptError>(&line);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::invalid_input);
  EXPECT_EQ(error->message, "1 record cannot be read");
}

TEST(AttemptLine, LeavesOtherLinesAlone) {
  for (const char* text : {"", "warning: x", "[1]", R"({"summary":{}})", R"({"stage":3})", R"({"error":{"message":3}})"}) {
    EXPECT_TRUE(std::holds_alternative<std::monostate>(parse_attempt_line(text))) << text;
  }
}

TEST(AttemptLine, WhatTheUserGaveIsNeverTriedAgain) {
  EXPECT_FALSE(is_retryable(ErrorCode::invalid_input));
  EXPECT_FALSE(is_retryable(ErrorCode::invalid_config));
  EXPECT_FALSE(is_retryable(ErrorCode::not_found));
  EXPECT_TRUE(is_retryable(ErrorCode::limit_exceeded));
  EXPECT_TRUE(is_retryable(ErrorCode::unavailable));
  EXPECT_TRUE(is_retryable(ErrorCode::internal));
}

}  // namespace
}  // namespace crm
