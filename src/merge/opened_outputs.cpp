#include "merge/opened_outputs.h"

#include "engine/side_files.h"
#include "export/excel_safe_output.h"

namespace crm {

EngineOutputs OpenedOutputs::for_engine() const {
  EngineOutputs outputs;
  outputs.merged = merged_and_copy ? merged_and_copy.get() : merged.get();
  outputs.changes = changes.get();
  outputs.provenance = provenance.get();
  outputs.conflicts = conflicts.get();
  outputs.unmatched = unmatched.get();
  return outputs;
}

void OpenedOutputs::publish() {
  const auto files = {rejects.get(), changes.get(), provenance.get(), conflicts.get(), unmatched.get(),
                      report.get(), report_html.get(), spec.get(), excel_safe.get(), merged.get()};
  // What can fail comes first: an earlier file must not be replaced beside one that then cannot be.
  for (OutputFile* file : files) {
    if (file) file->complete();
  }
  for (OutputFile* file : files) {
    if (file) file->publish();
  }
}

OpenedOutputs open_outputs(const MergeSpec& spec, const TableOutputOptions& options) {
  const auto open = [&](const std::string& path) { return path.empty() ? nullptr : create_table_output(path, options); };
  const auto open_text = [&](const std::string& path) { return path.empty() ? nullptr : create_output(path, options.stop); };
  OpenedOutputs outputs;
  outputs.report = open_text(spec.outputs.report);
  outputs.report_html = open_text(spec.outputs.report_html);
  outputs.spec = open_text(spec.outputs.save_spec);
  if (spec.dry_run) return outputs;
  outputs.rejects = open(spec.outputs.rejects);
  outputs.changes = open(spec.outputs.changes);
  outputs.provenance = open(spec.outputs.provenance);
  outputs.conflicts = open(spec.outputs.conflicts);
  outputs.unmatched = open(spec.outputs.unmatched_enriched);
  outputs.merged = open(spec.outputs.merged);
  if (spec.outputs.excel_safe.empty()) return outputs;
  ExcelSafeOptions safe;
  safe.taken_delimiter = output_delimiter(spec.outputs.merged);
  safe.written_delimiter = output_delimiter(spec.outputs.excel_safe);
  outputs.excel_safe = make_excel_safe_output(create_output(spec.outputs.excel_safe, options.stop), safe);
  outputs.merged_and_copy = make_tee(*outputs.merged, *outputs.excel_safe);
  return outputs;
}

}  // namespace crm
