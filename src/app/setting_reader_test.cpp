#include "app/setting_reader.h"

#include <gtest/gtest.h>

#include "app/config_file.h"
#include "base/error.h"

namespace crm {
namespace {

using std::chrono::milliseconds;

TEST(Time, IsReadInEveryUnitAndWrittenInTheLargestThatIsExact) {
  EXPECT_EQ(parse_time("250ms"), milliseconds(250));
  EXPECT_EQ(parse_time("30s"), milliseconds(30'000));
  EXPECT_EQ(parse_time("5m"), milliseconds(300'000));
  EXPECT_EQ(parse_time("12h"), milliseconds(43'200'000));
  EXPECT_EQ(parse_time("7d"), milliseconds(604'800'000));
  EXPECT_EQ(parse_time("1800000"), milliseconds(1'800'000)) << "a plain number is milliseconds";
  for (const char* text : {"", "s", "1.5s", "-1s", "5 m", "1w", "99999999999999999999s", "4000000d"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
  for (const char* text : {"250ms", "90s", "1m", "25h", "30d", "0ms"}) EXPECT_EQ(time_text(*parse_time(text)), text);
}

TEST(SettingReader, NotesWhatIsInForceDefaultsToo) {
  TypedOptions typed;
  typed.add("--concurrency", "7");
  SettingReader reader(typed);
  EXPECT_EQ(reader.number("--concurrency", 3, 1, 64), 7);
  EXPECT_EQ(reader.size("--job-memory", 512'000'000), 512'000'000u);
  EXPECT_EQ(reader.time_or_forever("--retain-uploads", std::chrono::hours(24)), std::chrono::hours(24));
  EXPECT_EQ(reader.text("--queue"), "");
  EXPECT_EQ(config_text(reader.noted()), "concurrency: 7\njob-memory: 512MB\nretain-uploads: 1d\n# queue:\n");
}

TEST(SettingReader, NamesWhereABadValueCameFrom) {
  TypedOptions typed;
  typed.add_from_spec("--concurrency", {"many"}, "service.yaml:3:14: concurrency");
  SettingReader reader(typed);
  try {
    reader.number("--concurrency", 3, 1, 64);
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.message()).starts_with("service.yaml:3:14: concurrency")) << error.message();
  }
}

}  // namespace
}  // namespace crm
