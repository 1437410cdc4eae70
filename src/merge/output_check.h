#pragma once

#include <string>
#include <vector>

#include "model/spec.h"

namespace crm {

/// One output that the user asked for: its option and its path.
struct WantedOutput {
  std::string option;
  std::string path;
};

/// The outputs of `paths` that are wanted, in the order in which they are published: the merged file last.
std::vector<WantedOutput> wanted_outputs(const OutputPaths& paths);

/// Looks, without writing, for outputs that cannot be: none at all, one that is an input (also by a link), two that
/// are one file, standard output twice, a folder, a folder that is not there, a format that is not written
/// (check_output_formats).
///
/// Errors: invalid_config, one line that names the options.
void check_outputs(const MergeSpec& spec, const std::string& database);

}  // namespace crm
