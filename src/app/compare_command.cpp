#include "app/compare_command.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "merge/checked_input.h"
#include "app/compare_text.h"
#include "merge/disk_need.h"
#include "merge/machine.h"
#include "merge/opened_inputs.h"
#include "merge/output_check.h"
#include "merge/output_formats.h"
#include "app/progress_display.h"
#include "app/resolve_parts.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/temp_space.h"
#include "compare/compare_files.h"
#include "engine/side_files.h"
#include "output/output_file.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

constexpr int kDiffersStatus = 6;

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

/// What tests of the whole program ask for: "SORT_BYTES:BLOCK_BYTES".
void take_test_sizes(CompareOptions& options) {
  const char* const text = std::getenv("CRM_MERGE_TEST_COMPARE");
  if (!text) return;
  const std::string sizes(text);
  const std::size_t colon = std::min(sizes.find(':'), sizes.size());
  options.sort_bytes = parse_count("CRM_MERGE_TEST_COMPARE", std::string_view(sizes).substr(0, colon));
  options.block_bytes = parse_count("CRM_MERGE_TEST_COMPARE", std::string_view(sizes).substr(std::min(colon + 1, sizes.size())));
}

class CompareWork {
 public:
  CompareWork(const CompareRun& compare, const CommandContext& context)
      : compare_(compare), context_(context), began_(std::chrono::steady_clock::now()), temp_(compare.run.limits.temp_dir) {}

  int run() {
    check_outputs(spec(), "");
    open_outputs();
    const std::unique_ptr<Input> a = open(spec().enriched[0]), b = open(spec().enriched[1]);
    const ColumnPairs columns = pair_columns(a->profile().columns, b->profile().columns, compare_.columns,
                                             spec().enriched[0].path, spec().enriched[1].path);
    check_disk({{compare_.run.limits.temp_dir.string(), "temporary files",
                 estimated_hash_spill_bytes(a->profile().estimated_rows + b->profile().estimated_rows,
                                       compare_.run.limits.memory_bytes)}});
    const Comparison comparison = compare(*a, *b, columns);
    if (context_.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    if (rejects_file_) rejects_file_->publish();
    if (differences_) differences_->publish();
    const bool equal = !comparison.rows_differ() && !comparison.columns_differ() &&
                       !(compare_.ordered && comparison.order_differs());
    tell(comparison, equal);
    return equal ? 0 : kDiffersStatus;
  }

 private:
  const MergeSpec& spec() const { return compare_.run.spec; }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }

  void open_outputs() {
    const std::string& rejects = spec().outputs.rejects;
    if (!rejects.empty()) rejects_file_ = create_output(rejects);
    if (!compare_.differences.empty()) differences_ = create_output(compare_.differences);
    policy_ = rejects.empty() ? make_rejects_end_the_merge()
                              : make_rejects_set_aside(rejects_file_.get(), output_delimiter(rejects), spec().max_rejects);
  }

  std::unique_ptr<Input> open(const InputRef& ref) {
    OpenOptions options;
    options.overrides = overrides_for(spec(), ref.name);
    options.is_original = true;  // a file without a header cannot be compared by the names of its columns
    options.max_record_bytes = spec().max_record_bytes;
    options.temp = &temp_;
    options.stop = context_.stop;
    return make_checked_input(open_input(ref, options), {policy_.get(), compare_.run.limits.memory_bytes});
  }

  Comparison compare(Input& a, Input& b, const ColumnPairs& columns) {
    const std::unique_ptr<ProgressDisplay> display = make_progress_display(
        {compare_.run.progress, context_.display, [this] { return seconds(); }, context_.write_error});
    CompareOptions options;
    options.keys = {spec().region, spec().email_aliases, BlankRule(spec().blank)};
    options.threads = compare_.run.limits.threads;
    options.memory_bytes = compare_.run.limits.memory_bytes;
    options.resident_bytes = process_resident_bytes();
    options.temp = &temp_;
    options.rejects = policy_.get();
    options.differences = differences_.get();
    options.delimiter = output_delimiter(compare_.differences);
    take_test_sizes(options);
    options.stop = context_.stop;
    options.progress = [&](const CompareProgress& progress) { display->update(shown(progress, a, b)); };
    try {
      Comparison comparison = compare_files(a, b, columns, options);
      display->finish(true);
      return comparison;
    } catch (...) {
      display->finish(false);
      throw;
    }
  }

  /// The progress in the words of a merge: two files are read, rows matched, cells compared and written.
  Progress shown(const CompareProgress& progress, const Input& a, const Input& b) const {
    struct Part {
      Stage stage;
      double before, weight;
    };
    static constexpr Part kParts[] = {{Stage::import_original, 0, 0.3},
                                      {Stage::import_enriched, 0.3, 0.3},
                                      {Stage::match, 0.6, 0.15},
                                      {Stage::export_, 0.75, 0.25}};
    const Part& part = kParts[static_cast<std::size_t>(progress.part)];
    Progress shown;
    shown.stage = part.stage;
    shown.stage_fraction = progress.share;
    shown.fraction = part.before + part.weight * progress.share;
    shown.rows = progress.rows;
    if (progress.part == ComparePart::read_a) shown.detail = a.profile().path;
    if (progress.part == ComparePart::read_b) shown.detail = b.profile().path;
    return shown;
  }

  void tell(const Comparison& comparison, bool equal) const {
    if (compare_.run.quiet) return;
    const bool to_stderr = compare_.differences == "-";
    std::string text;
    if (compare_.json) {
      text = comparison_json(comparison, equal);
    } else {
      const Display display = to_stderr ? context_.display : detect_display(STDOUT_FILENO);
      text = comparison_text(comparison, {equal, to_stderr ? "" : compare_.differences, seconds(), process_peak_bytes()}, display);
    }
    if (to_stderr) context_.write_error(text);
    else write_all(STDOUT_FILENO, text, "standard output");
  }

  const CompareRun& compare_;
  const CommandContext& context_;
  std::chrono::steady_clock::time_point began_;
  TempSpace temp_;
  std::unique_ptr<OutputFile> rejects_file_, differences_;
  std::unique_ptr<RejectPolicy> policy_;
};

}  // namespace

CompareRun resolve_compare(const TypedOptions& typed, const Machine& machine) {
  if (typed.inputs.size() != 2) {
    refuse(fmt::format("compare takes two files, and {} given: crm-merge compare A B --key COLUMN; see crm-merge compare --help",
                       typed.inputs.empty() ? "none is" : typed.inputs.size() == 1 ? "one is" : "more are"));
  }
  CompareRun compare;
  RunOptions& run = compare.run;
  MergeSpec& spec = run.spec;
  for (const std::string& input : typed.inputs) spec.enriched.push_back(named_input(input));
  for (std::size_t i = 0; i < 2; ++i) {
    if (!spec.enriched[i].name_given) spec.enriched[i].name = i == 0 ? "A" : "B";
  }
  make_names_unique(spec.enriched);
  refuse_second_stdin(spec);
  resolve_overrides(typed, spec);
  resolve_region(typed, spec);
  resolve_max_record_bytes(typed, spec);
  spec.email_aliases = typed.has("--email-aliases");
  if (const auto text = typed.one("--blank")) spec.blank = parse_blank_list("--blank", *text);
  spec.outputs.rejects = output_path(typed, "--rejects");
  if (spec.outputs.rejects == "-") refuse("--rejects: only the differences can go to standard output; give a file");
  if (const auto text = typed.one("--max-rejects")) {
    spec.max_rejects = parse_count("--max-rejects", *text);
    if (spec.outputs.rejects.empty()) refuse("--max-rejects needs --rejects FILE: without it the first reject ends the comparison");
  }
  compare.differences = spec.outputs.merged = output_path(typed, "--output");
  check_table_format("-o", compare.differences);
  check_table_format("--rejects", spec.outputs.rejects);
  if (const auto text = typed.one("--key")) compare.columns.key = parse_key_items("--key", *text);
  if (const auto text = typed.one("--only")) compare.columns.only = parse_list("--only", *text);
  if (const auto text = typed.one("--ignore")) compare.columns.ignored = parse_list("--ignore", *text);
  compare.ordered = typed.has("--ordered");
  compare.json = typed.has("--json");
  resolve_limits(typed, machine, run);
  resolve_display(typed, run);
  return compare;
}

int run_compare(const CompareRun& compare, const CommandContext& context) {
  return CompareWork(compare, context).run();
}

}  // namespace crm
