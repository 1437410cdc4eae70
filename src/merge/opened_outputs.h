#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "export/table_output.h"
#include "model/spec.h"
#include "output/output_file.h"

namespace crm {

/// The outputs of one merge, opened before the work begins, so that one that cannot be written ends it at once.
/// Destroyed unpublished, they leave nothing.
struct OpenedOutputs {
  std::unique_ptr<OutputFile> rejects, changes, provenance, conflicts, unmatched, report, report_html, spec, excel_safe, merged;
  std::unique_ptr<OutputFile> merged_and_copy;  ///< what goes to both of the last two

  EngineOutputs for_engine() const;
  /// Makes them appear: side files first, the merged file last. Errors: as OutputFile::publish.
  void publish();
};

/// Opens what `spec` asks for; in a dry run the report and the spec alone. Errors: as create_table_output.
OpenedOutputs open_outputs(const MergeSpec& spec, const TableOutputOptions& options);

}  // namespace crm
