#pragma once

#include <string>
#include <string_view>

#include "merge/machine.h"
#include "app/options.h"
#include "app/resolve.h"
#include "model/spec.h"

// Options that several sub-commands have, understood in one place. Errors: invalid_config, as resolve_options.
namespace crm {

/// True also of folders and devices.
bool file_exists(const std::string& path);
/// A file after the first, `[NAME=]PATH`.
InputRef named_input(const std::string& text);
/// Takes `#SHEET` off the path of a workbook, unless a file is called so.
void take_sheet(InputRef& input);
void refuse_second_stdin(const MergeSpec& spec);

/// --delimiter, --encoding, --no-header: the files are named already.
void resolve_overrides(const TypedOptions& typed, MergeSpec& spec);
void resolve_region(const TypedOptions& typed, MergeSpec& spec);
void resolve_max_record_bytes(const TypedOptions& typed, MergeSpec& spec);
/// The value of an option that names an output; "" if it is not given.
std::string output_path(const TypedOptions& typed, std::string_view option);
/// --memory-limit, --threads, --temp-dir.
void resolve_limits(const TypedOptions& typed, const Machine& machine, RunOptions& run);
/// --quiet, --verbose, --progress.
void resolve_display(const TypedOptions& typed, RunOptions& run);

}  // namespace crm
