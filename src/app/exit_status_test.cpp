#include "app/exit_status.h"

#include <csignal>

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(ExitStatus, FollowsTheContract) {
  EXPECT_EQ(exit_status(ErrorCode::internal, 0), 1);
  EXPECT_EQ(exit_status(ErrorCode::invalid_config, 0), 2);
  EXPECT_EQ(exit_status(ErrorCode::denied, 0), 2);
  EXPECT_EQ(exit_status(ErrorCode::invalid_input, 0), 3);
  EXPECT_EQ(exit_status(ErrorCode::not_found, 0), 3);
  EXPECT_EQ(exit_status(ErrorCode::limit_exceeded, 0), 4);
  EXPECT_EQ(exit_status(ErrorCode::unavailable, 0), 5);
  EXPECT_EQ(exit_status(ErrorCode::output_closed, 0), 141);
  EXPECT_EQ(exit_status(ErrorCode::cancelled, 0), 130);
  EXPECT_EQ(exit_status(ErrorCode::cancelled, SIGINT), 130);
  EXPECT_EQ(exit_status(ErrorCode::cancelled, SIGTERM), 143);
}

TEST(ErrorText, IsOneLineAndDetailsOnRequest) {
  const Error error(ErrorCode::not_found, "crm.csv: no such file", "errno 2");
  EXPECT_EQ(error_text(error, 3, {}), "crm-merge: error: crm.csv: no such file\n");
  EXPECT_EQ(error_text(error, 3, {.verbose = true}), "crm-merge: error: crm.csv: no such file\nerrno 2\n");
}

TEST(ErrorText, KeepsToOneLineWhateverItQuotes) {
  EXPECT_EQ(error_text(Error(ErrorCode::not_found, "a\n\x1b[2J: no such file"), 3, {}),
            "crm-merge: error: a\\n\\x1B[2J: no such file\n");
  EXPECT_EQ(error_text(Error(ErrorCode::invalid_input, "a\n  line 5: no header"), 3, {}),
            "crm-merge: error: a\\n  line 5: no header\n");
}

TEST(ErrorText, HasTheLinesOfAListUnderIt) {
  const Error error = Error::with_list(ErrorCode::invalid_input, "a\n  line 1: 1 of 2 records", "\n  line 5: x");
  EXPECT_EQ(error_text(error, 3, {}), "crm-merge: error: a\\n  line 1: 1 of 2 records\n  line 5: x\n");
  EXPECT_STREQ(error.what(), "a\n  line 1: 1 of 2 records\n  line 5: x");
}

TEST(ErrorText, IsOneObjectForPrograms) {
  const Error error(ErrorCode::invalid_input, "a \"b\"\nc");
  EXPECT_EQ(error_text(error, 3, {.json = true}),
            "{\"error\":{\"code\":\"invalid_input\",\"message\":\"a \\\"b\\\"\\nc\",\"exit_code\":3}}\n");
}

TEST(ErrorText, IsSilentForAClosedPipe) {
  EXPECT_EQ(error_text(Error(ErrorCode::output_closed, "closed"), 141, {.json = true}), "");
}

}  // namespace
}  // namespace crm
