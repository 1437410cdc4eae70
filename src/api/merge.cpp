#include "crm_merge/merge.h"

#include "api/boundary.h"
#include "api/model_spec.h"
#include "crm_merge/version.h"
#include "engine/sql/sql_text.h"
#include "merge/merge_job.h"
#include "plan/plan_text.h"
#include "report/report_html.h"

namespace crm_merge {
namespace {

PlannedColumn::Origin origin_of(const crm::OutputColumn& column) {
  switch (column.role) {
    case crm::OutputColumn::Role::original: return PlannedColumn::Origin::original;
    case crm::OutputColumn::Role::alternate: return PlannedColumn::Origin::alternate;
    case crm::OutputColumn::Role::fresh: return PlannedColumn::Origin::enriched;
    case crm::OutputColumn::Role::matched_on:
    case crm::OutputColumn::Role::match_score:
    case crm::OutputColumn::Role::enriched_from:
    case crm::OutputColumn::Role::match_quality: return PlannedColumn::Origin::generated;
  }
  return PlannedColumn::Origin::generated;
}

MergePlan to_public(const crm::PreparedMerge& merge) {
  MergePlan plan;
  for (const crm::OutputColumn& column : merge.plan().output) plan.columns.push_back({column.name, origin_of(column)});
  plan.decisions = merge.plan().decisions;
  plan.warnings = merge.plan().warnings;
  plan.text = crm::plan_text(merge.plan(), merge.original(), merge.enriched());
  plan.sql = crm::explain_sql(merge.plan());
  return plan;
}

InputReport input_report(const crm::InputProfile& profile, const crm::InputAccount& account) {
  InputReport input;
  input.name = profile.name;
  input.location = profile.path;
  input.records = account.records;
  input.rows = account.rows;
  input.rejected = account.rejected;
  input.padded = account.padded;
  return input;
}

MergeReport to_public(const crm::PreparedMerge& merge, const crm::MergeReport& from) {
  MergeReport report;
  report.inputs.push_back(input_report(merge.original(), from.inputs[0]));
  for (std::size_t i = 0; i < from.enriched.size(); ++i) {
    InputReport input = input_report(merge.enriched()[i], from.inputs[i + 1]);
    input.contributed = from.enriched[i].contributed;
    input.nothing_used = from.enriched[i].nothing_used;
    input.unmatched = from.enriched[i].unmatched;
    input.without_key = from.enriched[i].without_key;
    const crm::CellAccount cells = crm::cells_of(from, i);
    input.cells = {cells.filled, cells.filled_alone, cells.replaced, cells.agreeing, cells.overridden};
    report.inputs.push_back(std::move(input));
  }
  for (std::size_t i = 0; i < from.columns.size(); ++i) {
    const crm::ColumnAccount& account = from.columns[i];
    report.columns.push_back({merge.plan().columns[i].name, account.filled_before, account.filled_after, account.changed,
                              account.conflicts_real, account.conflicts_formatting});
  }
  report.matched_rows = from.matched_rows;
  report.unmatched_rows = from.unmatched_rows;
  report.output_rows = from.output_rows;
  report.changed_rows = from.changed_rows;
  report.net_new_records = from.net_new_records;
  report.warnings = from.warnings;
  report.wall = from.wall;
  report.peak_memory_bytes = from.peak_rss_bytes;
  report.json = merge.report_text(from);
  return report;
}

Stage to_public(crm::Stage stage) {
  switch (stage) {
    case crm::Stage::import_original: return Stage::import_original;
    case crm::Stage::import_enriched: return Stage::import_enriched;
    case crm::Stage::consolidate: return Stage::consolidate;
    case crm::Stage::match: return Stage::match;
    case crm::Stage::export_: return Stage::export_;
  }
  return Stage::import_original;
}

class ForwardedProgress final : public crm::ProgressSink {
 public:
  explicit ForwardedProgress(const ProgressFunction& hears) : hears_(hears) {}
  void update(const crm::Progress& progress) override {
    if (hears_) hears_({to_public(progress.stage), progress.fraction, progress.rows, progress.total_rows, progress.detail});
  }

 private:
  const ProgressFunction& hears_;
};

}  // namespace

struct Merge::Impl {
  Impl(const MergeSpec& spec, const MergeOptions& options, std::stop_token stop)
      : prepared(with_version(to_job(spec, options)), std::move(stop)), plan(to_public(prepared)) {}

  static crm::MergeJob with_version(crm::MergeJob job) {
    job.program_version = version();
    return job;
  }

  crm::PreparedMerge prepared;
  MergePlan plan;
  bool ran = false;
};

Merge::Merge(const MergeSpec& spec, const MergeOptions& options, std::stop_token stop)
    : impl_(at_boundary([&] { return std::make_unique<Impl>(spec, options, std::move(stop)); })) {}
Merge::~Merge() = default;
Merge::Merge(Merge&&) noexcept = default;
Merge& Merge::operator=(Merge&&) noexcept = default;

const MergePlan& Merge::plan() const noexcept { return impl_->plan; }

MergeReport Merge::run(const ProgressFunction& progress, std::stop_token stop) {
  return at_boundary([&] {
    if (impl_->ran) throw Error(ErrorCode::invalid_config, "this merge has run: make another");
    impl_->ran = true;
    ForwardedProgress forwarded(progress);
    const crm::MergeReport report = impl_->prepared.run(forwarded, stop);
    if (const auto& page = impl_->prepared.outputs().report_html) {
      page->append(crm::report_html(impl_->prepared.report_facts(report), ""));
    }
    impl_->prepared.publish(report, stop);
    return to_public(impl_->prepared, report);
  });
}

}  // namespace crm_merge
