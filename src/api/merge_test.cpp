#include "crm_merge/merge.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "api/location.h"
#include "base/error.h"

namespace crm_merge {
namespace {

namespace fs = std::filesystem;

class MergeLibrary : public testing::Test {
 protected:
  MergeLibrary() {
    std::string pattern = (fs::temp_directory_path() / "merge_test_XXXXXX").string();
    folder = mkdtemp(pattern.data());
    write("crm.csv", "Email,Title\na@x.com,\nb@x.com,Boss\n");
    write("vendor=1.csv", "email,Title,City\nA@X.com,Head,Rome\nc@x.com,,Oslo\n");
    spec.original.location = path("crm.csv");
    spec.enriched = {{.location = path("vendor=1.csv")}};
    spec.outputs.merged = path("out.csv");
  }
  ~MergeLibrary() override { fs::remove_all(folder); }

  std::string path(const std::string& name) const { return (folder / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name, std::ios::binary) << text; }
  std::string read(const std::string& name) const {
    std::ifstream in(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string refusal() const {
    try {
      Merge{spec, options};
    } catch (const Error& error) {
      return std::string(error_code_name(error.code())) + ": " + error.message();
    }
    return "none";
  }

  fs::path folder;
  MergeSpec spec;
  MergeOptions options;
};

TEST_F(MergeLibrary, PlansThenMergesAndReports) {
  spec.outputs.report = path("report.json");
  spec.outputs.unmatched_enriched = path("new.csv");
  for (const Engine engine : {Engine::stream, Engine::sql}) {
    options.engine = engine;
    Merge merge(spec, options);
    ASSERT_EQ(merge.plan().columns.size(), 4u);
    EXPECT_EQ(merge.plan().columns[2].name, "City");
    EXPECT_EQ(merge.plan().columns[2].origin, PlannedColumn::Origin::enriched);
    EXPECT_NE(merge.plan().sql.find("CREATE TABLE"), std::string::npos);
    const MergeReport report = merge.run();
    EXPECT_EQ(read("out.csv"), "Email,Title,City,match_quality\na@x.com,Head,Rome,matched\nb@x.com,Boss,,unmatched\n");
    EXPECT_EQ(read("new.csv"), "Email,Title,City\nc@x.com,,Oslo\n");
    EXPECT_EQ(report.output_rows, 2u);
    EXPECT_EQ(report.matched_rows, 1u);
    EXPECT_EQ(report.net_new_records, 1u);
    ASSERT_EQ(report.inputs.size(), 2u);
    EXPECT_EQ(report.inputs[1].name, "vendor=1");
    EXPECT_EQ(report.inputs[1].contributed + report.inputs[1].unmatched, 2u);
    EXPECT_EQ(report.json, read("report.json"));
  }
}

TEST_F(MergeLibrary, RunsOnceAndStopsWhenAsked) {
  Merge merge(spec);
  std::stop_source stop;
  stop.request_stop();
  try {
    merge.run({}, stop.get_token());
    FAIL() << "it did not stop";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_FALSE(fs::exists(folder / "out.csv"));
  EXPECT_THROW(merge.run(), Error);
}

TEST_F(MergeLibrary, RefusesWhatCannotBe) {
  const MergeSpec good = spec;
  spec.outputs.merged = "";
  EXPECT_EQ(refusal(), "invalid_config: -o: no output: give outputs.merged, or dry_run");
  spec = good;
  spec.outputs.merged = spec.original.location;
  EXPECT_NE(refusal().find("this file is an input"), std::string::npos);
  spec = good;
  spec.enriched.clear();
  EXPECT_EQ(refusal(), "invalid_config: no enriched file: give at least one to merge into the original");
  spec = good;
  spec.region = "Germany";
  EXPECT_EQ(refusal(), "invalid_config: --region: \"Germany\" is no country; give its two letters, such as US or DE");
  spec = good;
  spec.enriched[0].location = "https://example.org/vendor.csv";
  EXPECT_NE(refusal().find("https:// cannot be read or written yet"), std::string::npos);
  spec = good;
  spec.enriched[0].location = path("none.csv");
  EXPECT_EQ(refusal().substr(0, 11), "not_found: ");
  spec = good;
  spec.on = {{Kind::exact, {"Nothing"}}};
  EXPECT_EQ(refusal().substr(0, 16), "invalid_config: ");
  options.memory_bytes = 1000;
  spec = good;
  EXPECT_EQ(refusal(), "invalid_config: --memory-limit: 1000 bytes is too little; give at least 96MB");
  options = {};
  spec.max_record_bytes = 200'000'000;
  EXPECT_NE(refusal().find("--max-record-bytes: 200000000 bytes is more than a quarter of the memory limit"), std::string::npos);
  EXPECT_TRUE(read("out.csv").empty());
}

TEST_F(MergeLibrary, RefusesOutputsThatAreNotWritten) {
  const MergeSpec good = spec;
  spec.outputs.merged = path("out.xlsx");
  EXPECT_NE(refusal().find("out.xlsx: .xlsx files are not written"), std::string::npos);
  spec = good;
  spec.outputs.changes = path("changes.parquet.gz");
  EXPECT_NE(refusal().find("Parquet files are compressed inside"), std::string::npos);
  spec = good;
  spec.outputs.report = path("report.html");
  EXPECT_NE(refusal().find("this report is JSON"), std::string::npos);
  spec = good;
  spec.outputs.report_html = path("report.json");
  EXPECT_NE(refusal().find("this report is a page"), std::string::npos);
}

TEST_F(MergeLibrary, WritesEveryFormatAndThePage) {
  spec.outputs.merged = path("out.jsonl");
  spec.outputs.excel_safe = path("safe.csv");
  spec.outputs.report_html = path("report.html");
  const MergeReport report = Merge(spec).run();
  EXPECT_TRUE(read("out.jsonl").starts_with("{\"Email\":\"a@x.com\",\"Title\":\"Head\"")) << read("out.jsonl");
  EXPECT_EQ(read("safe.csv").substr(0, 8), "\xef\xbb\xbf" "Email");
  EXPECT_NE(read("report.html").find("<title>Merge report: crm.csv</title>"), std::string::npos);
  EXPECT_EQ(report.inputs[1].cells.filled, 2u) << "Title and City of a@x.com";
  EXPECT_EQ(report.inputs[1].cells.filled_alone, 2u);
  EXPECT_EQ(report.inputs[1].cells.agreeing, 1u) << "its address";
}

TEST(Locations, ArePathsOrFileUris) {
  EXPECT_EQ(local_path("a:b/c.csv"), "a:b/c.csv");
  EXPECT_EQ(local_path("./s3:/x"), "./s3:/x");
  EXPECT_EQ(local_path("file:///a/b%20c%25.csv"), "/a/b c%.csv");
  EXPECT_EQ(local_path("file://localhost/a"), "/a");
  for (const char* bad : {"", "-", "s3://b/k", "file://host/a", "file:///a%2", "file:///a%00b", "file:///a%zz"}) {
    EXPECT_THROW(local_path(bad), crm::Error) << bad;
  }
}

}  // namespace
}  // namespace crm_merge
