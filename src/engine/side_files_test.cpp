#include "engine/side_files.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

MergePlan two_files() {
  MergePlan plan;
  plan.inputs = {{"apollo", 0, {}, {}, {}}, {"zoom", 0, {}, {}, {}}};
  return plan;
}

TEST(OutputDelimiter, IsATabForTsvCompressedOrNot) {
  EXPECT_EQ(output_delimiter("out.csv"), ',');
  EXPECT_EQ(output_delimiter("a.tsv/out"), ',');
  EXPECT_EQ(output_delimiter("out.TSV"), '\t');
  EXPECT_EQ(output_delimiter("out.tsv.gz"), '\t');
  EXPECT_EQ(output_delimiter("out.tsv.zst"), '\t');
  EXPECT_EQ(output_delimiter("-"), ',');
}

TEST(Provenance, JoinsTheSourcesOfAConcatenatedCell) {
  const MergePlan plan = two_files();
  const std::vector<ValueSource> sources = {{0, 4, 7}, {1, 1, 3}};
  ProvenanceLine line{12, "id 1", "Phone", "", "1; 2", sources, "email", Strategy::concat};
  std::string out = provenance_header(',');
  append_provenance(plan, line, ',', out);
  EXPECT_EQ(out,
            "row,record_id,column,before,after,file,line,matched_on,rule\n"
            "12,id 1,Phone,,1; 2,apollo; zoom,7; 3,email,concat\n");
}

TEST(Conflicts, ALineNamesBothValuesAndWhereTheyCameFrom) {
  std::string out = conflicts_header('\t');
  append_conflict({3, "", "City", false, "Bonn", "original", "bonn", "apollo"}, '\t', out);
  EXPECT_EQ(out,
            "row\trecord_id\tcolumn\tkind\tchosen\tchosen_from\tother\tother_from\n"
            "3\t\tCity\tformatting\tBonn\toriginal\tbonn\tapollo\n");
}

TEST(MergedColumns, GoByTheOutputWithoutAlternates) {
  MergePlan plan;
  using Role = OutputColumn::Role;
  plan.output = {{Role::original, "Id", 0, -1},
                 {Role::original, "City", 1, 2},
                 {Role::alternate, "City_e", -1, 2},
                 {Role::fresh, "Title", -1, 0},
                 {Role::match_quality, "match_quality", -1, -1}};
  EXPECT_EQ(merged_columns_in_output_order(plan), (std::vector<int>{2, 0}));
  EXPECT_EQ(merged_header(plan, ','), "Id,City,City_e,Title,match_quality\n");
}

}  // namespace
}  // namespace crm
