#pragma once

#include <memory>

#include "output/output_file.h"

namespace crm {

/// Takes the text of the one writer, header first, and writes JSON lines into `file`: an object a row, with every column,
/// every value a string. Errors: as `file`'s.
std::unique_ptr<OutputFile> make_json_lines_output(std::unique_ptr<OutputFile> file);

}  // namespace crm
