#include "engine/accounts.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

MergePlan plan_with_two_identifiers() {
  MergePlan plan;
  plan.identifiers.resize(2);
  plan.identifiers[0].label = "email";
  plan.identifiers[1].label = "phone";
  plan.inputs = {{"a", 0, {}, {}, {}}};
  return plan;
}

TEST(SharedKeyList, GoesByIdentifierRowsDownKeyAndPlace) {
  const MergePlan plan = plan_with_two_identifiers();
  SharedKeyList list;
  list.offer(plan, 1, "+1", 0, 9);
  list.offer(plan, 0, "b@x", 1, 3);
  list.offer(plan, 0, "b@x", 0, 3);
  list.offer(plan, 0, "a@x", 0, 3);
  list.offer(plan, 0, "c@x", 0, 4);
  list.offer(plan, 0, "c@x", 0, 4);  // offered again: listed once
  std::vector<std::string> seen;
  for (const SharedKey& key : list.list()) seen.push_back(key.identifier + " " + key.key + " " + key.where);
  EXPECT_EQ(seen, (std::vector<std::string>{"email c@x original", "email a@x original", "email b@x original",
                                            "email b@x a", "phone +1 original"}));
}

TEST(SharedKeyList, KeepsTheFirstOfManyWhateverTheOrderOfOffers) {
  const MergePlan plan = plan_with_two_identifiers();
  SharedKeyList list;
  for (int i = 0; i < 500; ++i) list.offer(plan, 1, "k" + std::to_string(1000 + (i * 37) % 500), 0, 6);
  const std::vector<SharedKey> keys = list.list();
  ASSERT_EQ(keys.size(), kMaxListedSharedKeys);
  EXPECT_EQ(keys.front().key, "k1000");
  EXPECT_EQ(keys.back().key, "k1099");
  EXPECT_FALSE(list.wants(1, 5));
  EXPECT_TRUE(list.wants(0, 1));
}

}  // namespace
}  // namespace crm
