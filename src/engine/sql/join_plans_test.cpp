// No statement of the engine may compare every row with every row: DuckDB is asked how it would carry each one out.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/temp_space.h"
#include "engine/sql/consolidate_steps.h"
#include "engine/sql/every_rule.h"
#include "engine/sql/import_steps.h"
#include "engine/sql/input_tables.h"
#include "engine/sql/key_functions.h"
#include "engine/sql/merge_steps.h"
#include "engine/sql/range_statements.h"
#include "engine/sql/sql_session.h"
#include "engine/sql/value_functions.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// The inputs of the plan with every rule, and a session that explains each statement before it runs it.
class JoinPlans : public testing::Test {
 protected:
  JoinPlans()
      : folder_(fs::temp_directory_path() / ("crm_joins_" + std::to_string(::getpid()))),
        plan_(test::plan_with_every_rule()),
        shape_(plan_) {
    fs::create_directories(folder_);
    open("Id,Email,LinkedIn,City\n1,a@x.com,linkedin.com/in/a,\n2,b@x.com,,Bonn\n3,a@x.com,,\n", "original");
    open("Work,LinkedIn,City,Private\na@x.com,,Oslo,z@x.com\nq@x.com,linkedin.com/in/a,Rome,\n", "apollo");
    open("Email,City,Industry,Tags,Title\na@x.com,Kiel,I,t,T\na@x.com,Ulm,J,u,T\nn@x.com,Nice,K,v,U\n", "o'brien");
    temp_ = std::make_unique<TempSpace>(folder_);
    limits_.temp_dir = folder_;
    limits_.threads = 2;
    session_ = std::make_unique<SqlSession>(limits_, *temp_, std::stop_token(), std::nullopt);
    EngineInputs in{inputs_[0].get(), {inputs_[1].get(), inputs_[2].get()}, nullptr};
    tables_ = std::make_unique<InputTables>(in, BlankRule(), 2, 1, std::stop_token());
    tables_->add_to(session_->main());
    tables_->set_owners([](int, std::uint64_t, std::uint64_t) { return std::vector<OwnedRow>(); });
    const auto makers = std::make_shared<KeyMakerPool>(KeyOptions{});
    add_key_functions(session_->main(), makers, std::nullopt);
    add_value_functions(session_->main(), makers, plan_);
  }
  ~JoinPlans() override {
    session_.reset();
    temp_.reset();
    fs::remove_all(folder_);
  }

  void explain(const Sql& statement) {
    const std::string text = session_->main().query_text("EXPLAIN " + statement.text());
    for (const char* slow : {"NESTED_LOOP", "CROSS_PRODUCT", "BLOCKWISE", "PIECEWISE", "IE_JOIN"}) {
      EXPECT_EQ(text.find(slow), std::string::npos) << statement.text() << "\n" << text;
    }
    if (text.find("HASH_JOIN") != std::string::npos) ++hash_joins_;
  }
  void create(const std::vector<Step>& steps) {
    const Sql query = pipeline(steps, Reasons::hidden);
    explain(query);
    session_->execute(sql("CREATE TABLE {} AS\n{}", Identifier(steps.back().name), query));
  }
  /// Everything that is done for a range, in one statement.
  void explain_range(Side side, const Step& last) {
    RangeSteps steps = range_steps(shape_, side, RangeSql::of(0, 100, 0), {side == Side::original, side == Side::original});
    steps.query.push_back(last);
    explain(pipeline(steps.query, Reasons::hidden));
  }
  /// The same file by file.
  void explain_range_by_place() {
    const RangeSql range = RangeSql::of(0, 100, 0);
    create({taken(shape_, Side::original, range), taken_in_order(shape_, Side::original, range)});
    for (int file = 0; file < shape_.files; ++file) {
      std::vector<Step> steps = consolidated(shape_, Side::original, file, range);
      steps.push_back(record(shape_, Side::original, file, range, true));
      steps.push_back(value(shape_, Side::original, file));
      create(steps);
    }
    explain(pipeline({chosen_value(shape_, Side::original, range, Meeting::by_place), merged_result(shape_, Cells::all).step},
                     Reasons::hidden));
  }

  fs::path folder_;
  MergePlan plan_;
  SqlShape shape_;
  std::vector<std::unique_ptr<Input>> inputs_;
  std::unique_ptr<TempSpace> temp_;
  EngineLimits limits_;
  std::unique_ptr<SqlSession> session_;
  std::unique_ptr<InputTables> tables_;
  int hash_joins_ = 0;

 private:
  void open(const std::string& text, const std::string& name) {
    const fs::path path = folder_ / (std::to_string(inputs_.size()) + ".csv");
    std::ofstream(path, std::ios::binary) << text;
    OpenOptions options;
    options.is_original = inputs_.empty();
    inputs_.push_back(open_input({path.string(), name, true}, options));
  }
};

TEST_F(JoinPlans, EveryJoinIsAHashJoin) {
  create(original_key(shape_));
  create(key_table(shape_));
  create(shared_key(shape_));
  create(row_key(shape_));
  for (int file = 0; file < 2; ++file) create(enriched_key(shape_, file));
  explain(shared_in_original(shape_).print());
  for (int file = 0; file < 2; ++file) explain(shared_in_file(shape_, file).print());
  for (int file = 0; file < 2; ++file) create(file_key(shape_, file));
  create(reach(shape_));
  for (int file = 0; file < 2; ++file) {
    create(used_key(shape_, file));
    create(owner(shape_, Side::original, file));
    create(hit(shape_, Side::original, file));
    create(unmatched_row(shape_, file));
    create(carried_key(shape_, file, 2));
    std::vector<Step> records = consolidated(shape_, Side::original, file, RangeSql::of(0, 100, 0),
                                             numbered("carried_key_", file + 1));
    records.back().name = numbered("carried_record_", file + 1).name();
    create(records);
    create(carried(shape_, file));
  }
  tables_->put(0, std::make_shared<RangeRows>());
  explain_range(Side::original, merged_result(shape_, Cells::all).step);
  explain_range_by_place();

  create(unmatched_record(shape_));
  for (int file = 0; file < 2; ++file) {
    create(unmatched_member(shape_, file));
    create(unmatched_used_key(shape_, file));
    create(owner(shape_, Side::unmatched, file));
    create(hit(shape_, Side::unmatched, file));
  }
  create(unmatched_reach(shape_));
  explain_range(Side::unmatched, unmatched_result(shape_).step);
  EXPECT_GE(hash_joins_, 15) << "EXPLAIN has changed its words";
}

/// The plan that a comparison by OR gives is found.
TEST_F(JoinPlans, ANestedLoopWouldBeSeen) {
  const std::string text = session_->main().query_text(
      "EXPLAIN SELECT * FROM range(10) a(x) JOIN range(10) b(y) ON a.x < b.y OR a.x = b.y + 1");
  EXPECT_TRUE(text.find("NESTED_LOOP") != std::string::npos || text.find("BLOCKWISE") != std::string::npos) << text;
}

}  // namespace
}  // namespace crm
