#pragma once

#include "app/options.h"
#include "model/spec.h"
#include "spec/spec_file.h"

namespace crm {

/// Which files are merged: those that were typed, and those that a spec file names.
///
/// With a spec that lists its enriched files, `NAME=PATH` gives the path of the one of that name (or adds one), and other
/// paths fill, in order, the files of the spec that have none, else all of them. Without a list the files are given as
/// without a spec.
///
/// Errors: invalid_config, if a file is missing, is one too many, or standard input is given twice.
void resolve_inputs(Command command, const TypedOptions& typed, const SpecFile* file, MergeSpec& spec);

}  // namespace crm
