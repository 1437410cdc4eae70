#include "merge/opened_outputs.h"

namespace crm {

EngineOutputs OpenedOutputs::for_engine() const {
  EngineOutputs outputs;
  outputs.merged = merged.get();
  outputs.changes = changes.get();
  outputs.provenance = provenance.get();
  outputs.conflicts = conflicts.get();
  outputs.unmatched = unmatched.get();
  return outputs;
}

void OpenedOutputs::publish() {
  for (OutputFile* file : {rejects.get(), changes.get(), provenance.get(), conflicts.get(), unmatched.get(),
                           report.get(), report_html.get(), spec.get(), merged.get()}) {
    if (file) file->publish();
  }
}

OpenedOutputs open_outputs(const MergeSpec& spec, const std::stop_token& stop) {
  const auto open = [&stop](const std::string& path) { return path.empty() ? nullptr : create_output(path, stop); };
  OpenedOutputs outputs;
  outputs.report = open(spec.outputs.report);
  outputs.report_html = open(spec.outputs.report_html);
  outputs.spec = open(spec.outputs.save_spec);
  if (spec.dry_run) return outputs;
  outputs.rejects = open(spec.outputs.rejects);
  outputs.changes = open(spec.outputs.changes);
  outputs.provenance = open(spec.outputs.provenance);
  outputs.conflicts = open(spec.outputs.conflicts);
  outputs.unmatched = open(spec.outputs.unmatched_enriched);
  outputs.merged = open(spec.outputs.merged);
  return outputs;
}

}  // namespace crm
