#include "match/id_key.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

TEST(IdKey, IsTrimmedAndKeepsItsCase) {
  EXPECT_EQ(id_key(" AbC-1 "), "AbC-1");
  EXPECT_EQ(id_key("00123"), "00123");
}

TEST(IdKey, AValidLongSalesforceIdEqualsItsShortForm) {
  EXPECT_EQ(id_key("0015000000Gv7qJAAR"), "0015000000Gv7qJ");
  EXPECT_EQ(id_key("a0B5e00000AbCdEEAV"), "a0B5e00000AbCdE");
  EXPECT_EQ(id_key(" 0015000000Gv7qJAAR\t"), "0015000000Gv7qJ");
}

TEST(IdKey, AnEighteenCharacterTextWithAnotherEndIsItself) {
  EXPECT_EQ(id_key("0015000000Gv7qJAAQ"), "0015000000Gv7qJAAQ");
  EXPECT_EQ(id_key("0015000000gv7qjAAR"), "0015000000gv7qjAAR");
  EXPECT_EQ(id_key("123456789012345678"), "123456789012345678");
  EXPECT_EQ(id_key("0015000000Gv7q-AAR"), "0015000000Gv7q-AAR");
  EXPECT_EQ(id_key("0015000000Gv7qJAARx"), "0015000000Gv7qJAARx");
}

}  // namespace
}  // namespace crm
