#include "merge/reject_policy.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "output/text_output.h"

namespace crm {
namespace {

Reject reject(std::uint64_t line, std::string text = "1,2,3") {
  return {"a.csv", line, "too many fields (expected 2, found 3)", std::move(text)};
}

std::string refusal(RejectPolicy& policy, std::uint64_t records) {
  try {
    policy.input_read("a.csv", records);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_input);
    return error.message();
  }
  return "";
}

TEST(RejectsEndTheMerge, WithTheFileTheCountAndTheFirstFive) {
  const auto policy = make_rejects_end_the_merge();
  EXPECT_EQ(refusal(*policy, 10), "");
  for (std::uint64_t line = 2; line <= 8; ++line) policy->add(reject(line, "x\ny\t" + std::string(100, 'z')));
  EXPECT_EQ(refusal(*policy, 1000),
            "a.csv: 7 of 1,000 records cannot be read; correct them, or set them aside with --rejects FILE\n"
            "  line 2: too many fields (expected 2, found 3): x\\ny\\t" + std::string(53, 'z') + "…\n"
            "  line 3: too many fields (expected 2, found 3): x\\ny\\t" + std::string(53, 'z') + "…\n"
            "  line 4: too many fields (expected 2, found 3): x\\ny\\t" + std::string(53, 'z') + "…\n"
            "  line 5: too many fields (expected 2, found 3): x\\ny\\t" + std::string(53, 'z') + "…\n"
            "  line 6: too many fields (expected 2, found 3): x\\ny\\t" + std::string(53, 'z') + "…\n"
            "  … and 2 more");
}

TEST(RejectsEndTheMerge, WithOneReject) {
  const auto policy = make_rejects_end_the_merge();
  policy->add(reject(5));
  EXPECT_EQ(refusal(*policy, 1),
            "a.csv: 1 of 1 record cannot be read; correct it, or set it aside with --rejects FILE\n"
            "  line 5: too many fields (expected 2, found 3): 1,2,3");
}

TEST(RejectsSetAside, AreWrittenInOrder) {
  TextOutput file;
  const auto policy = make_rejects_set_aside(&file, ',', std::nullopt);
  policy->add(reject(5));
  policy->add(reject(9, "plain"));
  EXPECT_EQ(refusal(*policy, 10), "");
  EXPECT_EQ(file.text,
            "file,line,reason,text\n"
            "a.csv,5,\"too many fields (expected 2, found 3)\",\"1,2,3\"\n"
            "a.csv,9,\"too many fields (expected 2, found 3)\",plain\n");
}

TEST(RejectsSetAside, EndTheMergeAboveTheLimit) {
  TextOutput file;
  const auto policy = make_rejects_set_aside(&file, ',', 1);
  policy->add(reject(5));
  try {
    policy->add(reject(9));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_input);
    EXPECT_EQ(error.message(),
              "a.csv: more than 1 records cannot be read (--max-rejects), line 9 is one too many: too many fields "
              "(expected 2, found 3); check --delimiter and --encoding, or allow more");
  }
}

}  // namespace
}  // namespace crm
