#include "model/report.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"

namespace crm {
namespace {

/// Three original rows, two of them matched; one enriched file of four rows, one rejected record.
struct Case {
  MergePlan plan;
  MergeReport report;
  Case() {
    plan.inputs.resize(1);
    plan.inputs[0].name = "apollo";
    report.inputs = {{3, 3, 0, 0, 0, 0, 0}, {5, 4, 1, 0, 0, 0, 0}};
    report.enriched = {{1, 1, 1, 1, 0}};
    report.matched_rows = 2;
    report.unmatched_rows = 1;
    report.identifiers = {{1}, {1}};
    report.output_rows = 3;
    plan.columns.resize(1);
    plan.columns[0].name = "City";
    report.columns.resize(1);
    report.columns[0].filled_by = {3};
    report.columns[0].cells_by = {{2, 1, 1, 4, 5}};
  }
};

/// What `check_accounts` says once `spoil` has changed the report; empty if it is content.
std::string complaint(const std::function<void(MergeReport&)>& spoil) {
  Case merge;
  spoil(merge.report);
  try {
    check_accounts(merge.plan, merge.report);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::internal);
    return error.message();
  }
  return "";
}

TEST(CheckAccounts, AreContentWithSumsThatBalance) { EXPECT_EQ(complaint([](MergeReport&) {}), ""); }

TEST(CheckAccounts, NameTheAccountThatDoesNot) {
  const auto names = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  names(complaint([](MergeReport& r) { ++r.inputs[0].records; }), "original: 4 records read, but 3 rows + 0 rejected");
  names(complaint([](MergeReport& r) { --r.inputs[1].rejected; }), "apollo: 5 records read, but 4 rows + 0 rejected");
  names(complaint([](MergeReport& r) { ++r.enriched[0].without_key; }), "apollo: 4 rows, but 1 contributed");
  names(complaint([](MergeReport& r) { ++r.unmatched_rows; }), "original: 3 rows, but 2 matched + 2 unmatched");
  names(complaint([](MergeReport& r) { r.output_rows = 2; }), "merged: 2 rows written for 3 of the original");
  names(complaint([](MergeReport& r) { ++r.identifiers[0].rows_matched; }), "2 rows matched, but 3 by identifier");
  names(complaint([](MergeReport& r) { ++r.columns[0].cells_by[0].filled; }),
        "column City by apollo: 3 cells with its value, but 3 filled (1 alone) + 1 replaced");
  names(complaint([](MergeReport& r) { r.columns[0].cells_by[0].filled_alone = 3; }), "2 filled (3 alone)");
}

}  // namespace
}  // namespace crm
