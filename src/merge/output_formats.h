#pragma once

#include <string>

#include "model/spec.h"

// What outputs can be written as, by their names. Errors: invalid_config, one line that names the option.
namespace crm {

/// A suffix that promises another format than can be written would be a lie about the file.
void check_table_format(const char* option, const std::string& path);

/// The same of all outputs of a merge: tables as tables, the page as HTML, the copy for spreadsheets as text, and standard
/// output for none but the merged file, the report and the spec.
void check_output_formats(const OutputPaths& out);

}  // namespace crm
