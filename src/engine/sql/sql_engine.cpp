#include <algorithm>
#include <filesystem>
#include <limits>

#include "base/error.h"
#include "engine/accounts.h"
#include "engine/engine.h"
#include "engine/sql/import_steps.h"
#include "engine/sql/key_functions.h"
#include "engine/sql/sql_run.h"
#include "engine/sql/value_functions.h"

namespace crm {
namespace {

// A range holds this much text of the original, more or less, and no more than that share of the limit together with what
// its rows may get of the enriched files; so many rows at least and at most.
constexpr std::uint64_t kRangeBytes = 5u << 20;
constexpr std::uint64_t kJoinedShare = 28;
constexpr std::uint64_t kLeastRangeRows = 64;
constexpr std::uint64_t kMostRangeRows = 32'768;
constexpr std::uint64_t kBytesPerThread = 64u << 20;
constexpr std::uint64_t kChangesBytes = 8u << 20;
// What one column of one file takes in the statements of a range, and how many there are at least in a part.
constexpr std::uint64_t kBytesPerFileColumn = 5u << 20;
constexpr std::size_t kLeastFileColumns = 16;

std::uint64_t rows_per_range(const EngineInputs& inputs, std::uint64_t memory_bytes) {
  const auto bytes_of = [](const Input& input) {
    return static_cast<std::uint64_t>(std::max(1.0, input.profile().average_row_bytes));
  };
  const std::uint64_t row_bytes = bytes_of(*inputs.original);
  std::uint64_t joined_bytes = row_bytes;
  for (const Input* input : inputs.enriched) joined_bytes += bytes_of(*input);
  std::uint64_t rows = kMostRangeRows;
  while (rows > kLeastRangeRows &&
         (rows * row_bytes > kRangeBytes * 3 / 2 || rows * joined_bytes > memory_bytes / kJoinedShare)) {
    rows /= 2;
  }
  return rows;
}

/// Columns of files, counted once for every file that has one, that the statement of a part may have. A database that is
/// kept shows whole rows.
std::size_t most_file_columns(const EngineLimits& limits) {
  if (limits.database) return std::numeric_limits<std::size_t>::max();
  return std::max<std::size_t>(kLeastFileColumns, limits.memory_bytes / kBytesPerFileColumn);
}

/// With little to do a second thread costs more memory than it saves time.
EngineLimits limits_for(EngineLimits limits, const EngineInputs& inputs) {
  std::uint64_t bytes = inputs.original->text_bytes();
  for (const Input* input : inputs.enriched) bytes += input->text_bytes();
  if (bytes < kBytesPerThread) limits.threads = 1;
  return limits;
}

std::unique_ptr<KeptTables> kept_tables(const SqlShape& shape, const EngineInputs& inputs, const EngineLimits& limits) {
  if (!limits.database) return nullptr;
  std::vector<std::vector<std::string>> headers = {inputs.original->profile().columns};
  for (const Input* input : inputs.enriched) headers.push_back(input->profile().columns);
  return std::make_unique<KeptTables>(shape, std::move(headers), *limits.database);
}

std::optional<std::filesystem::path> working_path(const std::unique_ptr<KeptTables>& kept) {
  if (!kept) return std::nullopt;
  return kept->working_path();
}

class SqlEngine : public Engine {
 public:
  MergeReport run(const MergePlan& plan, const EngineInputs& inputs, const EngineOutputs& outputs,
                  const EngineLimits& limits, ProgressSink& progress, std::stop_token stop) override {
    return SqlRun(plan, inputs, outputs, limits, progress, std::move(stop)).run();
  }
};

}  // namespace

SqlRun::SqlRun(const MergePlan& plan, const EngineInputs& inputs, const EngineOutputs& outputs,
               const EngineLimits& limits, ProgressSink& progress, std::stop_token stop)
    : plan_(plan),
      outputs_(outputs),
      shape_(plan),
      parts_(SqlShape::parts_of(plan, most_file_columns(limits))),
      key_options_{plan.region, plan.email_aliases, BlankRule(plan.blank_tokens)},
      temp_(limits.temp_dir),
      kept_(kept_tables(shape_, inputs, limits)),
      session_(limits_for(limits, inputs), temp_, std::move(stop), working_path(kept_)),
      tables_(inputs, key_options_.blank, session_.threads(), static_cast<std::size_t>(session_.threads()), session_.stop_token()),
      progress_(progress, total_weight()),
      report_(empty_report(plan)),
      changes_(plan, temp_, kChangesBytes),
      memory_bytes_(limits.memory_bytes),
      rows_per_range_(rows_per_range(inputs, limits.memory_bytes)),
      carries_(plan.inputs.size()),
      contributed_(plan.inputs.size()),
      matched_rows_(plan.inputs.size()),
      keyed_rows_(plan.inputs.size()) {
  if (plan.identifiers.size() > kMaxIdentifiers) {
    throw Error(ErrorCode::limit_exceeded, "The sql engine takes at most 128 identifiers");
  }
  tables_.add_to(session_.main());
  const auto makers = std::make_shared<KeyMakerPool>(key_options_);
  add_key_functions(session_.main(), makers, plan.recency_format);
  add_value_functions(session_.main(), makers, plan);
}

MergeReport SqlRun::run() {
  session_.on_tick([this] { progress_.advance(tables_.fraction(), tables_.rows_read()); });
  if (kept_) kept_->create(session_);
  import_original();
  for (int file = 0; file < shape_.files; ++file) import_enriched(file);
  count_shared_keys();
  if (!kept_) drop(Identifier("key"));
  begin(Stage::consolidate, 0, 0);
  match();
  for (int file = 0; file < shape_.files; ++file) {
    consolidate(file);
    contributed_[file].resize(report_.inputs[file + 1].rows / 64 + 1);
  }
  for (int file = 0; file < shape_.files; ++file) carry(file);
  merge();
  if (plan_.want_unmatched) merge_unmatched();
  if (kept_) kept_->publish(session_);
  session_.on_tick({});
  session_.check();
  progress_.finish();
  clock_.finish(spilled(), report_);
  check_accounts(plan_, report_);
  return std::move(report_);
}

void SqlRun::create(std::vector<Step> steps) {
  const Identifier name(steps.back().name);
  session_.execute(sql("CREATE TABLE {} AS\n{}", name, pipeline(steps, Reasons::hidden)));
}

void SqlRun::drop(const Identifier& table) { session_.execute(sql("DROP TABLE {}", table)); }

void SqlRun::begin(Stage stage, double weight, double of_stage, std::string detail) {
  clock_.enter(stage, spilled());
  tables_.start_counting();
  progress_.begin(stage, weight, of_stage, std::move(detail));
}

std::uint64_t SqlRun::spilled() {
  std::uint64_t bytes = temp_.spilled_bytes();
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(temp_.named_folder(), ignored)) {
    if (entry.is_regular_file(ignored)) bytes += entry.file_size(ignored);
  }
  most_spilled_ = std::max(most_spilled_, bytes);
  return most_spilled_;
}

double SqlRun::weight_of(int input) const {
  return static_cast<double>(std::max<std::uint64_t>(1, tables_.input(static_cast<std::size_t>(input)).text_bytes()));
}

double SqlRun::total_weight() const {
  double total = 4.3 * weight_of(0) + (plan_.want_unmatched ? 0.3 * weight_of(0) : 0);
  for (int file = 0; file < shape_.files; ++file) total += 3 * weight_of(file + 1);
  return total;
}

std::unique_ptr<Engine> make_sql_engine() { return std::make_unique<SqlEngine>(); }

}  // namespace crm
